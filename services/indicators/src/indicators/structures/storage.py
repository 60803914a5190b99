"""SQL of structure tables: graduates by group, destination code and the looked-at columns, from the spans."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import text

from common.identifiers import Cohort
from common.sql import Connection
from indicators.progress.storage import DAY
from indicators.reading.selection import Level, Selection
from indicators.reading.snapshot import Answer
from indicators.reading.spans import IN_SCOPE, Question, on_day, parameters_of, spans_of, spans_where, too_old
from indicators.references.known import CITY_TIER, city_tiers
from indicators.schemes.groupings import Group
from indicators.structures.domain.spreads import Spread
from indicators.structures.domain.structure import Asked, Particulars

CITY_TIER_DIMENSION = "city_tier"

_UNITS = frozenset({"school", "college", "major", "class"})
_NAMES = {
    level: text(f"SELECT code, name, name_en FROM units WHERE unit_kind = :kind AND {condition}")
    for level, condition in IN_SCOPE.items()
}


def asking(selection: Selection, spread: Spread) -> Question:
    """Asks what the spans of a day say, per group."""
    columns = [*selection.columns, "destination_code", "flexible", *spread.columns]
    keys = ", ".join(str(number) for number in range(1, len(columns) + 1))
    # numbered, because a grouping and the dimension may look at one column
    listed = ", ".join(f"{name} AS column_{number}" for number, name in enumerate(columns))
    joined = (spread.joined or "").format(in_scope=IN_SCOPE[selection.scope.level], day=DAY)
    source, lasting = spans_of(selection), on_day(selection)
    sql = f"""
        SELECT {listed}, count(*) FROM {source}{joined if joined not in source else ""}
        WHERE {spans_where(selection)} AND {lasting} GROUP BY {keys}
    """
    return Question(sql, parameters_of(selection), too_old(selection, lasting, [spread.too_old]), selection.frozen)


def particulars(selection: Selection, answer: Answer) -> dict[Group, list[Particulars]]:
    """What `asking` found, by group."""
    found: dict[Group, list[Particulars]] = {}
    groups = len(selection.by)
    for row in answer.rows:
        destination_code, flexible, *stored, graduates = row[groups:]
        found.setdefault(row[:groups], []).append(Particulars(destination_code, flexible, stored, graduates))
    return found


async def with_tiers(connection: Connection, asked: Asked, *cohorts: Cohort) -> tuple[list[Asked], dict[str, int]]:
    """The table for each cohort, with the tiers of cities of its year where it looks at them, and the versions used."""
    if asked.dimension != CITY_TIER_DIMENSION:
        return [asked for _ in cohorts], {}
    known = await city_tiers(connection)
    places = [replace(asked.places, tiers=known.of_year(cohort)) for cohort in cohorts]
    return [replace(asked, places=each) for each in places], {CITY_TIER.name: known.version}


async def unit_names(connection: Connection, selection: Selection, dimension: str, language: str) -> Mapping[str, str]:
    """Names of the units that are cells of the dimension; none where several schools have a unit of one code."""
    if dimension not in _UNITS or (selection.scope.level is not Level.SCHOOL and dimension != "school"):
        return {}
    bound = {key: value for key, value in parameters_of(selection).items() if key == "scope"}
    rows = await connection.execute(_NAMES[selection.scope.level], {"kind": dimension, **bound})
    return {row.code: row.name if language == "zh" else row.name_en or row.name for row in rows}
