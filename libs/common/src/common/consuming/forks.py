"""Forks: another event under a key and sequence that is known already. Which is true, only their owner knows."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from sqlalchemy import BigInteger, Column, TextClause, Uuid, text

from common.contracts.envelope import IncomingEvent
from common.database import UnitOfWork
from common.errors import Forked
from common.settings import ServiceSettings
from common.sql import Connection


@dataclass(frozen=True)
class Fork:
    """A key and sequence of a topic under which the owner has this event, and another one may be stored here."""

    topic: str
    school_code: str
    key: str
    sequence: int
    event_id: UUID


Drop = Callable[[UnitOfWork, ServiceSettings, Fork], Awaitable[None]]
"""Drops what is stored of another event than the owner's, so that the owner's is taken when it comes."""


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
    return text(
        f"""
        SELECT EXISTS (
            SELECT FROM {key.table.name} AS kept
            JOIN unnest(CAST(:keys AS {_kind(key)}[]), CAST(:sequences AS bigint[]), CAST(:event_ids AS uuid[]))
                AS arrived (key, sequence, event_id) ON arrived.key = kept.{key.name}
            WHERE kept.event_sequence = arrived.sequence AND kept.event_id <> arrived.event_id
        )
        """
    )


def dropping_newest(key: Column[object], *sequences: Column[int]) -> Drop:
    """For a table with `event_columns` and this key of the events: any version of the owner replaces the row.

    `sequences` are further columns that keep which event the row is from.
    """
    table, kind = key.table.name, _kind(key)
    also = "".join(
        f", {each.name} = CASE WHEN {each.name} = :sequence THEN 0 ELSE {each.name} END" for each in sequences
    )
    statement = text(
        f"""
        UPDATE {table} SET sequence = 0, event_id = NULL, event_sequence = NULL{also}
        WHERE {key.name} = CAST(:key AS {kind}) AND event_sequence = :sequence AND event_id <> :event_id
        """
    )

    async def drop(unit: UnitOfWork, _: ServiceSettings, fork: Fork) -> None:
        await unit.connection.execute(statement, vars(fork))

    return drop


def _kind(key: Column[object]) -> str:
    return "uuid" if isinstance(key.type, Uuid) else "text"
