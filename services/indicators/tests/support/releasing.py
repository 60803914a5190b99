"""Drafts, proposes and releases a publication over HTTP, as two officers and a worker do."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from indicators.publishing.domain.publications import PROPOSE
from indicators.publishing.operations import proposing
from testing.http import Client


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


def desk_of(client: Client, database: Database, keyring_file: Path) -> Callable[[Any], Desk]:
    """What gives the desk of a school."""
    runner = OperationRunner(database, {PROPOSE: proposing(FieldCipher.load(keyring_file))})

    def of(school: Any) -> Desk:
        one, other = (client("school_officer", school=school.code, subject=subject) for subject in ("one", "other"))
        return Desk(one, other, runner, school)

    return of
