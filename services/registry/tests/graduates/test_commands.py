"""Commands about graduates without HTTP: they join one transaction, and give way to an import of the same graduate."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from common.auth import SYSTEM, Principal, Role
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import Busy, PreconditionFailed, PreconditionRequired
from common.identifiers import Cohort, SchoolCode
from registry.graduates import commands
from registry.graduates.domain.entry import StoredGraduate
from registry.graduates.storage.locks import lock_graduates, lock_roster
from registry.organisation import commands as organisation
from registry.organisation.domain import Kind, OrganisationUnit
from testing.waiting import eventually

Rows = Callable[..., Awaitable[list[dict[str, Any]]]]

COHORT = Cohort(2024)
ADMIN = Principal(subject="admin", role=Role.ADMIN)
ZHANG = {"student_number": "2020001", "name": "张三", "college_code": "C1"}


async def with_college(unit: UnitOfWork, *, school: SchoolCode, cipher: FieldCipher) -> StoredGraduate:
    """One act over two areas: a college, and a graduate of it."""
    college = OrganisationUnit(kind=Kind.COLLEGE, school_code=school, code="C1", name="理学院")
    await organisation.create(unit, caller=ADMIN, new=college)
    return await commands.create(unit, caller=ADMIN, cipher=cipher, school_code=school, cohort=COHORT, given=ZHANG)


async def colleges(database: Database, school: SchoolCode) -> int:
    async with database.reading() as connection:
        query = text("SELECT count(*) FROM colleges WHERE school_code = :school")
        return int(await connection.scalar(query, {"school": school}))


async def test_two_acts_of_two_areas_become_true_together(
    database: Database, cipher: FieldCipher, school: SchoolCode
) -> None:
    stored = await database.act(ADMIN.actor, partial(with_college, school=school, cipher=cipher))
    assert (stored.entry.college_code, stored.version, stored.sequence) == ("C1", 1, 1)
    async with database.reading() as connection:
        events = await connection.scalars(
            text("SELECT type FROM outbox WHERE school_code = :school ORDER BY id"), {"school": school}
        )
        assert list(events)[1:] == ["quxiang.organisation.changed", "quxiang.graduate.registered"]


async def test_of_two_acts_that_fail_together_nothing_stays(
    database: Database, cipher: FieldCipher, school: SchoolCode
) -> None:
    async def and_fails(unit: UnitOfWork) -> None:
        await with_college(unit, school=school, cipher=cipher)
        raise LookupError

    with pytest.raises(LookupError):
        await database.act(ADMIN.actor, and_fails)
    assert await colleges(database, school) == 0


async def test_a_change_is_meant_for_one_version(database: Database, cipher: FieldCipher, school: SchoolCode) -> None:
    stored = await database.act(ADMIN.actor, partial(with_college, school=school, cipher=cipher))
    officer = Principal(subject="officer", role=Role.SCHOOL_OFFICER, school_code=school)
    change = partial(commands.change, caller=officer, cipher=cipher, graduate_id=stored.id, given={"sex_code": "1"})
    with pytest.raises(PreconditionRequired):
        await database.act(ADMIN.actor, partial(change, expected=None))
    with pytest.raises(PreconditionFailed):
        await database.act(ADMIN.actor, partial(change, expected=2))
    changed = await database.act(ADMIN.actor, partial(change, expected=1))
    assert (changed.stored.version, changed.stored.entry) == (2, replace(stored.entry, sex_code="1"))


async def test_a_write_gives_way_to_an_import_of_its_graduate_alone(
    database: Database, cipher: FieldCipher, school: SchoolCode
) -> None:
    enter = partial(commands.create, caller=ADMIN, cipher=cipher, school_code=school, cohort=COHORT)
    given = ZHANG | {"college_code": None}
    zhang, li = [
        await database.act(ADMIN.actor, partial(enter, given=given | {"student_number": number, "exam_number": None}))
        for number in ("1", "2")
    ]
    officer = Principal("officer", Role.SCHOOL_OFFICER, school_code=school)
    change = partial(commands.change, caller=officer, cipher=cipher, expected=1, given={"sex_code": "1"})
    async with database.transaction(SYSTEM) as importing:
        await lock_roster(importing.connection, school, COHORT)
        await lock_graduates(importing.connection, [zhang.id])
        with pytest.raises(Busy):
            await database.act(ADMIN.actor, partial(change, graduate_id=zhang.id))
        assert (await database.act(ADMIN.actor, partial(change, graduate_id=li.id))).stored.version == 2
    assert (await database.act(ADMIN.actor, partial(change, graduate_id=zhang.id))).stored.version == 2


async def test_a_post_that_waits_for_an_entry_of_the_same_person_holds_its_key(
    officer: httpx.AsyncClient, school: SchoolCode, database: Database, cipher: FieldCipher, rows: Rows
) -> None:
    path, headers = "/v1/graduates", {"Idempotency-Key": "w"}
    body = {"school_code": school, "cohort": 2024, "student_number": "2", "name": "李四"}
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'transactionid'"
    async with database.transaction(SYSTEM) as entering:
        enter = partial(commands.create, caller=ADMIN, cipher=cipher, school_code=school, cohort=COHORT)
        await enter(entering, given={"student_number": "2", "name": "李四"})
        first = asyncio.create_task(officer.post(path, json=body, headers=headers))
        await eventually(lambda: rows(waiting))
        second = await officer.post(path, json=body, headers=headers)
    assert (second.status_code, second.json()["code"]) == (409, "request_in_progress")
    assert (await first).status_code == 201
