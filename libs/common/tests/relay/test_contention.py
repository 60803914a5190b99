"""The relay beside many writers of the same graduates, and beside transactions that stay open elsewhere."""

import asyncio
import random
from collections import defaultdict
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy import make_url, text

from common.auth.principal import SYSTEM
from common.database import Database
from common.relay.relay import Relay
from common.settings import ServiceSettings
from testing.messaging import EventRecorder, destination_event, outbox_rows, running
from testing.waiting import eventually

WRITERS = 8
GRADUATES = 50
WRITES = 60


async def test_hot_graduates_keep_their_order_while_a_transaction_elsewhere_stays_open(
    database: Database, settings: ServiceSettings, postgres_url: str
) -> None:
    graduates = [uuid4() for _ in range(GRADUATES)]
    await _streams(database, postgres_url, graduates)
    elsewhere = await asyncpg.connect(postgres_url)
    try:
        async with EventRecorder(settings).recording() as recorder, running(Relay(database, settings).run):
            held_open = elsewhere.transaction(isolation="repeatable_read")
            await held_open.start()
            await elsewhere.execute("CREATE TEMP TABLE held_open AS SELECT pg_current_xact_id() AS id")
            await asyncio.gather(*(_write(database, graduates, number) for number in range(WRITERS)))
            events = await recorder.until(lambda found: len(found) >= WRITERS * WRITES, within=30)
            await held_open.rollback()
    finally:
        await elsewhere.close()
    rows = await outbox_rows(database)
    assert sorted(row["position"] for row in rows) == list(range(1, WRITERS * WRITES + 1))
    by_key = defaultdict(list)
    for event in events:
        by_key[event.key].append(event.sequence)
    assert all(sequences == list(range(1, len(sequences) + 1)) for sequences in by_key.values())
    for partition in range(settings.partitions):
        positions = [event.position for event in events if event.partition == partition]
        assert positions == sorted(positions)


async def test_a_late_commit_is_numbered_after_what_overtook_it(database: Database, settings: ServiceSettings) -> None:
    async with EventRecorder(settings).recording() as recorder, running(Relay(database, settings).run):
        async with database.transaction(SYSTEM) as late:
            await late.announce(destination_event(sequence=1))
            async with database.transaction(SYSTEM) as early:
                await early.announce(destination_event(sequence=2))
                await early.commit()
            await recorder.until(lambda events: len(events) == 1)
            await late.commit()
        events = await recorder.until(lambda events: len(events) == 2)
    assert [(event.sequence, event.position) for event in events] == [(2, 1), (1, 2)]


async def test_a_change_of_leader_in_the_middle_does_no_more_than_duplicate(
    database: Database, settings: ServiceSettings, postgres_url: str
) -> None:
    """The leader's session is ended under it; while it still sends, the other begins where it was noted to be."""
    graduates = [uuid4() for _ in range(5)]
    await _streams(database, postgres_url, graduates)
    relays = [Relay(database, settings), Relay(database, settings)]
    async with EventRecorder(settings).recording() as recorder, running(*(relay.run for relay in relays)):
        writing = asyncio.ensure_future(asyncio.gather(*(_write(database, graduates, number) for number in range(2))))
        for _ in range(3):
            await _end_relays(postgres_url, database)
            await eventually(lambda: any(relay.role == "leading" for relay in relays))
        await writing
        events = await recorder.until(lambda found: len({event.id for event in found}) == 2 * WRITES, within=30)
    seen: dict[str, int] = defaultdict(int)
    for event in events:
        assert event.sequence <= seen[event.key] + 1
        seen[event.key] = max(seen[event.key], event.sequence)
    rows = await outbox_rows(database)
    assert sorted(row["position"] for row in rows) == list(range(1, 2 * WRITES + 1))


async def _streams(database: Database, postgres_url: str, graduates: list[UUID]) -> None:
    admin = await asyncpg.connect(postgres_url, database=make_url(database.pool.url).database)
    try:
        await admin.execute("CREATE TABLE streams (graduate_id uuid PRIMARY KEY, sequence bigint NOT NULL DEFAULT 0)")
        await admin.execute("GRANT ALL ON streams TO PUBLIC")
        await admin.executemany("INSERT INTO streams (graduate_id) VALUES ($1)", [(each,) for each in graduates])
    finally:
        await admin.close()


async def _write(database: Database, graduates: list[UUID], seed: int) -> None:
    """Writes to few graduates, waiting for each of them however long the others take."""
    chance = random.Random(seed)
    for _ in range(WRITES):
        graduate = chance.choice(graduates)
        async with database.patient.transaction(SYSTEM) as work:
            sequence = await work.connection.scalar(
                text("UPDATE streams SET sequence = sequence + 1 WHERE graduate_id = :id RETURNING sequence"),
                {"id": graduate},
            )
            await work.announce(destination_event(graduate, sequence, school=f"9000{graduates.index(graduate) % 3}"))
            await work.commit()


async def _end_relays(postgres_url: str, database: Database) -> None:
    admin = await asyncpg.connect(postgres_url)
    try:
        await admin.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = $1 AND application_name LIKE '%relay'
            """,
            make_url(database.pool.url).database,
        )
    finally:
        await admin.close()
