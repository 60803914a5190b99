"""Counts of two generations of figures side by side: of today, and of the days of the official rates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import TextClause, text

from common.identifiers import Cohort, SchoolCode
from common.season import SeasonDay, season_day
from common.sql import Connection
from indicators.schemes.groupings import STORED_DIMENSIONS, TOTAL
from indicators.schemes.schemes import default_scheme
from indicators.schemes.tally import Count, Figure, Tally

OFFICIAL = (SeasonDay.INITIAL_RATE, SeasonDay.YEAR_END_RATE)


class Counted(NamedTuple):
    """Graduates of a group with one destination code and one flexible mark, before and after.

    `as_of` is `date.max` for what is counted live; '' stands for a missing value and for not registered.
    """

    cohort: Cohort
    as_of: date
    dimension: str
    value: str
    destination_code: str
    flexible: bool
    before: int
    after: int


@dataclass(frozen=True)
class Change:
    """A figure that differs: a measure of the cohort's own scheme, or what else is counted of the group."""

    school_code: SchoolCode
    cohort: Cohort
    as_of: date
    dimension: str
    value: str
    measure: str
    before: str
    after: str


_KEY = ", ".join(Counted._fields[:-2])
_VALUES = ", ".join(
    [f"('{TOTAL}', '')", *(f"('{name}', coalesce({column}, ''))" for name, column in STORED_DIMENSIONS.items())]
)
_LIVE = """
    SELECT cohort, CAST('infinity' AS date) AS as_of, dimension, value, destination_code, flexible, graduates
    FROM cells WHERE school_code = :school AND graduates <> 0
"""


def _counted(spans: str, as_of: str, lasting: str) -> str:
    return f"""
        SELECT cohort, {as_of} AS as_of, dimension, value, coalesce(destination_code, '') AS destination_code, flexible,
               CAST(count(*) AS integer) AS graduates
        FROM {spans} CROSS JOIN LATERAL (VALUES {_VALUES}) AS group_of (dimension, value)
        WHERE school_code = :school AND {lasting} GROUP BY 1, 2, 3, 4, 5, 6
    """


def _compared(before: str, after: str) -> TextClause:
    """All counts of the groups of which any count differs."""
    return text(
        f"""
        SELECT {_KEY}, before, after FROM (
            SELECT {_KEY}, coalesce(b.graduates, 0) AS before, coalesce(a.graduates, 0) AS after,
                   bool_or(b.graduates IS DISTINCT FROM a.graduates)
                       OVER (PARTITION BY cohort, as_of, dimension, value) AS differs
            FROM ({before}) AS b FULL JOIN ({after}) AS a USING ({_KEY})
        ) AS compared WHERE differs ORDER BY {_KEY}
        """
    )


def _open(spans: str) -> str:
    return _counted(spans, "to_day", "to_day = 'infinity'")


def _official(spans: str) -> str:
    days = "unnest(CAST(:cohorts AS integer[]), CAST(:days AS date[])) AS official (cohort, day)"
    return _counted(f"{spans} JOIN {days} USING (cohort)", "day", "from_day <= day AND to_day > day")


_OF_CELLS = {spans: _compared(_LIVE, _open(spans)) for spans in ("spans", "next_spans")}
_OF_DAYS = _compared(_official("spans"), _official("next_spans"))
_COHORTS = text(
    """
    SELECT cohort FROM spans WHERE school_code = :school UNION SELECT cohort FROM next_spans WHERE school_code = :school
    """
)


async def miscounted(connection: Connection, school_code: SchoolCode, spans: str = "spans") -> list[Counted]:
    """Live cells and what they must be by the open ones of these spans: the groups of which anything differs."""
    rows = await connection.execute(_OF_CELLS[spans], {"school": school_code})
    return [Counted._make(row) for row in rows]


async def changes_beside(connection: Connection, school_code: SchoolCode) -> list[Change]:
    """Figures of today, and of the days of the official rates, that the next generation has otherwise."""
    cohorts = await connection.scalars(_COHORTS, {"school": school_code})
    days = [(cohort, season_day(day, cohort)) for cohort in cohorts for day in OFFICIAL]
    values = {"cohorts": [cohort for cohort, _ in days], "days": [day for _, day in days]}
    found = [
        *(Counted._make(row) for row in await connection.execute(_OF_DAYS, {"school": school_code, **values})),
        *await miscounted(connection, school_code, "next_spans"),
    ]
    return changes(school_code, found)


def changes(school_code: SchoolCode, counted: Iterable[Counted]) -> list[Change]:
    """The measures that differ, group by group; where none does, the counts by destination code that differ."""
    found: list[Change] = []
    for (cohort, as_of, dimension, value), rows in groupby(counted, itemgetter(0, 1, 2, 3)):
        own = list(rows)
        found += [
            Change(school_code, cohort, as_of, dimension, value, *what)
            for what in _measures(cohort, own) or _codes(own)
        ]
    return found


def _measures(cohort: Cohort, counted: Iterable[Counted]) -> list[tuple[str, str, str]]:
    scheme = default_scheme(cohort)
    before, after = Tally(scheme), Tally(scheme)
    for row in counted:
        before.add(Count(row.destination_code or None, row.flexible, row.before))
        after.add(Count(row.destination_code or None, row.flexible, row.after))
    pairs = [(measure.name, before.figure(measure), after.figure(measure)) for measure in scheme.measures]
    return [(name, _shown(was), _shown(becomes)) for name, was, becomes in pairs if was != becomes]


def _shown(figure: Figure) -> str:
    return f"{figure.numerator}/{figure.denominator} = {figure.rate}"


def _codes(counted: Iterable[Counted]) -> list[tuple[str, str, str]]:
    return [
        (f"destination {row.destination_code}", str(row.before), str(row.after))
        for row in counted
        if row.before != row.after
    ]
