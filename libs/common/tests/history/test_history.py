"""Things with a history on a real database: versions, sequences without gap, days that never go back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import ARRAY, Column, Integer, Text, Uuid, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from common.auth import Actor, Role
from common.clock import today
from common.database import Database, new_metadata
from common.history import VersionedTables, Written, lock, save, versioned, versions
from common.outbox import Reached, raising
from common.settings import ServiceSettings
from testing.databases import ServiceDatabase, service_database, sessions_at_a_lock

METADATA = new_metadata()
plans = versioned(
    METADATA,
    "plans",
    Column("school_code", Text, nullable=False),
    Column("seats", Integer),
    Column("title", JSONB, nullable=False),
    Column("tags", ARRAY(Text), nullable=False),
)
visits = versioned(METADATA, "visits", Column("graduate_id", Uuid, nullable=False), stream_key="graduate_id")

OFFICER = Actor("officer", Role.SCHOOL_OFFICER.value)
VALUES: dict[str, Any] = {"school_code": "10001", "seats": None, "title": {"zh": "计划"}, "tags": ["a", "b"]}


@dataclass(frozen=True)
class Version:
    version: int
    seats: int | None
    tags: tuple[str, ...]
    changed_fields: tuple[str, ...]
    action: str
    by_role: str
    by_subject: str
    decided_on: date


@pytest.fixture
async def addresses() -> AsyncIterator[ServiceDatabase]:
    async with service_database("history", METADATA) as stored:
        yield stored


@pytest.fixture
async def database(addresses: ServiceDatabase) -> AsyncIterator[Database]:
    database = Database.connect(ServiceSettings(service="history", database_url=addresses.app_url))
    yield database
    await database.dispose()


async def saved(
    database: Database, tables: VersionedTables, values: dict[str, Any], thing: UUID | None = None, **more: Any
) -> Written[UUID]:
    async with database.transaction(OFFICER) as unit:
        written = await save(unit, tables, values, list(values), action="change", id=thing, **more)
        await unit.commit()
    return written


async def history_of(database: Database, thing: UUID, after: int | None = None, limit: int = 10) -> list[Version]:
    async with database.reading() as connection:
        return await versions(connection, plans, Version, thing, after=after, limit=limit)


async def test_the_first_version_gets_id_day_and_sequence_of_the_database(database: Database) -> None:
    earliest = today()
    written = await saved(database, plans, VALUES)
    assert (written.version, written.sequence) == (1, 1)
    assert earliest <= written.decided_on <= today()
    async with database.reading() as connection:
        row = (await connection.execute(select(plans.main))).one()
    assert (row.id, row.version, row.title, row.tags) == (written.id, 1, {"zh": "计划"}, ["a", "b"])
    assert row.recorded_at == written.recorded_at


async def test_a_change_leaves_every_version_as_it_was(database: Database) -> None:
    first = await saved(database, plans, VALUES)
    second = await saved(database, plans, {**VALUES, "seats": 3}, first.id)
    assert (second.id, second.version, second.sequence) == (first.id, 2, 2)
    found = await history_of(database, first.id)
    assert [(each.version, each.seats) for each in found] == [(1, None), (2, 3)]
    assert found[1] == Version(
        2,
        3,
        ("a", "b"),
        ("school_code", "seats", "title", "tags"),
        "change",
        OFFICER.role,
        OFFICER.subject,
        second.decided_on,
    )


async def test_the_history_is_read_in_pages(database: Database) -> None:
    thing = (await saved(database, plans, VALUES)).id
    for seats in range(4):
        await saved(database, plans, {**VALUES, "seats": seats}, thing)
    assert [each.version for each in await history_of(database, thing, limit=2)] == [1, 2]
    assert [each.version for each in await history_of(database, thing, after=2, limit=2)] == [3, 4]
    assert await history_of(database, thing, after=5) == []


async def test_what_is_not_published_takes_no_sequence(database: Database) -> None:
    thing = (await saved(database, plans, VALUES, published=False)).id
    assert (await saved(database, plans, VALUES, thing)).sequence == 1
    assert (await saved(database, plans, VALUES, thing, published=False)).sequence == 1
    assert (await saved(database, plans, VALUES, thing)).sequence == 2


async def test_no_day_lies_before_the_one_of_the_version_before(database: Database) -> None:
    thing = (await saved(database, plans, VALUES)).id
    tomorrow = today() + timedelta(days=1)
    async with database.transaction(OFFICER) as unit:
        await unit.connection.execute(update(plans.streams).values(last_decided_on=tomorrow))
        await unit.commit()
    assert (await saved(database, plans, VALUES, thing)).decided_on == tomorrow


async def test_things_about_one_graduate_share_their_stream(database: Database) -> None:
    graduate = uuid4()
    written = [await saved(database, visits, {"graduate_id": graduate}) for _ in range(3)]
    assert [(each.version, each.sequence) for each in written] == [(1, 1), (1, 2), (1, 3)]
    assert (await saved(database, visits, {"graduate_id": graduate}, written[0].id)).sequence == 4


async def test_concurrent_writers_take_turns_without_gap(database: Database) -> None:
    graduate = uuid4()
    thing = (await saved(database, visits, {"graduate_id": graduate})).id
    written = await asyncio.gather(*(saved(database, visits, {"graduate_id": graduate}, thing) for _ in range(8)))
    assert sorted(each.sequence for each in written) == list(range(2, 10))
    assert all(each.version == each.sequence for each in written)
    in_order = sorted(written, key=lambda each: each.sequence)
    assert [each.recorded_at for each in in_order] == sorted(each.recorded_at for each in written)


async def test_two_first_writers_of_one_stream_take_turns(database: Database) -> None:
    graduate = uuid4()
    written = await asyncio.gather(*(saved(database, visits, {"graduate_id": graduate}) for _ in range(2)))
    assert sorted(each.sequence for each in written) == [1, 2]


async def test_a_lock_keeps_the_next_writer_waiting(database: Database, addresses: ServiceDatabase) -> None:
    thing = (await saved(database, visits, {"graduate_id": uuid4()})).id
    async with database.transaction(OFFICER) as unit:
        await lock(unit, visits, thing)
        other = asyncio.create_task(_locked(database, thing))
        await sessions_at_a_lock(addresses, 1)
        await unit.commit()
    assert await other


async def _locked(database: Database, thing: UUID) -> bool:
    async with database.transaction(OFFICER) as unit:
        await lock(unit, visits, thing)
    return True


async def test_a_rollback_leaves_no_gap(database: Database) -> None:
    thing = (await saved(database, plans, VALUES)).id
    async with database.transaction(OFFICER) as unit:
        await save(unit, plans, VALUES, ["seats"], action="change", id=thing)
    assert (await saved(database, plans, VALUES, thing)).sequence == 2


async def test_values_must_be_those_of_the_declared_columns(database: Database) -> None:
    with pytest.raises(TypeError, match="values of plans"):
        await saved(database, plans, {"school_code": "10001"})


async def test_versions_may_not_be_rewritten_nor_rows_removed(database: Database) -> None:
    async with database.reading() as connection:
        rights = text("SELECT kind FROM unnest(ARRAY['UPDATE', 'DELETE']) kind WHERE has_table_privilege(:name, kind)")
        assert await connection.execute(rights, {"name": "plans_versions"}) == []
        assert await connection.execute(rights, {"name": "plans"}) == []


async def test_a_stream_goes_on_after_what_was_published_beyond_it(database: Database) -> None:
    known, unknown = (await saved(database, plans, VALUES)).id, uuid4()
    ahead = today() + timedelta(days=2)
    async with database.transaction(OFFICER) as unit:
        reached = [Reached(str(each), "10001", 5, ahead, ()) for each in (known, unknown)]
        await raising(plans.streams)(unit.connection, reached)
        await unit.commit()
    for thing in (known, unknown):
        written = await saved(database, plans, VALUES, thing)
        assert (written.sequence, written.decided_on) == (6, ahead)
