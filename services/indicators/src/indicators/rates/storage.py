"""SQL of counts: today from the live cells where they answer, every other question from the spans of the scope."""

from collections.abc import Sequence
from datetime import date

from common.season import SeasonDay, season_day
from common.sql import Connection
from indicators.rates.domain import Movement
from indicators.reading.selection import Selection
from indicators.reading.snapshot import Answer
from indicators.reading.spans import (
    IN_SCOPE,
    NO_DOUBT,
    Question,
    on_day,
    parameters_of,
    spans_of,
    spans_where,
    stated,
    too_old,
)
from indicators.schemes.groupings import STORED_DIMENSIONS, TOTAL, Group, level_sql
from indicators.schemes.tally import Count

_IN_CELLS = frozenset({*STORED_DIMENSIONS, "education_level"})
_IN_PERIOD = "from_day <= :last AND to_day > :first"


def counting(selection: Selection, live: bool) -> Question:
    """Asks for the counts per group and destination code, of today or of another day."""
    # cells know today only, and one grouping at a time
    if (
        live
        and selection.frozen is None
        and len(selection.by) <= 1
        and not selection.filters
        and _IN_CELLS.issuperset(selection.by)
    ):
        return _in_cells(selection)
    lasting = on_day(selection)
    sql = _span_counts(selection, None, "1", lasting)
    return Question(sql, parameters_of(selection), too_old(selection, lasting), selection.frozen)


def counted(selection: Selection, answer: Answer) -> list[tuple[Group, Count]]:
    """What `counting` found; nothing before the cohort's season."""
    if answer.moment.as_of < season_day(SeasonDay.BEGINS, selection.cohort):
        return []
    return [(row[:-3], Count(*row[-3:])) for row in answer.rows]


async def movements(connection: Connection, selection: Selection, first: date, last: date) -> list[Movement]:
    """What joins and leaves each group on each day from `first` to `last`; what is there already joins on `first`."""
    begins = _span_counts(selection, "greatest(from_day, :first) AS day", "1", _IN_PERIOD)
    ends = _span_counts(selection, "to_day AS day", "-1", "to_day <= :last AND to_day > :first")
    parameters = parameters_of(selection) | {"first": first, "last": last}
    rows = await connection.execute(stated(f"{begins} UNION ALL {ends}"), parameters)
    return [Movement(row[0], tuple(row[1:-3]), Count(row[-3], row[-2], row[-1])) for row in rows]


async def count_groups(connection: Connection, selection: Selection, first: date, last: date) -> int:
    """Number of groups that have graduates on one of the days from `first` to `last`; without a grouping one."""
    if not selection.by:
        return 1
    statement = f"""
        SELECT count(*) FROM (
            SELECT DISTINCT {", ".join(_numbered(selection.columns))} FROM {spans_of(selection)}
            WHERE {spans_where(selection)} AND {_IN_PERIOD}) AS groups
    """
    parameters = parameters_of(selection) | {"first": first, "last": last}
    return int(await connection.scalar(stated(statement), parameters))


async def is_too_old(connection: Connection, selection: Selection, first: date, last: date) -> bool:
    """Whether a span of one of the days from `first` to `last` cannot have a value of the groupings and filters."""
    doubt = too_old(selection, _IN_PERIOD)
    if doubt == NO_DOUBT:
        return False
    bound = parameters_of(Selection(selection.scope, selection.cohort)) | {"first": first, "last": last}
    return bool(await connection.scalar(stated(f"SELECT {doubt}"), bound))


def _in_cells(selection: Selection) -> Question:
    by = selection.by[0] if selection.by else None
    shown = {None: "", "education_level": f"{level_sql('value')}, "}.get(by, "NULLIF(value, ''), ")
    dimension = "education_level_code" if by == "education_level" else by or TOTAL
    sql = f"""
        SELECT {shown}NULLIF(destination_code, ''), flexible, sum(graduates)::integer
        FROM cells WHERE {IN_SCOPE[selection.scope.level]} AND cohort = :cohort AND dimension = :dimension
        GROUP BY value, destination_code, flexible HAVING sum(graduates) > 0
    """
    return Question(sql, parameters_of(selection) | {"dimension": dimension})


def _span_counts(selection: Selection, first_column: str | None, sign: str, lasting: str) -> str:
    columns = [*([first_column] if first_column else []), *_numbered(selection.columns), "destination_code", "flexible"]
    keys = ", ".join(str(number) for number in range(1, len(columns) + 1))
    return f"""
        SELECT {", ".join(columns)}, {sign} * count(*)::integer FROM {spans_of(selection)}
        WHERE {spans_where(selection)} AND {lasting} GROUP BY {keys}
    """


def _numbered(columns: Sequence[str]) -> list[str]:
    return [f"{column} AS group_{number}" for number, column in enumerate(columns)]
