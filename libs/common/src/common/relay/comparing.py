"""Comparing an outbox with what its topics hold: what opens it in a new run of the database server."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from common.contracts.catalogue import topics_of
from common.contracts.envelope import StoredEvent, UnreadableEventError, as_stored
from common.kafka import ANSWER_SECONDS, BrokerUnavailableError, answered, in_contract, offsets_since, reader
from common.observability import logger
from common.outbox import fence
from common.relay.marks import Mark, Marks, stored_marks
from common.relay.numbering import ensure_state
from common.settings import ServiceSettings

LACKING = "published beyond this database"
NOT_COMPARED = "not compared with the topics"

_FETCHED_AT_ONCE = 5_000
_SILENCE_SECONDS = 30.0

# A row that came back without its position was numbered after the copy was made, and keeps that number. Positions that
# a topic holds are never given again. Two databases may have given one of them: then one event of the two keeps it.
_COMPARE = """
    WITH found AS MATERIALIZED (
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
            AS found (event_id, topic, key, sequence, position)
    ), kept AS (
        SELECT DISTINCT ON (found.position) outbox.id, found.position
          FROM found JOIN outbox USING (topic, key, sequence, event_id)
         WHERE outbox.position IS NULL
           AND NOT EXISTS (SELECT FROM outbox AS taken WHERE taken.position = found.position)
         ORDER BY found.position, event_id
    ), numbered AS (
        UPDATE outbox SET position = kept.position FROM kept WHERE outbox.id = kept.id
    ), noted AS (
        UPDATE relay_state SET numbered = last.position FROM (SELECT max(position) AS position FROM found) AS last
         WHERE numbered < last.position
    )
    SELECT DISTINCT event_id FROM found
     WHERE NOT EXISTS (SELECT FROM outbox AS stored
                        WHERE stored.topic = found.topic AND stored.key = found.key
                          AND stored.sequence = found.sequence AND stored.event_id = found.event_id)
"""

_log = logger(__name__)

Take = Callable[[list[StoredEvent]], Awaitable[None]]


async def is_open(connection: asyncpg.Connection) -> bool:
    """Whether the outbox was compared in this run of the server."""
    return bool(await connection.fetchval(fence.IS_OPEN))


async def lacks_events(connection: asyncpg.Connection) -> bool:
    """Whether the last comparison found events that the outbox does not have."""
    return bool(await connection.fetchval("SELECT lacking > 0 FROM relay_state"))


async def compare(connection: asyncpg.Connection, settings: ServiceSettings) -> Marks | None:
    """Opens the outbox if it has every event that its topics hold; else notes how many are lacking, and gives None.

    Gives the marks from which the caller, who leads, goes on: no other relay numbers meanwhile. An outbox that is open
    stays open; what it lacks then is found again in the next run, since nothing is marked. Raises
    BrokerUnavailableError.
    """
    lacking: set[UUID] = set()
    marks = await each_lacking(connection, settings, lambda event: lacking.add(event.event_id))
    if await is_open(connection):
        return Marks() if lacking else marks
    if lacking:
        await connection.execute("UPDATE relay_state SET lacking = $1", len(lacking))
        _log.error("The topics hold events that this database lacks: run recover-published", events=len(lacking))
        return None
    await connection.execute(fence.OPEN)
    _log.info("Outbox compared with the topics")
    return marks


async def each_lacking(
    connection: asyncpg.Connection, settings: ServiceSettings, keep: Callable[[StoredEvent], None]
) -> Marks:
    """Calls `keep` for every event of the topics that the outbox lacks, as often as it is there.

    Also for one whose type or data this image does not know: an image that does may have published it. Rows that were
    sent get the positions that they were sent with. Gives marks, true of an outbox that lacks none.
    """
    await ensure_state(connection)
    row = await connection.fetchrow("SELECT sent_at, reached::text AS reached FROM relay_state")

    async def look(events: list[StoredEvent]) -> None:
        columns = zip(*((e.event_id, e.topic, e.key, e.sequence, e.position) for e in events), strict=True)
        lacking = {row["event_id"] for row in await connection.fetch(_COMPARE, *columns)}
        for event in events:
            if event.event_id in lacking:
                keep(event)

    return await _read(settings, _Compared(row["sent_at"], stored_marks(row["reached"])), look)


@dataclass(frozen=True)
class _Compared:
    """What an outbox knows of its topics: when the last of its events was sent, and how far nothing else is there."""

    sent_at: datetime | None
    marks: Mapping[TopicPartition, Mark]


async def _read(settings: ServiceSettings, known: _Compared, take: Take) -> Marks:
    """Reads the service's own topics to where they end by now, each partition from its mark or its time, the later."""
    async with reader(settings, topics_of(settings.service)) as client:
        partitions = client.assignment()
        since = await offsets_since(client, dict.fromkeys(partitions, known.sent_at))
        ends = await answered(client.end_offsets(list(partitions)), ANSWER_SECONDS, "end of the topics")
        marks = {each: mark for each, mark in known.marks.items() if since.get(each, mark.offset + 1) <= mark.offset}
        marks = {each: mark for each, mark in marks.items() if mark.offset < ends[each]}
        following, last = dict(ends), dict[TopicPartition, Mark]()
        for partition, offset in since.items():
            client.seek(partition, marks[partition].offset if partition in marks else offset)
        left, heard_at = {each for each in partitions if since[each] < ends[each]}, time.monotonic()
        while left:
            fetching = client.getmany(*left, timeout_ms=200, max_records=_FETCHED_AT_ONCE)
            fetched = await answered(fetching, ANSWER_SECONDS, "records of the topics")
            _send_back(client, since, marks, fetched)
            if events := _events(settings, [record for records in fetched.values() for record in records]):
                await take(events)
            last |= {each: Mark(records[-1].offset, records[-1].timestamp) for each, records in fetched.items()}
            if fetched:
                heard_at = time.monotonic()
            elif time.monotonic() - heard_at > _SILENCE_SECONDS:
                raise BrokerUnavailableError("records of the topics")
            for partition in list(left):
                reached = await answered(client.position(partition), ANSWER_SECONDS, "position in a topic")
                if reached >= ends[partition]:
                    following[partition] = reached
                    left.remove(partition)
    return Marks(last, following)


def _send_back(
    client: AIOKafkaConsumer,
    since: Mapping[TopicPartition, int],
    marks: dict[TopicPartition, Mark],
    fetched: dict[TopicPartition, list[ConsumerRecord]],
) -> None:
    """Reads a partition by its time after all, where the marked record is another one; each mark is tried once."""
    for partition in [each for each in fetched if each in marks]:
        if not marks.pop(partition).is_at(fetched[partition][0]):
            client.seek(partition, since[partition])
            del fetched[partition]


def _events(settings: ServiceSettings, records: Sequence[ConsumerRecord]) -> list[StoredEvent]:
    found = []
    for record in records:
        try:
            found.append(
                as_stored(
                    topic=in_contract(settings, record.topic), key=record.key, headers=record.headers, body=record.value
                )
            )
        except UnreadableEventError as error:
            _log.warning("A message in a topic of ours is no event", topic=record.topic, code=error.code)
    return found
