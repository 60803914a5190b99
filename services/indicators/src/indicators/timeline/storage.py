"""SQL of versions, spans and cells on the driver's own connection: the fold is the hottest path of the service.

Every statement takes arrays, so one graduate and five thousand cost the same number of round trips.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from indicators.timeline.domain import (
    Content,
    Destination,
    DestinationVersion,
    Groups,
    RosterVersion,
    Span,
    province_of,
)

LOCK_SPACE = 7301
"""First key of the advisory locks, so that a partition's number never meets another user's lock."""


class StoredRosterVersion(NamedTuple):
    """A row of `roster_versions`, in the order of its columns."""

    graduate_id: UUID
    sequence: int
    school_code: str
    cohort: int
    event_id: UUID
    decided_on: date
    recorded_at: datetime
    status: str
    college_code: str | None
    major_code: str | None
    class_code: str | None
    education_level_code: str | None
    sex_code: str | None
    origin_place_code: str | None
    ethnicity_code: str | None
    hardship_code: str | None
    training_mode_code: str | None
    teacher_training_code: str | None
    study_form: str | None


class StoredDestinationVersion(NamedTuple):
    """A row of `destination_versions`, in the order of its columns."""

    graduate_id: UUID
    sequence: int
    school_code: str
    event_id: UUID
    decided_on: date
    recorded_at: datetime
    registration_id: UUID
    state: str
    confirmation: str | None
    destination_code: str
    code_list_version: str
    flexible: bool
    flexible_kind: str | None
    employer_nature_code: str | None
    industry_code: str | None
    place_code: str | None
    position_code: str | None


class SpanKey(NamedTuple):
    """Identity of a stored span."""

    school_code: str
    graduate_id: UUID
    from_day: date


class CellKey(NamedTuple):
    """Identity of a live cell; '' stands for a missing value and for not registered."""

    school_code: str
    cohort: int
    dimension: str
    value: str
    destination_code: str
    flexible: bool


_TYPES = {UUID: "uuid", int: "bigint", str: "text", date: "date", datetime: "timestamptz", bool: "boolean"}


def _array_types(row: type[NamedTuple]) -> list[str]:
    hints = row.__annotations__.values()
    return [next(sql for kind, sql in _TYPES.items() if hint in {kind, kind | None}) for hint in hints]


def _insert(table: str, row: type[NamedTuple]) -> str:
    columns = ", ".join(row._fields)
    arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(_array_types(row), 1))
    return f"INSERT INTO {table} ({columns}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"


_INSERT_ROSTER = _insert("roster_versions", StoredRosterVersion)
_INSERT_DESTINATIONS = _insert("destination_versions", StoredDestinationVersion)

_LOCK = text(
    """
    SELECT pg_advisory_xact_lock(:space, number)
    FROM (SELECT unnest(CAST(:numbers AS integer[])) AS number ORDER BY 1) AS numbers
    """
)

_READ_ROSTER = """
    SELECT graduate_id, sequence, decided_on, school_code, cohort, status, college_code, major_code, class_code,
           education_level_code, sex_code, origin_place_code
    FROM roster_versions WHERE graduate_id = ANY($1::uuid[])
"""
_READ_DESTINATIONS = """
    SELECT graduate_id, sequence, decided_on, state, destination_code, flexible, employer_nature_code, industry_code,
           place_code, position_code
    FROM destination_versions WHERE graduate_id = ANY($1::uuid[])
"""
SPAN_COLUMN_NAMES = (
    "school_code", "graduate_id", "from_day", "to_day", "cohort", "college_code", "major_code", "class_code",
    "education_level_code", "sex_code", "origin_province_code", "destination_code", "flexible",
    "employer_nature_code", "industry_code", "place_code", "position_code",
)  # fmt: skip
SPAN_COLUMNS = ", ".join(SPAN_COLUMN_NAMES)
_READ_SPANS = f"""
    SELECT {SPAN_COLUMNS} FROM unnest($1::text[], $2::uuid[]) AS touched (school_code, graduate_id)
    JOIN spans USING (school_code, graduate_id)
"""
_DELETE_SPANS = """
    DELETE FROM spans USING unnest($1::text[], $2::uuid[], $3::date[]) AS gone (school_code, graduate_id, from_day)
    WHERE (spans.school_code, spans.graduate_id, spans.from_day) = (gone.school_code, gone.graduate_id, gone.from_day)
"""
_WRITE_SPANS = f"""
    INSERT INTO spans ({SPAN_COLUMNS})
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::date[], $4::date[], $5::integer[], $6::text[], $7::text[],
                         $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::boolean[], $14::text[],
                         $15::text[], $16::text[], $17::text[])
    ON CONFLICT (school_code, graduate_id, from_day) DO UPDATE SET
        to_day = excluded.to_day, cohort = excluded.cohort, college_code = excluded.college_code,
        major_code = excluded.major_code, class_code = excluded.class_code,
        education_level_code = excluded.education_level_code, sex_code = excluded.sex_code,
        origin_province_code = excluded.origin_province_code, destination_code = excluded.destination_code,
        flexible = excluded.flexible, employer_nature_code = excluded.employer_nature_code,
        industry_code = excluded.industry_code, place_code = excluded.place_code,
        position_code = excluded.position_code
"""
_MOVE_CELLS = """
    WITH moved AS MATERIALIZED (
        SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::boolean[],
                             $7::integer[])
            AS moved (school_code, cohort, dimension, value, destination_code, flexible, graduates)
    ), counted AS (
        MERGE INTO cells USING moved
        ON (cells.school_code, cells.cohort, cells.dimension, cells.value, cells.destination_code, cells.flexible)
         = (moved.school_code, moved.cohort, moved.dimension, moved.value, moved.destination_code, moved.flexible)
        WHEN MATCHED THEN UPDATE SET graduates = cells.graduates + moved.graduates
        WHEN NOT MATCHED THEN INSERT VALUES (moved.school_code, moved.cohort, moved.dimension, moved.value,
                                             moved.destination_code, moved.flexible, moved.graduates)
    )
    INSERT INTO moved_groups (school_code, cohort, dimension, value)
    SELECT DISTINCT school_code, cohort, dimension, value FROM moved
"""

Roster = Mapping[UUID, list[RosterVersion]]
Decisions = Mapping[UUID, list[DestinationVersion]]


async def lock_partitions(connection: AsyncConnection, partitions: Iterable[int]) -> None:
    """Makes this transaction the only one that writes figures of these partitions; ascending, so never a deadlock."""
    await connection.execute(_LOCK, {"space": LOCK_SPACE, "numbers": sorted(set(partitions))})


async def insert_roster_versions(connection: asyncpg.Connection, rows: Sequence[StoredRosterVersion]) -> None:
    """Keeps versions that are not stored yet; the primary key drops the others."""
    if rows:
        await connection.execute(_INSERT_ROSTER, *zip(*rows, strict=True))


async def insert_destination_versions(connection: asyncpg.Connection, rows: Sequence[StoredDestinationVersion]) -> None:
    """Keeps versions that are not stored yet; the primary key drops the others."""
    if rows:
        await connection.execute(_INSERT_DESTINATIONS, *zip(*rows, strict=True))


async def roster_of(connection: asyncpg.Connection, graduates: Iterable[UUID]) -> Roster:
    """All stored roster versions of these graduates."""
    found: defaultdict[UUID, list[RosterVersion]] = defaultdict(list)
    for row in await connection.fetch(_READ_ROSTER, graduates):
        groups = Groups._make((*row[6:11], province_of(row["origin_place_code"])))
        found[row["graduate_id"]].append(RosterVersion._make((*row[1:6], groups)))
    return found


async def decisions_of(connection: asyncpg.Connection, graduates: Iterable[UUID]) -> Decisions:
    """All stored destination versions of these graduates."""
    found: defaultdict[UUID, list[DestinationVersion]] = defaultdict(list)
    for row in await connection.fetch(_READ_DESTINATIONS, graduates):
        found[row["graduate_id"]].append(DestinationVersion._make((*row[1:4], Destination._make(row[4:]))))
    return found


async def spans_of(
    connection: asyncpg.Connection, schools: Sequence[str], graduates: Sequence[UUID]
) -> dict[SpanKey, Span]:
    """Stored spans of these graduates, each with its school."""
    rows = await connection.fetch(_READ_SPANS, schools, graduates)
    return {SpanKey(*row[:3]): span_from(row) for row in rows}


def span_from(row: Sequence[Any]) -> Span:
    """A row with the columns of SPAN_COLUMNS as a span."""
    destination = Destination(row[11], *row[12:17]) if row[11] is not None else None
    return Span(row[2], row[3], Content(row[0], row[4], Groups(*row[5:11]), destination))


def span_row(graduate_id: UUID, span: Span) -> tuple[Any, ...]:
    """A span as a row with the columns of SPAN_COLUMNS."""
    content = span.content
    destination = content.destination or (None, False, None, None, None, None)
    key = (content.school_code, graduate_id, span.from_day, span.to_day, content.cohort)
    return (*key, *content.groups, *destination)


async def delete_spans(connection: asyncpg.Connection, keys: Sequence[SpanKey]) -> None:
    """Removes spans that the timeline no longer has."""
    if keys:
        await connection.execute(_DELETE_SPANS, *zip(*keys, strict=True))


async def write_spans(connection: asyncpg.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Stores spans, over those that begin on the same day."""
    if rows:
        await connection.execute(_WRITE_SPANS, *zip(*rows, strict=True))


async def move_cells(connection: asyncpg.Connection, moves: Sequence[tuple[CellKey, int]]) -> None:
    """Adds to the live cells, in key order, and notes the groups for the next rate event."""
    if moves:
        keys = zip(*(key for key, _ in moves), strict=True)
        await connection.execute(_MOVE_CELLS, *keys, [graduates for _, graduates in moves])
