"""Appending an event inside the caller's transaction."""

from collections.abc import Sequence

from sqlalchemy import text

from common.contracts import ChangeToken, OutgoingEvent
from common.sql import Connection, array, array_sql

_INSERT = text(
    """
    INSERT INTO outbox (topic, key, sequence, type, school_code, decided_on, recorded_at, data,
                        correlation_id, traceparent)
    VALUES (:topic, :key, :sequence, :type, :school_code, :decided_on, :recorded_at, CAST(:data AS jsonb),
            :correlation_id, :traceparent)
    """
)

_COLUMNS = {
    "topic": "text",
    "key": "text",
    "sequence": "bigint",
    "type": "text",
    "school_code": "text",
    "decided_on": "date",
    "recorded_at": "timestamptz",
    "data": "text",
    "correlation_id": "text",
    "traceparent": "text",
}
_INSERT_EACH = text(
    f"""
    INSERT INTO outbox ({", ".join(_COLUMNS)})
    SELECT {", ".join("CAST(data AS jsonb)" if name == "data" else name for name in _COLUMNS)}
      FROM unnest({", ".join(array_sql(name, kind) for name, kind in _COLUMNS.items())}) WITH ORDINALITY
        AS event ({", ".join(_COLUMNS)}, place)
     ORDER BY place
    """
)

Cause = tuple[str | None, str | None]
"""The correlation id and the trace context of a request."""


async def append(
    connection: Connection, event: OutgoingEvent, correlation_id: str | None, traceparent: str | None = None
) -> ChangeToken:
    """Stores the event and never commits; the envelope's instant is the one in its data.

    A second event with the same topic, key and sequence is refused by the database: the caller locks the key's row
    before it takes the next sequence.
    """
    await connection.execute(_INSERT, _values(event, correlation_id, traceparent))
    return _token(event)


async def append_all(
    connection: Connection,
    events: Sequence[OutgoingEvent],
    correlation_id: str | None,
    traceparent: str | None = None,
) -> ChangeToken | None:
    """Stores events in their order as `append` does; the token of the last one."""
    await connection.execute_many(_INSERT, [_values(event, correlation_id, traceparent) for event in events])
    return _token(events[-1]) if events else None


async def append_each(connection: Connection, events: Sequence[OutgoingEvent], causes: Sequence[Cause]) -> None:
    """Stores events in their order as `append` does, each with the request that caused it, in one statement."""
    values = [_values(event, *cause) for event, cause in zip(events, causes, strict=True)]
    if values:
        await connection.execute(_INSERT_EACH, {name: array(each[name] for each in values) for name in _COLUMNS})


def _token(event: OutgoingEvent) -> ChangeToken:
    return ChangeToken(event.topic, event.school_code, event.key, event.sequence)


def _values(event: OutgoingEvent, correlation_id: str | None, traceparent: str | None) -> dict[str, object]:
    return {
        "topic": event.topic,
        "key": event.key,
        "sequence": event.sequence,
        "type": event.type,
        "school_code": event.school_code,
        "decided_on": event.decided_on,
        "recorded_at": event.data.recorded_at,
        "data": event.data.model_dump_json(),
        "correlation_id": correlation_id,
        "traceparent": traceparent,
    }
