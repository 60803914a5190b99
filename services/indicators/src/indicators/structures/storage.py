"""SQL of structure tables: graduates by group, destination code and the looked-at column, from the spans."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from indicators.reading.selection import Selection
from indicators.reading.spans import parameters_of, spans_where
from indicators.schemes.groupings import Group, group_of
from indicators.structures.domain.structure import Particulars


async def particulars(
    connection: AsyncConnection, selection: Selection, column: str, day: date
) -> dict[Group, list[Particulars]]:
    """What a day's spans say, per group."""
    columns = [*selection.columns, "destination_code", column]
    keys = ", ".join(str(number) for number in range(1, len(columns) + 1))
    # numbered, because a grouping and the dimension may look at one column
    listed = ", ".join(f"{name} AS column_{number}" for number, name in enumerate(columns))
    statement = f"""
        SELECT {listed}, count(*) FROM spans
        WHERE {spans_where(selection)} AND from_day <= :day AND :day < to_day GROUP BY {keys}
    """
    found: dict[Group, list[Particulars]] = {}
    for row in await connection.execute(text(statement), parameters_of(selection) | {"day": day}):
        found.setdefault(group_of(selection.by, row[:-3]), []).append(Particulars(*row[-3:]))
    return found
