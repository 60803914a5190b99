"""SQL of the relay: numbering committed rows, finding what is not sent, and what was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from common.clock import NOW_SQL
from common.contracts.envelope import StoredEvent

WINDOW = 1_000

COLUMNS = (
    "event_id, topic, key, sequence, type, school_code, decided_on, recorded_at, position, data::text AS data, "
    "correlation_id, traceparent"
)
"""In the order of the fields of a StoredEvent."""

# One statement, so one commit a cycle: the sent position of the cycle before is stored with the next numbers.
# It asks for what has no position, never for "newer than the last id": a late commit cannot be skipped.
# Exclusive because it runs on the very connection that holds the leader's lock.
_NUMBER = f"""
    WITH state AS MATERIALIZED (SELECT numbered FROM relay_state),
    batch AS MATERIALIZED (SELECT id FROM outbox WHERE position IS NULL ORDER BY id LIMIT {WINDOW}),
    placed AS (
        UPDATE outbox SET position = state.numbered + ordered.place
        FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM batch) AS ordered, state
        WHERE outbox.id = ordered.id
        RETURNING outbox.*
    ),
    stored AS (
        UPDATE relay_state SET numbered = numbered + (SELECT count(*) FROM placed), sent = greatest(sent, $1),
               sent_at = greatest(sent_at, $2), reached = coalesce($3, reached)
        WHERE sent < $1 OR EXISTS (SELECT FROM placed) OR $3::jsonb IS NOT NULL
    )
    SELECT {COLUMNS} FROM placed ORDER BY position
"""

_UNSENT = f"SELECT {COLUMNS} FROM outbox WHERE position > $1 ORDER BY position LIMIT {WINDOW}"

_BACKLOG = f"""
    SELECT (SELECT count(*) FROM (SELECT FROM outbox WHERE position IS NULL LIMIT 100000) AS unnumbered) AS unnumbered,
           coalesce(extract(epoch FROM {NOW_SQL} - least(
               (SELECT recorded_at FROM outbox WHERE position IS NULL ORDER BY id LIMIT 1),
               (SELECT recorded_at FROM outbox WHERE position > $1 ORDER BY position LIMIT 1))), 0) AS oldest_age
"""


@dataclass(frozen=True)
class Backlog:
    """What waits: rows without a number (counted to 100,000) and the age in seconds of the oldest row not sent."""

    unnumbered: int
    oldest_age: float


async def ensure_state(connection: asyncpg.Connection) -> None:
    """Creates the row of the relay's state, where there is none."""
    await connection.execute("INSERT INTO relay_state (id) VALUES (1) ON CONFLICT DO NOTHING")


async def sent_position(connection: asyncpg.Connection) -> int:
    """The position up to which the broker acknowledged everything; creates the state's row at the first time."""
    await ensure_state(connection)
    return int(await connection.fetchval("SELECT sent FROM relay_state"))


async def number_next(
    connection: asyncpg.Connection, sent: int, sent_at: datetime | None = None, reached: str | None = None
) -> list[StoredEvent]:
    """Stores what was acknowledged, until which broker time, and numbers the next committed rows, in id order.

    `reached` are the marks of the topics, where they have moved.
    """
    return _events(await connection.fetch(_NUMBER, sent, sent_at, reached))


async def unsent_after(connection: asyncpg.Connection, sent: int) -> list[StoredEvent]:
    """Numbered rows after the position, in position order."""
    return _events(await connection.fetch(_UNSENT, sent))


async def backlog(connection: asyncpg.Connection, sent: int) -> Backlog:
    """How much waits to be sent."""
    row = await connection.fetchrow(_BACKLOG, sent)
    return Backlog(row["unnumbered"], max(0.0, float(row["oldest_age"])))


def _events(rows: Sequence[Any]) -> list[StoredEvent]:
    return [StoredEvent(*row) for row in rows]
