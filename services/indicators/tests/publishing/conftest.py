"""Frozen snapshots of schools, and a worker that counts proposals."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from freezing import frozen

from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from indicators.publishing.domain.publications import PROPOSE
from indicators.publishing.operations import proposing
from indicators.tracking.operations import Editions
from testing.http import Client

Freeze = Callable[..., Awaitable[dict[str, Any]]]


class Desk:
    """Two officers of a school, and the worker behind them."""

    def __init__(self, one: Any, other: Any, runner: OperationRunner, school: Any) -> None:
        self.one, self.other, self.school, self._runner = one, other, school, runner

    async def draft(self, snapshot: Mapping[str, Any], *tables: Mapping[str, Any], **said: Any) -> dict[str, Any]:
        """A draft of the first officer."""
        body = {"school_code": self.school.code, "cohort": 2024, "snapshot_id": snapshot["id"], "title": "就业质量"}
        answered = await self.one.post("/v1/publications", json=body | {"tables": list(tables)} | said)
        assert answered.status_code == 201, answered.text
        found: dict[str, Any] = answered.json()
        return found

    async def act(self, publication: Mapping[str, Any], action: str, by: Any = None, **body: Any) -> Any:
        """What an act on the publication answers."""
        match = {"If-Match": f'"{publication["version"]}"'}
        path = f"/v1/publications/{publication['id']}/{action}"
        return await (by or self.one).post(path, headers=match, **({"json": body} if body else {}))

    async def read(self, publication: Mapping[str, Any]) -> dict[str, Any]:
        """The publication as it stands."""
        found: dict[str, Any] = (await self.one.get(f"/v1/publications/{publication['id']}")).json()
        return found

    async def proposed(self, publication: Mapping[str, Any]) -> dict[str, Any]:
        """The publication after its proposal was counted."""
        operation = await self.act(publication, "propose")
        assert operation.status_code == 202, operation.text
        assert await self._runner.run_once()
        ended = (await self.one.get(f"/v1/operations/{operation.json()['id']}")).json()
        return await self.read(publication) | {"operation": ended}

    async def released(self, publication: Mapping[str, Any]) -> dict[str, Any]:
        """The publication after the second officer has released it."""
        consent = {"authority": "河南省教育厅", "reference": "教学〔2024〕1号", "on": "2024-09-02"}
        answered = await self.act(publication, "release", self.other, consent=consent)
        assert answered.status_code == 200, answered.text
        found: dict[str, Any] = answered.json()
        return found


@pytest.fixture
def http(client: Client) -> Any:
    """Somebody without a token."""
    return client()


@pytest.fixture
def desk(client: Client, database: Database, keyring_file: Path) -> Callable[[Any], Desk]:
    runner = OperationRunner(database, {PROPOSE: proposing(FieldCipher.load(keyring_file))})

    def of(school: Any) -> Desk:
        one, other = (client("school_officer", school=school.code, subject=subject) for subject in ("one", "other"))
        return Desk(one, other, runner, school)

    return of


@pytest.fixture
def freeze(database: Database, apply: Any, client: Client) -> Freeze:
    """Freezes what a school's events say, or the revision that is pending."""

    async def freezing(school: Any, snapshot: Mapping[str, Any] | None = None, kind: str = "initial") -> dict[str, Any]:
        await apply(school.events)
        http = client("school_officer", school=school.code, subject="one")
        return await frozen(database, http, school, snapshot, kind)

    return freezing


@pytest.fixture
async def answered(new_school: Any, apply: Any, database: Database) -> Any:
    """60 graduates: in college A 24 answer, in B 12, in C 9; one of B earns more than all others of it."""
    school, wave = new_school(), uuid4()
    school.described()
    for number in range(60):
        college = "A" if number < 30 else "B" if number < 45 else "C"
        person = school.enters(college_code=college, major_code="m", education_level_code="31", sex_code="1")
        school.goes(person, "10", date(2024, 6, 1))
        if number % 30 < 24 and number < 54:
            wage = 99_000 if number == 30 else 5000
            said = {"situation": "employed", "salary": wage, "leave_reason": ["salary"]}
            school.gives(uuid4(), 1, said, graduate_id=person, wave_id=wave)
    school.closes(wave)
    await apply(school.events)
    assert await Editions(database).take_due() >= 1
    return school
