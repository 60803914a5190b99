"""A database in a new run of its server has its topics read again; what it notes as applied says from where."""

import asyncio
from collections.abc import AsyncIterator, Sequence, Set
from contextlib import asynccontextmanager
from itertools import count

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import make_url, text

from common.auth.principal import SYSTEM
from common.consuming import Consumer, PartitionProgress, consumer
from common.consuming.applied import Applied
from common.contracts import IncomingEvent
from common.contracts.registration import TOPIC
from common.database import Database
from common.errors import Unavailable
from common.relay.relay import Relay
from common.settings import ServiceSettings
from testing.messaging import destination_event, running
from testing.waiting import eventually

GROUP = "quxiang.indicators.figures"
ANOTHER_RUN = "UPDATE consumed_partitions SET database_oid = 1"
REFUSED_FOR_NOW = (
    "CREATE SEQUENCE refusals",
    """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $body$
    BEGIN
        RAISE EXCEPTION 'refusal % for now', nextval('refusals') USING ERRCODE = '57P03';
    END $body$
    """,
    "CREATE TRIGGER refuse BEFORE UPDATE ON consumed_partitions FOR EACH STATEMENT EXECUTE FUNCTION refuse()",
)


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


async def test_what_was_fetched_before_a_partition_is_sent_back_says_nothing_of_how_far_the_database_is(
    database: Database, settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rebalance may end within a fetch: its records are applied before the new partitions are looked at."""
    given: list[int] = []
    reported: list[PartitionProgress] = []
    again = asyncio.Event()

    answers = count()

    class Late(Applied):
        async def take_up(self, client: AIOKafkaConsumer) -> Set[TopicPartition]:
            if 2 not in given:
                return frozenset()
            sent_back = await super().take_up(client)
            if next(answers) == 0:
                # it is noted, and the answer is lost
                self.taken_up.clear()
                raise Unavailable
            return sent_back

    async def handle(events: Sequence[IncomingEvent]) -> None:
        if 2 in given:
            again.set()
            await asyncio.Event().wait()
        given.extend(event.sequence for event in events)

    async def report(progress: Sequence[PartitionProgress]) -> None:
        reported.extend(progress)

    monkeypatch.setattr(consumer, "Applied", Late)
    async with running(Relay(database, settings).run):
        async with running(Consumer(database, settings, GROUP, [TOPIC], handle, on_progress=report).run):
            await announce(database, 1)
            await eventually(lambda: 1 in given)
            await announce(database, 2)
            await asyncio.wait_for(again.wait(), 20)
        assert reported == []
        assert await holds(database, "SELECT bool_and(applied_at IS NULL) FROM consumed_partitions")
        monkeypatch.undo()
        async with consumed(database, settings) as given:
            await eventually(lambda: sorted(given) == [1, 2])


async def test_nothing_is_reported_while_the_database_does_not_say_in_which_run_it_is(
    database: Database, settings: ServiceSettings, postgres_url: str
) -> None:
    reported: list[int] = []

    async def handle(events: Sequence[IncomingEvent]) -> None: ...

    async def report(progress: Sequence[PartitionProgress]) -> None:
        reported.append(sum(each.applied for each in progress))

    owner = Database.connect(postgres_url.rsplit("/", 1)[0] + f"/{make_url(database.pool.url).database}")
    async with (
        running(Relay(database, settings).run),
        running(Consumer(database, settings, GROUP, [TOPIC], handle, on_progress=report).run),
    ):
        await announce(database, 1)
        await eventually(lambda: 1 in reported)
        for statement in REFUSED_FOR_NOW:
            await execute(owner, statement)
        await announce(database, 2)
        # what was refused is counted for all that: a sequence is never set back
        await eventually(lambda: holds(owner, "SELECT last_value > 3 FROM refusals"))
        assert 2 not in reported
        await execute(owner, "DROP TRIGGER refuse ON consumed_partitions")
        await eventually(lambda: 2 in reported)
    await owner.dispose()
