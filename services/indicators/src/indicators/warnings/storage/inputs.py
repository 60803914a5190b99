"""What majors are scored from: frozen year-end figures of three cohorts, and newest editions of their surveys."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import text

from common.identifiers import Cohort, SchoolCode
from common.sql import Connection
from indicators.schemes.groupings import DIMENSIONS
from indicators.schemes.schemes import default_scheme
from indicators.schemes.tally import Count, Tally
from indicators.warnings.domain.scoring import (
    COHORTS,
    EMPLOYER_SATISFACTION,
    PLACEMENT_RATE,
    SALARY,
    Level,
    Major,
    Measured,
)

_FROZEN = text(
    """
    SELECT DISTINCT ON (cohort) cohort, id, (SELECT hash FROM snapshot_contents WHERE snapshot_id = id) AS hash
      FROM snapshots
     WHERE school_code = :school_code AND kind = 'year_end' AND state = 'frozen'
       AND cohort > CAST(:cohort AS integer) - :cohorts AND cohort <= :cohort
     ORDER BY cohort, revision DESC
    """
)
_COUNTS = text(
    f"""
    SELECT {DIMENSIONS["education_level"].sql} AS level, major_code, destination_code, flexible,
           count(*)::integer AS graduates
      FROM snapshot_rows AS spans WHERE snapshot_id = :id AND major_code IS NOT NULL GROUP BY 1, 2, 3, 4
    """
)
_FIGURES = text(
    """
    SELECT edition.id, figures FROM tracking_figures
      JOIN (SELECT id FROM tracking_editions
             WHERE school_code = :school_code AND cohort IS NOT DISTINCT FROM CAST(:cohort AS integer)
               AND cycle IS NOT DISTINCT FROM CAST(:cycle AS integer)
               AND year IS NOT DISTINCT FROM CAST(:year AS integer)
             ORDER BY number DESC LIMIT 1) AS edition ON edition.id = edition_id
     WHERE table_name = :table AND indicator = :indicator
    """
)
_LINEAGE = text(
    """
    SELECT code, college_code, coalesce(predecessors, '{}') AS predecessors FROM units
     WHERE school_code = :school_code AND unit_kind = 'major'
    """
)


@dataclass(frozen=True)
class Inputs:
    """Majors by level of each cohort, the oldest first; what they came from; and how the majors follow each other."""

    cohorts: Sequence[Mapping[Level, Mapping[Major, Measured]]]
    sources: Sequence[Mapping[str, Any]]
    predecessors: Mapping[Major, Sequence[Major]]
    colleges: Mapping[Major, str | None]


async def frozen_years(connection: Connection, school_code: SchoolCode, cohort: Cohort) -> Mapping[int, Any]:
    """The newest frozen year-end snapshots of the cohort and the two before, by cohort."""
    values = {"school_code": school_code, "cohort": cohort, "cohorts": COHORTS}
    return {row.cohort: row for row in await connection.execute(_FROZEN, values)}


def missing_years(frozen: Mapping[int, Any], cohort: Cohort) -> list[int]:
    """The cohorts of a run that have none."""
    return [each for each in range(cohort - COHORTS + 1, cohort + 1) if each not in frozen]


async def inputs_of(connection: Connection, school_code: SchoolCode, frozen: Mapping[int, Any]) -> Inputs:
    """What a run is scored from; figures of a survey that no edition shows are absent."""
    cohorts, sources = [], []
    for cohort in sorted(frozen):
        salaries, of_salaries = await _of_graduates(connection, school_code, cohort)
        satisfied, of_employers = await _of_employers(connection, school_code, cohort)
        cohorts.append(await _measured(connection, frozen[cohort].id, cohort, salaries, satisfied))
        snapshot = {"snapshot_id": f"{frozen[cohort].id}", "hash": frozen[cohort].hash.hex()}
        sources.append({"cohort": cohort, **snapshot, "editions": [*of_salaries, *of_employers]})
    lineage = list(await connection.execute(_LINEAGE, {"school_code": school_code}))
    return Inputs(
        cohorts,
        sources,
        {row.code: tuple(row.predecessors) for row in lineage if row.predecessors},
        {row.code: row.college_code for row in lineage},
    )


async def _measured(
    connection: Connection,
    snapshot_id: Any,
    cohort: int,
    salaries: Mapping[tuple[Any, ...], Fraction],
    satisfied: Mapping[tuple[Any, ...], Fraction],
) -> dict[Level, dict[Major, Measured]]:
    scheme = default_scheme(Cohort(cohort))
    placement = scheme.measure(PLACEMENT_RATE) or scheme.measures[0]
    tallies: defaultdict[tuple[Level, Major], Tally] = defaultdict(lambda: Tally(scheme))
    for row in await connection.execute(_COUNTS, {"id": snapshot_id}):
        tallies[row.level, row.major_code].add(Count(row.destination_code, row.flexible, row.graduates))
    found: dict[Level, dict[Major, Measured]] = {}
    for (level, major), tally in tallies.items():
        figure = tally.figure(placement)
        components = {
            PLACEMENT_RATE: Fraction(figure.numerator, figure.denominator) if figure.denominator else None,
            SALARY: salaries.get((major, level)),
            EMPLOYER_SATISFACTION: satisfied.get((major,)),
        }
        there = {name: value for name, value in components.items() if value is not None}
        found.setdefault(level, {})[major] = Measured(tally.base, there)
    return found


async def _of_graduates(
    connection: Connection, school_code: SchoolCode, cohort: int
) -> tuple[dict[tuple[Any, ...], Fraction], list[str]]:
    series = {"cohort": cohort, "cycle": 0, "year": None}
    return await _shown(connection, school_code, series, "major,education_level", SALARY)


async def _of_employers(
    connection: Connection, school_code: SchoolCode, cohort: int
) -> tuple[dict[tuple[Any, ...], Fraction], list[str]]:
    """Of both years the mean, of a major that one of them shows that one."""
    by_major: defaultdict[tuple[Any, ...], list[Fraction]] = defaultdict(list)
    editions: list[str] = []
    for year in (cohort, cohort + 1):
        series = {"cohort": None, "cycle": None, "year": year}
        found, named = await _shown(connection, school_code, series, "hire_major", EMPLOYER_SATISFACTION)
        editions += named
        for group, value in found.items():
            by_major[group].append(value)
    return {group: sum(values, Fraction(0)) / len(values) for group, values in by_major.items()}, editions


async def _shown(
    connection: Connection, school_code: SchoolCode, series: Mapping[str, int | None], table: str, indicator: str
) -> tuple[dict[tuple[Any, ...], Fraction], list[str]]:
    """What the newest edition of a series shows of an indicator by group, and which edition that is."""
    values = {"school_code": school_code, "table": table, "indicator": indicator, **series}
    found, editions = {}, []
    for row in await connection.execute(_FIGURES, values):
        editions.append(f"{row.id}")
        for group, columns in row.figures:
            exact = columns.get("value", {}).get("exact")
            if exact is not None:
                found[tuple(group)] = Fraction(exact)
    return found, editions
