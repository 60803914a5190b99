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


SPAN_COLUMN_NAMES = (
    "school_code", "graduate_id", "from_day", "to_day", "cohort", "college_code", "major_code", "class_code",
    "education_level_code", "sex_code", "origin_province_code", "destination_code", "flexible",
    "employer_nature_code", "industry_code", "place_code", "position_code",
)  # fmt: skip
SPAN_COLUMNS = ", ".join(SPAN_COLUMN_NAMES)

_GONE, _SPANS, _CELLS = 3, len(SPAN_COLUMN_NAMES), 7
"""Numbers of the arrays that each part of the statement takes."""

# the keys of `gone` and of `written` are disjoint, so the order in which PostgreSQL runs the parts does not matter
_CHANGE = f"""
    WITH gone AS (
        DELETE FROM spans USING unnest($1::text[], $2::uuid[], $3::date[]) AS gone (school_code, graduate_id, from_day)
        WHERE (spans.school_code, spans.graduate_id, spans.from_day)
            = (gone.school_code, gone.graduate_id, gone.from_day)
    ), written AS (
        INSERT INTO spans ({SPAN_COLUMNS})
        SELECT * FROM unnest($4::text[], $5::uuid[], $6::date[], $7::date[], $8::integer[], $9::text[], $10::text[],
                             $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::boolean[],
                             $17::text[], $18::text[], $19::text[], $20::text[])
        ON CONFLICT (school_code, graduate_id, from_day) DO UPDATE SET
            to_day = excluded.to_day, cohort = excluded.cohort, college_code = excluded.college_code,
            major_code = excluded.major_code, class_code = excluded.class_code,
            education_level_code = excluded.education_level_code, sex_code = excluded.sex_code,
            origin_province_code = excluded.origin_province_code, destination_code = excluded.destination_code,
            flexible = excluded.flexible, employer_nature_code = excluded.employer_nature_code,
            industry_code = excluded.industry_code, place_code = excluded.place_code,
            position_code = excluded.position_code
    ), moved AS MATERIALIZED (
        SELECT * FROM unnest($21::text[], $22::integer[], $23::text[], $24::text[], $25::text[], $26::boolean[],
                             $27::integer[])
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
        cells = columns_of([(*key, graduates) for key, graduates in moves], _CELLS)
        await connection.execute(_CHANGE, *columns_of(gone, _GONE), *columns_of(written, _SPANS), *cells)


def span_from(row: Sequence[Any]) -> Span:
    """A row with the columns of SPAN_COLUMNS as a span."""
    destination = Destination(row[11], *row[12:17]) if row[11] is not None else None
    return Span(row[2], row[3], Content(row[0], row[4], Groups(*row[5:11]), destination))


def span_row(graduate_id: GraduateId, span: Span) -> tuple[Any, ...]:
    """A span as a row with the columns of SPAN_COLUMNS."""
    content = span.content
    destination = content.destination or (None, False, None, None, None, None)
    key = (content.school_code, graduate_id, span.from_day, span.to_day, content.cohort)
    return (*key, *content.groups, *destination)
