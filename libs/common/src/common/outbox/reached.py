"""How far the sequences of a key have come, for the row that counts them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.dialects import postgresql

from common.clock import TODAY_SQL
from common.contracts import EventData
from common.sql import Connection

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Reached:
    """A key of a topic, the last sequence and day that were given, and what was said last of each thing of the key."""

    key: str
    school_code: str
    sequence: int
    decided_on: date | None
    things: tuple[EventData, ...]


RaiseStreams = Callable[[Connection, Sequence[Reached]], Awaitable[None]]
"""Brings the rows that count the sequences of these keys up to them, and makes those that are missing."""


def columns_of(reached: Sequence[Reached]) -> dict[str, list[Any]]:
    """`keys`, `schools`, `sequences` and `days`, in the order of the keys, as parameters of one statement."""
    ordered = sorted(reached, key=lambda each: each.key)
    return {
        "keys": [each.key for each in ordered],
        "schools": [each.school_code for each in ordered],
        "sequences": [each.sequence for each in ordered],
        "days": [each.decided_on for each in ordered],
    }


def raising(streams: Table, sequence: str = "sequence") -> RaiseStreams:
    """For `Area.streams`: lets the next event of each key follow the last one that was published.

    `streams` has a row for each key, its primary key, with `sequence`, perhaps `last_decided_on`, `school_code`; a row
    that is missing begins here. Where a row counts a second topic in another column, that topic has no day there.
    """
    key = next(iter(streams.primary_key))
    values = {
        key.name: f"CAST(reached.key AS {key.type.compile(_DIALECT)})",
        "school_code": "reached.school",
        sequence: "reached.sequence",
    }
    if sequence == "sequence":
        values["last_decided_on"] = f"coalesce(reached.day, {TODAY_SQL})"
    columns = [each.name for each in streams.c if each.name in values]
    raised = [name for name in columns if name in {sequence, "last_decided_on"}]
    statement = text(
        f"""
        INSERT INTO {streams.name} AS kept ({", ".join(columns)}) SELECT {", ".join(values[name] for name in columns)}
          FROM unnest(CAST(:keys AS text[]), CAST(:schools AS text[]), CAST(:sequences AS bigint[]),
                      CAST(:days AS date[])) AS reached (key, school, sequence, day)
        ON CONFLICT ({key.name}) DO UPDATE
           SET {", ".join(f"{name} = greatest(kept.{name}, EXCLUDED.{name})" for name in raised)}
        """
    )

    async def raise_streams(connection: Connection, reached: Sequence[Reached]) -> None:
        await connection.execute(statement, columns_of(reached))

    return raise_streams
