"""Forks: another event under a key and sequence that is known already. Which is true, only their owner knows."""

from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

from sqlalchemy import BigInteger, Column, TextClause, Uuid, text

from common.contracts.envelope import IncomingEvent
from common.errors import Forked
from common.sql import Connection


def event_columns() -> tuple[Column[UUID], Column[int]]:
    """Columns of a table that keeps the newest of a thing: the event that the row is from, as far as it is known.

    An image without these columns leaves them behind `sequence`, and a row from elsewhere has none.
    """
    return Column("event_id", Uuid), Column("event_sequence", BigInteger)


def refuse_forks(events: Sequence[IncomingEvent]) -> None:
    """Raises Forked where two events have one key and sequence: only one of them would be kept, without a word."""
    ids = {(event.topic, event.key, event.sequence, event.id) for event in events}
    if len(ids) != len({named[:3] for named in ids}):
        raise Forked


async def refuse_stored_forks(connection: Connection, key: Column[object], events: Sequence[IncomingEvent]) -> None:
    """Raises Forked where the row with an event's key is from another event of the same sequence.

    `key` is the column, of a table with `event_columns`, that holds the events' key.
    """
    arrived = {
        "keys": [event.key for event in events],
        "sequences": [event.sequence for event in events],
        "event_ids": [event.id for event in events],
    }
    if events and await connection.scalar(_forked(key), arrived):
        raise Forked


@lru_cache
def _forked(key: Column[object]) -> TextClause:
    kind = "uuid" if isinstance(key.type, Uuid) else "text"
    return text(
        f"""
        SELECT EXISTS (
            SELECT FROM {key.table.name} AS kept
            JOIN unnest(CAST(:keys AS {kind}[]), CAST(:sequences AS bigint[]), CAST(:event_ids AS uuid[]))
                AS arrived (key, sequence, event_id) ON arrived.key = kept.{key.name}
            WHERE kept.event_sequence = arrived.sequence AND kept.event_id <> arrived.event_id
        )
        """
    )
