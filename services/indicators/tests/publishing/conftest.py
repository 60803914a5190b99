"""Frozen snapshots of schools, and a worker that counts proposals."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from freezing import frozen
from releasing import Desk, desk_of

from common.database import Database
from indicators.tracking.operations import Editions
from testing.http import Client

Freeze = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def http(client: Client) -> Any:
    """Somebody without a token."""
    return client()


@pytest.fixture
def desk(client: Client, database: Database, keyring_file: Path) -> Callable[[Any], Desk]:
    return desk_of(client, database, keyring_file)


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
