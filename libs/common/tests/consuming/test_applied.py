"""A database in a new run of its server has its topics read again; what it notes as applied says from where."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import text

from common.auth.principal import SYSTEM
from common.consuming import Consumer
from common.contracts import IncomingEvent
from common.contracts.registration import TOPIC
from common.database import Database
from common.relay.relay import Relay
from common.settings import ServiceSettings
from testing.messaging import destination_event, running
from testing.waiting import eventually

GROUP = "quxiang.indicators.figures"
ANOTHER_RUN = "UPDATE consumed_partitions SET database_oid = 1"


@asynccontextmanager
async def consumed(database: Database, settings: ServiceSettings) -> AsyncIterator[list[int]]:
    """The sequences that a member of the group is given while it runs."""
    given: list[int] = []

    async def handle(events: Sequence[IncomingEvent]) -> None:
        given.extend(event.sequence for event in events)

    async with running(Consumer(database, settings, GROUP, [TOPIC], handle).run):
        yield given


async def execute(database: Database, statement: str) -> None:
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(text(statement))
        await unit.commit()


async def announce(database: Database, *sequences: int) -> None:
    async with database.transaction(SYSTEM) as unit:
        for sequence in sequences:
            await unit.announce(destination_event(sequence=sequence))
        await unit.commit()


async def holds(database: Database, question: str) -> bool:
    async with database.reading() as connection:
        return bool(await connection.scalar(text(question)))


async def test_what_is_noted_decides_from_where_a_new_run_reads(database: Database, settings: ServiceSettings) -> None:
    async with running(Relay(database, settings).run):
        async with consumed(database, settings) as given:
            await announce(database, 1, 2)
            await eventually(lambda: len(given) == 2)
            await eventually(lambda: holds(database, "SELECT max(applied_at) IS NOT NULL FROM consumed_partitions"))
        async with consumed(database, settings) as given:
            await announce(database, 3)
            await eventually(lambda: 3 in given)
        assert given == [3]
        await execute(database, ANOTHER_RUN)
        async with consumed(database, settings) as given:
            await eventually(lambda: sorted(given) == [1, 2, 3])
        await execute(database, f"{ANOTHER_RUN}, applied_at = applied_at + interval '11 minutes'")
        async with consumed(database, settings) as given:
            await eventually(lambda: holds(database, "SELECT bool_and(database_oid <> 1) FROM consumed_partitions"))
            await announce(database, 4)
            await eventually(lambda: 4 in given)
        assert given == [4]


async def test_a_server_that_starts_anew_under_a_running_member_has_it_read_again(
    database: Database, settings: ServiceSettings
) -> None:
    async with running(Relay(database, settings).run), consumed(database, settings) as given:
        await announce(database, 1, 2)
        await eventually(lambda: len(given) == 2)
        await execute(database, ANOTHER_RUN)
        await eventually(lambda: given.count(1) == 2 and given.count(2) == 2, within=30)
