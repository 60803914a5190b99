"""Appending an event inside the caller's transaction."""

from collections.abc import Sequence

from sqlalchemy import text

from common.contracts import ChangeToken, OutgoingEvent
from common.sql import Connection

_INSERT = text(
    """
    INSERT INTO outbox (topic, key, sequence, type, school_code, decided_on, recorded_at, data,
                        correlation_id, traceparent)
    VALUES (:topic, :key, :sequence, :type, :school_code, :decided_on, :recorded_at, CAST(:data AS jsonb),
            :correlation_id, :traceparent)
    """
)


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
