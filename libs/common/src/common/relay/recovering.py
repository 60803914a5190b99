"""Recovering what was published beyond a database that came back older: the command `recover-published`.

The lost events are put back as they were, so that no sequence is given twice. What stands in the database now is the
truth, so everything that the lost events say otherwise is announced once more, under the sequences after theirs; but
who was erased in them is erased again.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from uuid import UUID

import asyncpg
from sqlalchemy import text

from common.auth import SYSTEM
from common.bounded import OutOfTimeError, wait_at_most
from common.clock import NOW_SQL, TODAY_SQL
from common.contracts import OutgoingEvent
from common.contracts.catalogue import TOPICS, topics_of
from common.contracts.envelope import StoredEvent
from common.database import Database, UnitOfWork
from common.database.dedicated import dedicated_connection
from common.errors import Message, TransientError
from common.kafka import ensure_topics
from common.outbox import RaiseStreams, fence
from common.relay.comparing import each_lacking, is_open
from common.relay.connection import wait_for_leadership
from common.relay.restating import Key, Restated, by_key, restated
from common.settings import ServiceSettings

LEAD_SECONDS = 30.0
"""A relay that has found events lacking gives up its lead within a second or two."""

_WRITTEN_AT_ONCE = 1_000
_ROW = ("event_id", "topic", "key", "sequence", "type", "school_code", "decided_on", "recorded_at", "data",
        "correlation_id", "traceparent", "position")  # fmt: skip

# an event whose position another one has is numbered anew, and sent again under the new number
_OPEN = text(fence.OPEN)
_PUT_BACK = text(
    f"""
    INSERT INTO outbox ({", ".join(_ROW)})
    SELECT {", ".join(f"lost.{name}" for name in _ROW if name != "position")},
           CASE WHEN NOT EXISTS (SELECT FROM outbox WHERE position = lost.position)
                 AND row_number() OVER (PARTITION BY lost.position ORDER BY lost.event_id) = 1 THEN lost.position END
      FROM unnest(CAST(:event_id AS uuid[]), CAST(:topic AS text[]), CAST(:key AS text[]), CAST(:sequence AS bigint[]),
                  CAST(:type AS text[]), CAST(:school_code AS text[]), CAST(:decided_on AS date[]),
                  CAST(:recorded_at AS timestamptz[]), CAST(:data AS jsonb[]), CAST(:correlation_id AS text[]),
                  CAST(:traceparent AS text[]), CAST(:position AS bigint[])) AS lost ({", ".join(_ROW)})
     ORDER BY lost.position
    ON CONFLICT (topic, key, sequence) DO NOTHING
    RETURNING event_id
    """
)
_KEPT = f"SELECT {', '.join(_ROW)} FROM outbox WHERE topic = $1 AND key = ANY($2::text[])"


EraseAgain = Callable[[UnitOfWork, Sequence[str]], Awaitable[Sequence[OutgoingEvent]]]
"""Empties those of these keys that stand and are not erased, announces each, and gives what it has announced."""


class RelayLeads(TransientError):
    """A relay works on this outbox and does not give way."""

    code = "relay_leads"
    title = Message(
        "中继仍在处理该发件箱，请先停止旧版本的 worker", "A relay holds this outbox: stop the workers first"
    )


@dataclass(frozen=True)
class Recovered:
    """What was done: events put back, events whose sequence another event has, and what was announced again."""

    put_back: Sequence[StoredEvent]
    forked: Sequence[StoredEvent]
    announced: Sequence[OutgoingEvent]


async def recover_published(
    database: Database,
    settings: ServiceSettings,
    streams: Mapping[str, RaiseStreams],
    erasing: Mapping[str, EraseAgain] = MappingProxyType({}),
) -> Recovered | None:
    """Puts back what the topics hold and the outbox lacks, states anew what differs, and opens the outbox.

    All of it becomes true in one transaction, and no other writes before. `streams` raises the counted sequences, by
    topic; `erasing` empties again who was erased in the lost events of a topic that says so. Returns None for an outbox
    that is open: it was compared. Raises RelayLeads, BrokerUnavailableError, and UnknownEvents for what only another
    version of this code can read.
    """
    await ensure_topics(settings, topics_of(settings.service))
    async with dedicated_connection(database.pool, "recover-published") as connection:
        if await is_open(connection):
            return None
        try:
            await wait_at_most(wait_for_leadership(connection), LEAD_SECONDS, "leadership")
        except OutOfTimeError as error:
            raise RelayLeads from error
        lost: dict[UUID, StoredEvent] = {}
        await each_lacking(connection, settings, lambda event: lost.update({event.event_id: event}))
        moment = await connection.fetchrow(f"SELECT {NOW_SQL} AS now, {TODAY_SQL} AS today")
        keys = by_key(lost.values())
        kept = by_key(await _kept_of(connection, keys))
        plan = await asyncio.to_thread(
            lambda: [restated(key, events, kept.get(key, ()), **moment) for key, events in sorted(keys.items())]
        )
        ordered = sorted(lost.values(), key=lambda event: event.position)
        return await database.act(SYSTEM, partial(_write, lost=ordered, plan=plan, streams=streams, erasing=erasing))


async def _kept_of(connection: asyncpg.Connection, keys: Iterable[Key]) -> list[StoredEvent]:
    of_topic: defaultdict[str, list[str]] = defaultdict(list)
    for each in keys:
        of_topic[each.topic].append(each.key)
    rows = [row for topic, named in of_topic.items() for row in await connection.fetch(_KEPT, topic, named)]
    return [StoredEvent(**row) for row in rows]


async def _write(
    unit: UnitOfWork,
    *,
    lost: Sequence[StoredEvent],
    plan: Sequence[Restated],
    streams: Mapping[str, RaiseStreams],
    erasing: Mapping[str, EraseAgain],
) -> Recovered:
    """Opens first, for this transaction alone: all others find the outbox closed until it commits."""
    await unit.connection.execute(_OPEN)
    put_back: set[UUID] = set()
    for start in range(0, len(lost), _WRITTEN_AT_ONCE):
        some = lost[start : start + _WRITTEN_AT_ONCE]
        columns = {name: [getattr(event, name) for event in some] for name in _ROW}
        put_back |= set(await unit.connection.scalars(_PUT_BACK, columns))
    announced = [event for each in plan for event in each.announced]
    for event in announced:
        await unit.announce(event)
    for topic in sorted({each.topic for each in plan}):
        await streams[topic](unit.connection, [each.reached for each in plan if each.topic == topic])
        states = TOPICS[topic].states
        if states is not None and states.erased is not None:
            erased = {event.key for event in lost if (event.topic, event.type) == (topic, states.erased)}
            # under the sequences that have just been counted
            announced += await erasing[topic](unit, sorted(erased)) if erased else ()
    done = Recovered(
        put_back=[event for event in lost if event.event_id in put_back],
        forked=[event for event in lost if event.event_id not in put_back],
        announced=announced,
    )
    counts = {"put_back": len(done.put_back), "forked": len(done.forked), "announced": len(announced)}
    await unit.audit("recover-published", "outbox", "outbox", school_code=None, detail=counts)
    return done
