"""When a past moment is settled: never before the last row that was recorded before it can be seen."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from common.change_feed.digests import Asked, is_settled, ranges_of
from common.contracts.registration import TOPIC
from common.database import Database
from common.sql import Connection
from testing.databases import ServiceDatabase, service_database, sessions_at_a_lock
from testing.messaging import METADATA
from testing.waiting import eventually

SCHOOL = "90001"
EVENT = "topic, key, sequence, type, school_code, data"
NEW = f"INSERT INTO outbox ({EVENT}) VALUES ('{TOPIC}', gen_random_uuid(), 1, 'a type', '{SCHOOL}', '{{}}')"
# takes the instant, then waits at a lock without having stored anything
TAKEN_FIRST = f"""
    WITH moment AS MATERIALIZED (SELECT quxiang_now() AS taken),
         waited AS MATERIALIZED (SELECT taken, pg_advisory_xact_lock(7) FROM moment)
    INSERT INTO outbox (recorded_at, {EVENT})
    SELECT taken, '{TOPIC}', gen_random_uuid(), 1, 'a type', '{SCHOOL}', '{{}}' FROM waited
"""

Session = Callable[[], Awaitable[asyncpg.Connection]]


@pytest.fixture
async def stored(postgres_url: str) -> AsyncIterator[ServiceDatabase]:
    async with service_database("destinations", METADATA) as found:
        yield found


@pytest.fixture
async def database(stored: ServiceDatabase) -> AsyncIterator[Database]:
    found = Database.connect(stored.app_url)
    yield found
    await found.dispose()


@pytest.fixture
async def session(stored: ServiceDatabase) -> AsyncIterator[Session]:
    """Opens sessions of the owner, which the application asks about as one of other roles."""
    opened: list[asyncpg.Connection] = []

    async def open_one() -> asyncpg.Connection:
        opened.append(await asyncpg.connect(plain(stored.owner_url)))
        return opened[-1]

    yield open_one
    for each in opened:
        await each.close()


def plain(url: str) -> str:
    return url.replace("+asyncpg", "")


async def moment(database: Database) -> datetime:
    async with database.reading() as connection:
        now: datetime = await connection.driver.fetchval("SELECT clock_timestamp()")
    return now


async def settled(database: Database, before: datetime) -> tuple[bool, int]:
    """Whether the moment is settled, and how many versions were recorded before it as far as can be seen."""
    async with database.reading() as connection:
        over = await is_settled(connection, before)
        found = await ranges_of(connection, Asked(TOPIC, SCHOOL, before, ""))
    return over, sum(each.versions for each in found)


async def test_a_moment_to_come_is_not_settled(database: Database) -> None:
    now = await moment(database)
    assert await settled(database, now) == (True, 0)
    assert await settled(database, now + timedelta(hours=1)) == (False, 0)


async def test_who_has_stored_something_before_the_moment_and_not_committed(
    database: Database, session: Session
) -> None:
    writer, began = await session(), await moment(database)
    for commits in (True, False):
        transaction = writer.transaction()
        await transaction.start()
        await writer.execute(NEW)
        before = await moment(database)
        # also long after the moment, and while the session does nothing
        assert [await settled(database, before) for _ in range(2)] == [(False, 1 - commits)] * 2
        # what began after a moment is nothing to it
        assert (await settled(database, began))[0] is True
        await (transaction.commit() if commits else transaction.rollback())
        assert await settled(database, before) == (True, 1)


async def test_who_has_stored_nothing_records_later(database: Database, session: Session) -> None:
    reader = await session()
    transaction = reader.transaction()
    await transaction.start()
    await reader.execute("SELECT count(*) FROM outbox")
    before = await moment(database)
    assert await settled(database, before) == (True, 0)
    await reader.execute(NEW)
    await transaction.commit()
    assert await settled(database, before) == (True, 0)


async def test_a_statement_that_runs_may_have_taken_its_instant(
    database: Database, stored: ServiceDatabase, session: Session
) -> None:
    holder, writer = await session(), await session()
    await holder.execute("SELECT pg_advisory_lock(7)")
    running = asyncio.ensure_future(writer.execute(TAKEN_FIRST))
    await sessions_at_a_lock(stored, 1)
    before = await moment(database)
    assert await settled(database, before) == (False, 0)
    await holder.execute("SELECT pg_advisory_unlock(7)")
    await running
    assert await settled(database, before) == (True, 1)


async def test_rows_that_are_being_copied(database: Database, session: Session) -> None:
    writer, go_on = await session(), asyncio.Event()

    async def rows() -> AsyncIterator[tuple[object, ...]]:
        # more than the driver keeps back
        for _ in range(5_000):
            yield TOPIC, str(uuid4()), 1, "a type", SCHOOL, "{}"
        await go_on.wait()

    copying = asyncio.ensure_future(writer.copy_records_to_table("outbox", records=rows(), columns=EVENT.split(", ")))
    await eventually(lambda: under_way(database), describe="a COPY under way")
    before = await moment(database)
    assert await settled(database, before) == (False, 0)
    go_on.set()
    await copying
    over, seen = await settled(database, before)
    assert (over, seen) == (True, await recorded(database, before))
    assert 0 < seen < 5_000


async def recorded(database: Database, before: datetime) -> int:
    async with database.reading() as connection:
        found: int = await connection.driver.fetchval("SELECT count(*) FROM outbox WHERE recorded_at < $1", before)
    return found


async def under_way(database: Database) -> bool:
    async with database.reading() as connection:
        return bool(await connection.driver.fetchval("SELECT count(*) FROM pg_stat_progress_copy"))


async def test_an_outbox_that_is_not_compared_may_get_events_back(database: Database, stored: ServiceDatabase) -> None:
    before = await moment(database)
    admin = await asyncpg.connect(stored.admin_url)
    await admin.execute("UPDATE relay_state SET server_started_at = server_started_at - interval '1 day'")
    assert await settled(database, before) == (False, 0)
    await admin.execute("UPDATE relay_state SET server_started_at = pg_postmaster_start_time()")
    await admin.close()
    assert await settled(database, before) == (True, 0)


async def test_sessions_that_cannot_be_looked_at_count(stored: ServiceDatabase, session: Session) -> None:
    async with blind_role(stored) as url:
        database = Database.connect(url)
        before = await moment(database)
        assert await settled(database, before) == (True, 0)
        idle = await session()
        assert await settled(database, before) == (False, 0)
        await idle.close()
        await eventually(lambda: is_over(database, before), describe="a session that has ended")
        await database.dispose()


async def is_over(database: Database, before: datetime) -> bool:
    return (await settled(database, before))[0]


@asynccontextmanager
async def blind_role(stored: ServiceDatabase) -> AsyncIterator[str]:
    """A role with the rights of an application, but not on the sessions of others."""
    name = f"blind_{uuid4().hex[:12]}"
    server = plain(stored.admin_url)
    admin = await asyncpg.connect(server)
    await admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'")
    await admin.execute(f"GRANT SELECT ON outbox, relay_state TO {name}")
    await admin.close()
    try:
        yield plain(stored.app_url).replace("destinations_app:destinations_app@", f"{name}:{name}@")
    finally:
        admin = await asyncpg.connect(server)
        await admin.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")
        await admin.close()


async def test_sessions_of_other_databases_are_nothing_to_it(database: Database, stored: ServiceDatabase) -> None:
    async with service_database("destinations", METADATA) as other:
        writer = await asyncpg.connect(plain(other.owner_url))
        transaction = writer.transaction()
        await transaction.start()
        await writer.execute(NEW)
        assert await settled(database, await moment(database)) == (True, 0)
        await transaction.rollback()
        await writer.close()


async def test_with_a_clock_that_runs_ahead_moments_are_on_that_clock(
    stored: ServiceDatabase, session: Session
) -> None:
    writer = await session()
    transaction = writer.transaction()
    await transaction.start()
    await writer.execute(NEW)
    moved = await asyncpg.connect(plain(stored.app_url), server_settings={"quxiang.clock": "14 days"})
    asking, now = Connection(moved, reading=True), await moved.fetchval("SELECT clock_timestamp()")
    ahead = timedelta(days=14)
    assert await is_settled(asking, now + ahead) is False
    assert await is_settled(asking, now + ahead - timedelta(hours=1)) is True
    await transaction.commit()
    assert await is_settled(asking, now + ahead) is True
    assert await is_settled(asking, now + ahead + timedelta(hours=1)) is False
    await moved.close()
