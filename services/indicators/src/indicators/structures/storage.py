"""SQL of structure tables: graduates by group, destination code and the looked-at columns, from the spans."""

from collections.abc import Mapping

from sqlalchemy import text

from common.database import Database
from indicators.progress.storage import DAY
from indicators.reading.selection import Level, Selection
from indicators.reading.snapshot import Answer
from indicators.reading.spans import IN_SCOPE, Question, parameters_of, spans_of, spans_where, too_old
from indicators.schemes.groupings import Group
from indicators.structures.domain.spreads import Spread
from indicators.structures.domain.structure import Particulars

_LASTING = f"from_day <= {DAY} AND {DAY} < to_day"

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
    source = spans_of(selection)
    sql = f"""
        SELECT {listed}, count(*) FROM {source}{joined if joined not in source else ""}
        WHERE {spans_where(selection)} AND {_LASTING} GROUP BY {keys}
    """
    return Question(sql, parameters_of(selection), too_old(selection, _LASTING, [spread.too_old]))


def particulars(selection: Selection, answer: Answer) -> dict[Group, list[Particulars]]:
    """What `asking` found, by group."""
    found: dict[Group, list[Particulars]] = {}
    groups = len(selection.by)
    for row in answer.rows:
        destination_code, flexible, *stored, graduates = row[groups:]
        found.setdefault(row[:groups], []).append(Particulars(destination_code, flexible, stored, graduates))
    return found


async def unit_names(database: Database, selection: Selection, dimension: str, language: str) -> Mapping[str, str]:
    """Names of the units that are cells of the dimension; none where several schools have a unit of one code."""
    if dimension not in _UNITS or (selection.scope.level is not Level.SCHOOL and dimension != "school"):
        return {}
    bound = {key: value for key, value in parameters_of(selection).items() if key == "scope"}
    async with database.reading() as connection:
        rows = await connection.execute(_NAMES[selection.scope.level], {"kind": dimension, **bound})
    return {row.code: row.name if language == "zh" else row.name_en or row.name for row in rows}
