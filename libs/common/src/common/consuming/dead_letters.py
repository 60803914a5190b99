"""Dead letters as rows of the consumer's database: what is not applied, and why.

One row for each event id, or for each place where a message cannot be read. It is open until its version is stored;
where only the newest of a thing is kept, a later one closes it too. What the messages say stays in their topics.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiokafka import ConsumerRecord
from sqlalchemy import text

from common import clock, rows
from common.auth import SYSTEM
from common.clock import NOW_SQL
from common.consuming.reading import Place
from common.contracts.envelope import IncomingEvent
from common.database import Database
from common.observability import gauge
from common.sql import Connection

PREFIX = "dlq_"
GROUP, TOPIC, PARTITION, OFFSET = (f"{PREFIX}{name}" for name in ("group", "topic", "partition", "offset"))

Newest = Callable[[IncomingEvent], str | None]
"""Names the thing, within its topic, of which only the newest event is kept; None where every event is."""

_OPEN = text(
    """
    SELECT id, topic, partition, message_offset, sequence, school_code, thing, code FROM dead_letters
    WHERE closed_at IS NULL AND (CAST(:of_group AS text) IS NULL OR consumer_group = :of_group)
    ORDER BY topic, partition, message_offset
    """
)
_CLOSED = text("SELECT id FROM dead_letters WHERE closed_at IS NOT NULL AND consumer_group = :of_group")
_ONE = text(
    """
    SELECT id, consumer_group, topic, partition, message_offset, key, sequence, school_code, thing, code, closed_at,
           published_after
    FROM dead_letters WHERE id = :id
    """
)
_RECENT = text(
    f"""
    SELECT topic, count(*) AS letters FROM dead_letters
    WHERE consumer_group = :of_group AND noted_at > {NOW_SQL} - interval '1 hour' GROUP BY topic
    """
)
_COLUMNS = {
    "id": "text", "topic": "text", "partition": "integer", "message_offset": "bigint", "key": "text",
    "sequence": "bigint", "school_code": "text", "thing": "text", "error": "text", "code": "text",
    "published_after": "timestamptz",
}  # fmt: skip
# a letter that was closed and fails again is a new one; one that is open stays what it was, with its latest cause
_KEEP = text(
    f"""
    INSERT INTO dead_letters AS kept (consumer_group, {", ".join(_COLUMNS)})
    SELECT :of_group, failed.* FROM unnest({", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _COLUMNS.items())})
        AS failed ({", ".join(_COLUMNS)}) ORDER BY id
    ON CONFLICT (id) DO UPDATE SET
        error = excluded.error, code = excluded.code, closed_at = NULL,
        noted_at = CASE WHEN kept.closed_at IS NULL THEN kept.noted_at ELSE excluded.noted_at END
    """
)
_CLOSE = text(
    f"UPDATE dead_letters SET closed_at = {NOW_SQL} WHERE id = ANY(CAST(:ids AS text[])) AND closed_at IS NULL"
)

_open_letters = gauge("consumer_open_dead_letters", "Messages that are not applied", ["group", "topic"])


@dataclass(frozen=True)
class DeadLetter:
    """A record and its cause in two words: the error's class and its code. Never the error's text.

    `event` is what the record says, None where it cannot be read; `place` is where the message first was.
    """

    id: str
    record: ConsumerRecord
    place: Place
    event: IncomingEvent | None
    error: str
    code: str

    def row(self, newest: Newest) -> tuple[object, ...]:
        """Values of the columns that its row is stored with."""
        event, facts = self.event, (self.error, self.code)
        if event is not None:
            about = (event.key, event.sequence, event.school_code, newest(event))
            return self.id, *self.place, *about, *facts, event.recorded_at
        # a producer's clock may be ahead, and then the message would seem to be still to come
        sent_at = min(clock.moved(max(self.record.timestamp or 0, 0) / 1000), clock.now())
        return self.id, *self.place, None, None, None, None, *facts, sent_at


@dataclass(frozen=True)
class OpenLetter:
    """A dead letter that is open, as stored; `school_code` is None for a message that cannot be read."""

    id: str
    topic: str
    partition: int
    message_offset: int
    sequence: int | None
    school_code: str | None
    thing: str | None
    code: str

    @property
    def place(self) -> str:
        """Topic, partition and offset of the message, as one word."""
        return shown((self.topic, self.partition, self.message_offset))


@dataclass(frozen=True)
class Letter:
    """A dead letter as stored, open or closed. Of a message that cannot be read, key, sequence and school are None.

    `published_after` is when the event was recorded, or when such a message was sent.
    """

    id: str
    consumer_group: str
    topic: str
    partition: int
    message_offset: int
    key: str | None
    sequence: int | None
    school_code: str | None
    thing: str | None
    code: str
    closed_at: datetime | None
    published_after: datetime


class DeadLetters:
    """The dead letters of one group. `open` is what was read last, and what this process did since."""

    def __init__(self, database: Database, group: str, topics: Sequence[str], newest: Newest) -> None:
        self._database, self._group, self._topics, self._newest = database, group, tuple(topics), newest
        self.open: Mapping[str, OpenLetter] = {}
        self._is_forgotten = True

    def forget(self) -> None:
        """To be called when another member may have opened some: what is not known to be open is never closed."""
        self._is_forgotten = True

    async def recall(self) -> None:
        """Reads the open ones if they were forgotten, and not read since."""
        if self._is_forgotten:
            await self.refresh()

    async def refresh(self) -> None:
        """Reads the open ones."""
        self.open = {letter.id: letter for letter in await open_letters(self._database, self._group)}
        counted = Counter(letter.topic for letter in self.open.values())
        for topic in self._topics:
            _open_letters.labels(self._group, topic).set(counted[topic])
        self._is_forgotten = False

    async def recent(self) -> Counter[str]:
        """New ones of the last hour by topic, whatever became of them."""
        async with self._database.reading() as connection:
            found = await connection.execute(_RECENT, {"of_group": self._group})
            return Counter({row.topic: row.letters for row in found})

    def id_of(self, place: Place, record: ConsumerRecord, event: IncomingEvent | None) -> str:
        """The event's id, or the place of a message that cannot be read; a returned message stays what it was."""
        returned = origin(record, self._group)
        if event is None or (returned is not None and shown(returned) in self.open):
            return shown(returned or place)
        return str(event.id)

    def made_of(
        self, place: Place, record: ConsumerRecord, event: IncomingEvent | None, error: Exception
    ) -> DeadLetter:
        """The letter of a record that met the error."""
        return DeadLetter(
            self.id_of(place, record, event),
            record,
            origin(record, self._group) or place,
            event,
            type(error).__name__,
            str(getattr(error, "code", "unexplained")),
        )

    def closed_by(self, applied: Iterable[tuple[ConsumerRecord, IncomingEvent]]) -> set[str]:
        """Ids of the open ones whose version is stored with these events, or a later one where that is enough."""
        if not self.open:
            return set()
        closed: set[str] = set()
        for record, event in applied:
            returned = origin(record, self._group)
            closed |= {str(event.id), shown(returned) if returned else ""} & self.open.keys()
            if (thing := self._newest(event)) is not None:
                closed |= {
                    letter.id
                    for letter in self.open.values()
                    if (letter.topic, letter.thing) == (event.topic, thing) and (letter.sequence or 0) < event.sequence
                }
        return closed

    async def settle(self, failed: Sequence[DeadLetter], closed: Iterable[str]) -> None:
        """Stores what failed and closes what is applied, in one transaction; asks nothing where there is nothing."""
        ids = sorted(set(closed) - {letter.id for letter in failed})
        if not failed and not ids:
            return
        async with self._database.transaction(SYSTEM) as unit:
            if failed:
                named = {each.id: each.row(self._newest) for each in reversed(failed)}
                values_of = zip(*named.values(), strict=True)
                columns = {name: list(values) for name, values in zip(_COLUMNS, values_of, strict=True)}
                await unit.connection.execute(_KEEP, columns | {"of_group": self._group})
            if ids:
                await close_letters(unit.connection, ids)
            await unit.commit()
        await self.refresh()


async def open_letters(database: Database, group: str | None = None) -> list[OpenLetter]:
    """The open letters of a group, or of all, in the order of their places."""
    async with database.reading() as connection:
        return [OpenLetter(*row) for row in await connection.execute(_OPEN, {"of_group": group})]


async def find_letter(connection: Connection, letter_id: str) -> Letter | None:
    """The letter of this id, None where there is none."""
    return rows.one_or_none(Letter, await connection.execute(_ONE, {"id": letter_id}))


async def closed_letters(database: Database, group: str) -> set[str]:
    """Ids of the letters of a group that are closed."""
    async with database.reading() as connection:
        return set(await connection.scalars(_CLOSED, {"of_group": group}))


async def close_letters(connection: Connection, ids: Sequence[str]) -> int:
    """Closes those of the letters that are open; how many they were."""
    return await connection.affected(_CLOSE, {"ids": list(ids)})


def letter_ids(record: ConsumerRecord, group: str) -> set[str]:
    """What the letter of a message in the topic of dead letters may be called: by the event's id, or by its place."""
    place = origin(record, group)
    event_id = dict(record.headers).get("ce_id", b"").decode(errors="replace")
    return {event_id, shown(place) if place else ""} - {""}


def shown(place: Place) -> str:
    """A place as one word."""
    return "/".join(map(str, place))


def origin(record: ConsumerRecord, group: str) -> Place | None:
    """Where a message first was that `replay-dead-letters` of this group has returned; None for any other."""
    said = {name: value for name, value in record.headers if name.startswith(PREFIX)}
    if said.get(GROUP) != group.encode() or not {TOPIC, PARTITION, OFFSET} <= said.keys():
        return None
    return said[TOPIC].decode(), int(said[PARTITION]), int(said[OFFSET])
