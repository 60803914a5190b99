"""SQL of movements: persons on two days, cut to the rows that the caller sees."""

from uuid import UUID

from common import rows
from common.auth.owners import RowScope
from common.sql import Connection
from indicators.movements.domain import Asked, Movement
from indicators.reading.both_days import both_days
from indicators.reading.spans import parameters_of, stated

_OWNERS = {"college_code": "college_code", "class_code": "class_code"}
"""Part of a scope → column of the query; the school is that of the selection."""


async def page(connection: Connection, scope: RowScope, asked: Asked, after: UUID | None, limit: int) -> list[Movement]:
    """Those whose class or code differs, in the order of their ids."""
    owned = {part: list(seen) for part, seen in scope.among.parts().items() if part in _OWNERS}
    given = {"from_class": asked.from_class, "to_class": asked.to_class}
    kept = {name: value for name, value in given.items() if value is not None}
    conditions = [
        "(from_class <> to_class OR from_code IS DISTINCT FROM to_code)",
        *(f"{_OWNERS[part]} = ANY(:seen_{part})" for part in owned),
        *(f"{name} = :{name}" for name in kept),
        *(["graduate_id > :after"] if after is not None else []),
    ]
    statement = f"""
        SELECT graduate_id, from_class, to_class, from_code, to_code
        FROM ({both_days(asked.selection, asked.scheme)}) AS both_days
        WHERE {" AND ".join(conditions)} ORDER BY graduate_id LIMIT :limit
    """
    bound = parameters_of(asked.selection) | {"first": asked.first, "last": asked.last, "limit": limit} | kept
    bound |= {f"seen_{part}": seen for part, seen in owned.items()} | ({} if after is None else {"after": after})
    return rows.all(Movement, await connection.execute(stated(statement), bound))
