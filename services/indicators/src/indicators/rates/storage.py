"""SQL of counts: today from the live cells where they answer, every other question from the spans of the scope."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from indicators.rates.domain import Movement
from indicators.reading.selection import Moment, Selection
from indicators.reading.spans import IN_SCOPE, parameters_of, spans_where
from indicators.schemes.groupings import COLUMNS, EDUCATION_LEVELS, TOTAL, Group, group_of, stored_dimension
from indicators.schemes.tally import Count
from indicators.timeline.domain import season_start

_LEVEL = f"""
    CASE {" ".join(f"WHEN education_level_code IN {codes} THEN '{level}'" for level, codes in EDUCATION_LEVELS.items())}
    END
"""


async def counts(connection: AsyncConnection, selection: Selection, moment: Moment) -> list[tuple[Group, Count]]:
    """Counts per group and destination code as of the moment; none before the cohort's season."""
    if moment.as_of < season_start(selection.cohort):
        return []
    # cells know today only, and one grouping at a time
    if moment.live and len(selection.by) <= 1 and not selection.filters:
        return await _from_cells(connection, selection)
    statement = _span_counts(selection, None, "1", "from_day <= :day AND :day < to_day")
    rows = await connection.execute(text(statement), parameters_of(selection) | {"day": moment.as_of})
    return [(group_of(selection.by, row[:-3]), Count(*row[-3:])) for row in rows]


async def movements(connection: AsyncConnection, selection: Selection, first: date, last: date) -> list[Movement]:
    """What joins and leaves each group on each day from `first` to `last`; what is there already joins on `first`."""
    begins = _span_counts(selection, "greatest(from_day, :first) AS day", "1", "from_day <= :last AND to_day > :first")
    ends = _span_counts(selection, "to_day AS day", "-1", "to_day <= :last AND to_day > :first")
    parameters = parameters_of(selection) | {"first": first, "last": last}
    rows = await connection.execute(text(f"{begins} UNION ALL {ends}"), parameters)
    return [Movement(row[0], group_of(selection.by, row[1:-3]), Count(row[-3], row[-2], row[-1])) for row in rows]


async def count_groups(connection: AsyncConnection, selection: Selection, first: date, last: date) -> int:
    """Number of groups that have graduates on one of the days from `first` to `last`; without a grouping one."""
    if not selection.by:
        return 1
    shown = [_LEVEL if dimension == "education_level" else COLUMNS[dimension] for dimension in selection.by]
    statement = f"""
        SELECT count(*) FROM (
            SELECT DISTINCT {", ".join(_numbered(shown))} FROM spans
            WHERE {spans_where(selection)} AND from_day <= :last AND to_day > :first) AS groups
    """
    parameters = parameters_of(selection) | {"first": first, "last": last}
    return int((await connection.execute(text(statement), parameters)).scalar_one())


async def _from_cells(connection: AsyncConnection, selection: Selection) -> list[tuple[Group, Count]]:
    dimension = stored_dimension(selection.by[0]) if selection.by else TOTAL
    statement = f"""
        SELECT NULLIF(value, ''), NULLIF(destination_code, ''), flexible, sum(graduates)::integer
        FROM cells WHERE {IN_SCOPE[selection.scope.level]} AND cohort = :cohort AND dimension = :dimension
        GROUP BY value, destination_code, flexible HAVING sum(graduates) > 0
    """
    rows = await connection.execute(text(statement), parameters_of(selection) | {"dimension": dimension})
    return [(group_of(selection.by, row[:1]) if selection.by else (), Count(*row[1:])) for row in rows]


def _span_counts(selection: Selection, first_column: str | None, sign: str, lasting: str) -> str:
    columns = [*([first_column] if first_column else []), *_numbered(selection.columns), "destination_code", "flexible"]
    keys = ", ".join(str(number) for number in range(1, len(columns) + 1))
    return f"""
        SELECT {", ".join(columns)}, {sign} * count(*)::integer FROM spans
        WHERE {spans_where(selection)} AND {lasting} GROUP BY {keys}
    """


def _numbered(columns: Sequence[str]) -> list[str]:
    # two groupings may look at one column, such as education_level and education_level_code
    return [f"{column} AS group_{number}" for number, column in enumerate(columns)]
