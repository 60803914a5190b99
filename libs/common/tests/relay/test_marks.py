"""What a start reads of the topics: of each partition the marked record and what came after it."""

from collections.abc import Sequence

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.structs import RecordMetadata
from sqlalchemy import text

from common.auth.principal import SYSTEM
from common.contracts.registration import TOPIC
from common.database import Database
from common.kafka import on_wire
from common.relay import comparing
from common.relay.marks import Mark, Marks, stored_marks
from common.relay.relay import Relay
from common.settings import ServiceSettings
from testing.messaging import destination_event, outbox_database, running
from testing.waiting import eventually

SENT = 2_000
NEW_RUN = "UPDATE relay_state SET server_started_at = NULL"


def placed_at(partition: int, offset: int, milliseconds: int) -> RecordMetadata:
    return RecordMetadata("topic", partition, TopicPartition("topic", partition), offset, milliseconds, 1, 0)


@pytest.mark.parametrize(
    ("placed", "last"),
    [
        ([], 4),
        ([(5, 50), (6, 60)], 6),
        ([(6, 60)], 4),  # another database has written number 5
        ([(5, 50), (7, 70), (8, 80)], 5),
        ([(-1, 50), (5, 50)], 5),  # a broker that has seen a batch before gives no offset
    ],
)
def test_a_mark_moves_over_nothing_that_others_wrote(placed: Sequence[tuple[int, int]], last: int) -> None:
    partition = TopicPartition("topic", 3)
    marks = Marks({partition: Mark(4, 40)}, {partition: 5})
    marks.move(placed_at(3, *each) for each in placed)
    marks.move([placed_at(2, 9, 90)])
    assert stored_marks(marks.taken()) == {partition: Mark(last, 10 * last)}
    assert not marks.has_moved


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[ConsumerRecord]:
    """The records that comparisons look at."""
    whole, seen = comparing._events, list[ConsumerRecord]()

    def events(settings: ServiceSettings, records: Sequence[ConsumerRecord]) -> object:
        seen.extend(records)
        return whole(settings, records)

    monkeypatch.setattr(comparing, "_events", events)
    return seen


async def sent(database: Database, settings: ServiceSettings, count: int = SENT) -> None:
    """A relay sends so many events and marks all of them."""
    async with database.transaction(SYSTEM) as work:
        for number in range(count):
            await work.announce(destination_event(sequence=number + 1))
        await work.commit()
    async with running(Relay(database, settings).run):
        await eventually(lambda: is_marked(database), within=30)


async def is_marked(database: Database) -> bool:
    """The marks stand at the end of what was sent: each partition is written by this outbox alone."""
    async with database.reading() as connection:
        row = (await connection.execute(text(_STATE))).one()
    marked = sum(mark.offset + 1 for mark in stored_marks(row.reached).values())
    return bool(row.sent and row.sent == row.written == marked)


_STATE = "SELECT sent, reached::text AS reached, (SELECT count(*) FROM outbox) AS written FROM relay_state"


async def change(database: Database, statement: str) -> None:
    async with database.transaction(SYSTEM) as work:
        await work.connection.execute(text(statement))
        await work.commit()


async def opened(database: Database, settings: ServiceSettings) -> None:
    relay = Relay(database, settings)
    async with running(relay.run):
        await eventually(lambda: _is_open(relay), within=30)


async def _is_open(relay: Relay) -> bool:
    return await relay.not_ready() is None and relay.role == "leading"


async def test_a_new_run_reads_one_record_of_a_partition(
    database: Database, settings: ServiceSettings, read: list[ConsumerRecord]
) -> None:
    await sent(database, settings)
    read.clear()
    await change(database, NEW_RUN)
    await opened(database, settings)
    assert 0 < len(read) <= settings.partitions


async def test_a_mark_of_another_topic_is_none(
    database: Database, settings: ServiceSettings, read: list[ConsumerRecord]
) -> None:
    """The broker's data are new: a record is at the offset, but another one."""
    await sent(database, settings, 20)
    read.clear()
    await change(database, f"{NEW_RUN}, reached = jsonb_set(reached, '{{0,3}}', '1')")
    await opened(database, settings)
    assert len(read) == 20


async def test_what_a_newer_database_has_sent_lies_behind_the_marks_and_is_lacking(
    database: Database, settings: ServiceSettings
) -> None:
    await sent(database, settings, 20)
    async with outbox_database() as other:
        async with other.transaction(SYSTEM) as work:
            await work.announce(destination_event(sequence=1))
            await work.commit()
        async with running(Relay(other, settings).run):
            await eventually(lambda: _has_sent(other))
    await change(database, NEW_RUN)
    relay = Relay(database, settings)
    async with running(relay.run):
        await eventually(lambda: _says(relay, comparing.LACKING))


async def test_a_relay_that_was_cut_off_marks_on(
    database: Database, settings: ServiceSettings, read: list[ConsumerRecord]
) -> None:
    """It sent what it could not mark; the next one looks at that and goes on from there."""
    await sent(database, settings, 20)
    await change(database, "UPDATE relay_state SET reached = NULL")
    await sent(database, settings, 20)
    read.clear()
    await change(database, NEW_RUN)
    await opened(database, settings)
    assert 0 < len(read) <= settings.partitions
    assert {each.topic for each in read} == {on_wire(settings, TOPIC)}


async def _has_sent(database: Database) -> bool:
    async with database.reading() as connection:
        return bool(await connection.scalar(text("SELECT sent > 0 FROM relay_state")))


async def _says(relay: Relay, reason: str) -> bool:
    return await relay.not_ready() == reason
