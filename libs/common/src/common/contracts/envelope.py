"""Events before they are sent, on the wire, and after they are read: CloudEvents 1.0, Kafka binding, binary mode.

Written by hand because the `cloudevents` library needs 45 µs to write and 69 µs to read one event, more than folding
it costs, and reads a body of broken JSON as a string; the tests read and write every type with that library too.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any
from uuid import UUID

from common.contracts.catalogue import EVENT_TYPES
from common.contracts.events import EventType
from common.contracts.fields import EventData

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"
MAX_BODY = 900_000
"""A little below what a broker takes by default; our events have about a kilobyte."""

Headers = list[tuple[str, bytes]]


@dataclass(frozen=True)
class OutgoingEvent:
    """An event as a unit of work announces it; the outbox adds id, instant and, later, position."""

    topic: str
    key: str
    sequence: int
    type: str
    school_code: str
    decided_on: date | None
    data: EventData

    def __post_init__(self) -> None:
        described = EVENT_TYPES.get(self.type)
        if described is None or described.topic != self.topic or not isinstance(self.data, described.model):
            raise ValueError(f"{self.type} with these data does not belong to {self.topic}")
        if self.sequence < 1 or self.data.school_code != self.school_code:
            raise ValueError("sequences start at 1, and the school is that of the data")


@dataclass(frozen=True)
class StoredEvent:
    """A row of an outbox that has its position; `data` is JSON text."""

    event_id: UUID
    topic: str
    key: str
    sequence: int
    type: str
    school_code: str
    decided_on: date | None
    recorded_at: datetime
    position: int
    data: str
    correlation_id: str | None
    traceparent: str | None


@dataclass(frozen=True)
class IncomingEvent:
    """An event as a consumer receives it. `topic` is without the deployment's prefix."""

    id: UUID
    type: str
    topic: str
    key: str
    sequence: int
    school_code: str
    decided_on: date | None
    recorded_at: datetime
    position: int
    data: EventData
    partition: int
    offset: int
    correlation_id: str | None = None
    traceparent: str | None = None


class UnreadableEventError(Exception):
    """A message that is no event of the contract; `code` says why in a word, without anything of its content."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_ATTRIBUTES = (
    *("specversion", "id", "source", "type", "subject", "time", "dataschema", "sequence", "position", "schoolcode"),
    *("decidedon", "traceparent", "correlationid"),
)

_said_by_many = attrgetter("type", "school_code", "recorded_at", "decided_on", "correlation_id", "traceparent")
"""What the events of an import have in common: put in words once for all of them."""


def attributes(event: StoredEvent, source: str, schema_base: str) -> dict[str, str]:
    """The CloudEvents attributes of an event, extensions included, all as text."""
    described = {**_shared_attributes(source, schema_base, *_said_by_many(event)), **_own_attributes(event)}
    return {name: described[name] for name in _ATTRIBUTES if name in described}


def _own_attributes(event: StoredEvent) -> dict[str, str]:
    return {
        "id": str(event.event_id),
        "subject": event.key,
        "sequence": str(event.sequence),
        "position": str(event.position),
    }


def _shared_attributes(
    source: str,
    schema_base: str,
    event_type: str,
    school_code: str,
    recorded_at: datetime,
    decided_on: date | None,
    correlation_id: str | None,
    traceparent: str | None,
) -> dict[str, str]:
    optional = {
        "decidedon": decided_on and decided_on.isoformat(),
        "traceparent": traceparent,
        "correlationid": correlation_id,
    }
    return {
        "specversion": SPEC_VERSION,
        "source": source,
        "type": event_type,
        "time": rfc3339(recorded_at),
        "dataschema": f"{schema_base}/schemas/{event_type}.json",
        "schoolcode": school_code,
    } | {name: value for name, value in optional.items() if value}


def rfc3339(instant: datetime) -> str:
    """The instant with its zone, `Z` for UTC."""
    return instant.isoformat().replace("+00:00", "Z")


def to_headers(event: StoredEvent, source: str, schema_base: str) -> Headers:
    """Headers of the Kafka message in binary mode; its body is `event.data`."""
    return [*_shared_headers(source, schema_base, *_said_by_many(event)), *_as_headers(_own_attributes(event))]


@lru_cache(maxsize=256)
def _shared_headers(*said: Any) -> Headers:
    return [("content-type", CONTENT_TYPE.encode()), *_as_headers(_shared_attributes(*said))]


def _as_headers(described: Mapping[str, str]) -> Headers:
    return [(f"ce_{name}", text.encode()) for name, text in described.items()]


def event_type_of(headers: Iterable[tuple[str, bytes]]) -> str | None:
    """The type alone, to skip unknown ones before anything else is read."""
    for name, value in headers:
        if _attribute(name) == "type":
            return value.decode(errors="replace")
    return None


def from_message(
    *,
    topic: str,
    partition: int,
    offset: int,
    key: bytes | None,
    headers: Iterable[tuple[str, bytes]],
    body: bytes | None,
) -> IncomingEvent:
    """Reads a message of a known type; raises UnreadableEventError."""
    if key is None:
        raise UnreadableEventError("key_missing")
    if body is None or len(body) > MAX_BODY:
        raise UnreadableEventError("body_missing" if body is None else "body_too_large")
    carried = _attributes_carried(headers)
    described = _described(carried, topic)
    with _UNREADABLE:
        return IncomingEvent(
            id=UUID(carried["id"]),
            topic=topic,
            key=key.decode(),
            data=described.model.read_json(body),
            partition=partition,
            offset=offset,
            **_facts(carried),
        )


def as_stored(
    *, topic: str, key: bytes | None, headers: Iterable[tuple[str, bytes]], body: bytes | None
) -> StoredEvent:
    """A message as the row that it was sent from, its data unread and of any type; raises UnreadableEventError.

    Bytes that are no UTF-8 make data that no model reads.
    """
    if key is None or body is None:
        raise UnreadableEventError("key_missing" if key is None else "body_missing")
    carried = _attributes_carried(headers)
    with _UNREADABLE:
        return StoredEvent(
            event_id=UUID(carried["id"]),
            topic=topic,
            key=key.decode(),
            data=body.decode(errors="surrogateescape"),
            **_facts(carried),
        )


class _Unreadable:
    """Errors of reading as UnreadableEventError; a class, because a generator costs each event as much as its id."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if isinstance(error, KeyError):
            raise UnreadableEventError("header_missing") from error
        if isinstance(error, ValueError):
            raise UnreadableEventError("malformed") from error


_UNREADABLE = _Unreadable()


def _facts(carried: Mapping[str, str]) -> dict[str, Any]:
    """What an event states beside its id, its place and its data."""
    decided_on = carried.get("decidedon")
    return {
        "type": carried["type"],
        "sequence": _positive(carried["sequence"]),
        "school_code": carried["schoolcode"],
        "decided_on": date.fromisoformat(decided_on) if decided_on else None,
        "recorded_at": _instant(carried["time"]),
        "position": _positive(carried["position"]),
        "correlation_id": carried.get("correlationid"),
        "traceparent": carried.get("traceparent"),
    }


def legible_attributes(headers: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """The attributes of a message that are text, whatever else its headers hold."""
    legible = {}
    for name, value in headers:
        if (attribute := _attribute(name)) is not None:
            with suppress(UnicodeDecodeError, AttributeError):
                legible[attribute] = value.decode()
    return legible


def _attributes_carried(headers: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    try:
        return {attribute: value.decode() for name, value in headers if (attribute := _attribute(name)) is not None}
    except (UnicodeDecodeError, AttributeError) as error:
        raise UnreadableEventError("header_unreadable") from error


@lru_cache(maxsize=256)
def _attribute(header: str) -> str | None:
    """The attribute that a header carries. Few names, asked for a dozen times with every message."""
    name = header.lower()
    return name[3:] if name.startswith("ce_") else None


def _described(carried: dict[str, str], topic: str) -> EventType:
    if carried.get("specversion") != SPEC_VERSION:
        raise UnreadableEventError("specversion")
    described = EVENT_TYPES.get(carried.get("type", ""))
    if described is None or described.topic != topic:
        raise UnreadableEventError("type_not_of_topic")
    return described


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("no instant without its zone")
    return instant


def _positive(text: str) -> int:
    number = int(text)
    if not 0 < number < 2**63:
        raise ValueError("not a positive 64-bit number")
    return number
