"""SQL of spans and cells: what the fold changes, in one statement whatever the size of the batch."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import asyncpg

from common.identifiers import Cohort, GraduateId, SchoolCode
from indicators.timeline.arrays import columns_of
from indicators.timeline.domain import Content, Destination, Groups, Span


class SpanKey(NamedTuple):
    """Identity of a stored span."""

    school_code: SchoolCode
    graduate_id: GraduateId
    from_day: date


class CellKey(NamedTuple):
    """Identity of a live cell; '' stands for a missing value and for not registered."""

    school_code: SchoolCode
    cohort: Cohort
    dimension: str
    value: str
    destination_code: str
    flexible: bool


_HEAD = ("school_code", "graduate_id", "from_day", "to_day", "cohort", "roster_generation", "destination_generation")
SPAN_COLUMN_NAMES = (*_HEAD, *Groups._fields, *Destination._fields)
SPAN_ROW = f"ROW({', '.join(_HEAD)}, ROW({', '.join(Groups._fields)}), ROW({', '.join(Destination._fields)}))"
"""A span as `span_from` reads it: groups and destination each as a row of their own, by their names."""

_ARRAY_OF = {
    "graduate_id": "uuid",
    "from_day": "date",
    "to_day": "date",
    "cohort": "integer",
    "roster_generation": "smallint",
    "destination_generation": "smallint",
    "flexible": "boolean",
    "graduates": "integer",
}
"""Types of the columns that are not text."""

_NO_DESTINATION = (None, False, *(None for _ in Destination._fields[2:]))


def _arrays(columns: Sequence[str], first_parameter: int) -> str:
    kinds = (_ARRAY_OF.get(column, "text") for column in columns)
    return ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(kinds, first_parameter))


_OF_CELLS = (*CellKey._fields, "graduates")
_AFTER_GONE = 1 + len(SpanKey._fields)
KEPT_OF_SPANS = ", ".join(f"{name} = excluded.{name}" for name in SPAN_COLUMN_NAMES if name not in SpanKey._fields)

# the keys of `gone` and of `written` are disjoint, so the order in which PostgreSQL runs the parts does not matter
_CHANGE = f"""
    WITH gone AS (
        DELETE FROM spans USING unnest({_arrays(SpanKey._fields, 1)}) AS gone (school_code, graduate_id, from_day)
        WHERE (spans.school_code, spans.graduate_id, spans.from_day)
            = (gone.school_code, gone.graduate_id, gone.from_day)
    ), written AS (
        INSERT INTO spans ({", ".join(SPAN_COLUMN_NAMES)})
        SELECT * FROM unnest({_arrays(SPAN_COLUMN_NAMES, _AFTER_GONE)})
        ON CONFLICT (school_code, graduate_id, from_day) DO UPDATE SET {KEPT_OF_SPANS}
    ), moved AS MATERIALIZED (
        SELECT * FROM unnest({_arrays(_OF_CELLS, _AFTER_GONE + len(SPAN_COLUMN_NAMES))})
            AS moved ({", ".join(_OF_CELLS)})
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


async def change_figures(
    connection: asyncpg.Connection,
    *,
    gone: Sequence[SpanKey] = (),
    written: Sequence[tuple[Any, ...]] = (),
    moves: Sequence[tuple[CellKey, int]] = (),
) -> None:
    """Removes spans, stores spans over those that begin on the same day, and adds to the cells in key order.

    The groups of the cells are noted for the next rate event.
    """
    if gone or written or moves:
        cells = columns_of([(*key, graduates) for key, graduates in moves], len(_OF_CELLS))
        spans = columns_of(written, len(SPAN_COLUMN_NAMES))
        await connection.execute(_CHANGE, *columns_of(gone, len(SpanKey._fields)), *spans, *cells)


def span_from(row: Sequence[Any]) -> tuple[SpanKey, Span]:
    """A SPAN_ROW as a span with its key."""
    (school_code, graduate_id, from_day, to_day, cohort, of_roster, of_destination), (groups, destination) = (
        row[:7],
        row[7:],
    )
    goes = Destination._make(destination) if destination[0] is not None else None
    content = Content(school_code, cohort, Groups._make(groups), goes, of_roster, of_destination)
    return SpanKey(school_code, graduate_id, from_day), Span(from_day, to_day, content)


def span_row(graduate_id: GraduateId, span: Span) -> tuple[Any, ...]:
    """A span as a row with the SPAN_COLUMN_NAMES."""
    content = span.content
    head = (content.school_code, graduate_id, span.from_day, span.to_day, content.cohort)
    generations = (content.roster_generation, content.destination_generation)
    return (*head, *generations, *content.groups, *(content.destination or _NO_DESTINATION))
