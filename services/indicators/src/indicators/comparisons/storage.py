"""SQL of what graduates were on two days."""

from datetime import date

from common.sql import Connection
from indicators.reading.both_days import both_days
from indicators.reading.selection import Selection
from indicators.reading.spans import parameters_of, stated
from indicators.schemes.schemes import Scheme


async def transitions(
    connection: Connection, selection: Selection, scheme: Scheme, first: date, last: date
) -> list[tuple[str, str, int]]:
    """From which class to which, and how many; `outside` is who is in the selection on the other day only."""
    statement = f"""
        SELECT from_class, to_class, count(*)::integer FROM ({both_days(selection, scheme)}) AS both_days
        GROUP BY from_class, to_class ORDER BY from_class, to_class
    """
    bound = parameters_of(selection) | {"first": first, "last": last}
    return [(row[0], row[1], row[2]) for row in await connection.execute(stated(statement), bound)]
