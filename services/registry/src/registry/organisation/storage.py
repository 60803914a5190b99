"""SQL about schools and their units."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import RowMapping, Table, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from common.database import NOW
from registry.organisation.domain import Kind, Unit
from registry.organisation.tables import classes, colleges, majors, schools

TABLE_OF: Mapping[Kind, Table] = {
    Kind.SCHOOL: schools,
    Kind.COLLEGE: colleges,
    Kind.MAJOR: majors,
    Kind.CLASS: classes,
}
_GRADUATES = "SELECT CAST(id AS text) FROM graduates WHERE school_code = :school_code"
OWNERS_OF_EVENTS = {
    "province_code": "school_code IN (SELECT code FROM schools WHERE province_code = :province_code)",
    "college_code": f"(key IN ({_GRADUATES} AND college_code = :college_code)"
    " OR key = school_code AND data ->> 'college_code' = :college_code)",
    "class_code": f"(key IN ({_GRADUATES} AND class_code = ANY(:class_code))"
    " OR key = school_code AND data ->> 'class_code' = ANY(:class_code))",
}
"""Owners of our events by now: an event carries neither the school's province nor where a graduate has moved since."""


async def find(
    connection: AsyncConnection, kind: Kind, school_code: str, code: str, *, lock: bool = False
) -> Unit | None:
    """One unit by its code; locked until the end of the transaction if it is going to be written."""
    query = select(TABLE_OF[kind]).where(*_key(kind, school_code, code))
    if lock:
        query = query.with_for_update(key_share=True)
    row = (await connection.execute(query)).mappings().one_or_none()
    return _unit(kind, row) if row else None


async def lock_school(connection: AsyncConnection, school_code: str) -> bool:
    """Makes this transaction the only writer of the school's units; False if there is no such school."""
    query = select(schools.c.code).where(schools.c.code == school_code).with_for_update(key_share=True)
    return await connection.scalar(query) is not None


async def province_of(connection: AsyncConnection, school_code: str) -> str | None:
    """The province of a school; None if there is no such school."""
    province: str | None = await connection.scalar(select(schools.c.province_code).where(schools.c.code == school_code))
    return province


async def units_of(connection: AsyncConnection, school_code: str) -> list[Unit]:
    """All colleges, majors and classes of a school."""
    found: list[Unit] = []
    for kind in (Kind.COLLEGE, Kind.MAJOR, Kind.CLASS):
        table = TABLE_OF[kind]
        rows = await connection.execute(select(table).where(table.c.school_code == school_code).order_by(table.c.code))
        found.extend(_unit(kind, row) for row in rows.mappings())
    return found


async def add(connection: AsyncConnection, unit: Unit) -> Unit | None:
    """Stores a new unit; None if its code is taken."""
    table = TABLE_OF[unit.kind]
    statement = insert(table).values(_values(unit) | {"version": 1}).on_conflict_do_nothing().returning(table)
    row = (await connection.execute(statement)).mappings().one_or_none()
    return _unit(unit.kind, row) if row else None


async def save(connection: AsyncConnection, unit: Unit) -> Unit:
    """Stores new values of a locked unit and raises its version by one."""
    table = TABLE_OF[unit.kind]
    # the key is given to nobody to update, not even to its own value
    values = {name: value for name, value in _values(unit).items() if not table.c[name].primary_key}
    values |= {"version": table.c.version + 1, "recorded_at": NOW}
    statement = update(table).where(*_key(unit.kind, unit.school_code, unit.code)).values(values).returning(table)
    return _unit(unit.kind, (await connection.execute(statement)).mappings().one())


async def next_sequence(connection: AsyncConnection, school_code: str) -> tuple[int, Any]:
    """The number of the school's next event, and the database's instant."""
    statement = (
        update(schools)
        .where(schools.c.code == school_code)
        .values(sequence=schools.c.sequence + 1)
        .returning(schools.c.sequence, NOW)
    )
    sequence, instant = (await connection.execute(statement)).one()
    return sequence, instant


async def known_codes(connection: AsyncConnection, kind: Kind, school_code: str, codes: Iterable[str]) -> set[str]:
    """Which of the codes the school has."""
    table = TABLE_OF[kind]
    query = select(table.c.code).where(table.c.school_code == school_code, table.c.code.in_(list(codes)))
    return set((await connection.scalars(query)).all())


async def current_sequence(connection: AsyncConnection, school_code: str) -> int | None:
    """How many events of its units a school has published."""
    sequence: int | None = await connection.scalar(select(schools.c.sequence).where(schools.c.code == school_code))
    return sequence


async def listed(
    connection: AsyncConnection, kind: Kind, school_code: str, *, after: str | None, limit: int
) -> list[Unit]:
    """A page of a school's units by code."""
    table = TABLE_OF[kind]
    query = select(table).where(table.c.school_code == school_code).order_by(table.c.code).limit(limit)
    if after is not None:
        query = query.where(table.c.code > after)
    return [_unit(kind, row) for row in (await connection.execute(query)).mappings()]


async def listed_schools(
    connection: AsyncConnection,
    *,
    school_code: str | None,
    province_code: str | None,
    after: str | None,
    limit: int,
) -> list[Unit]:
    """A page of the schools by code, cut to one school or one province."""
    query = select(schools).order_by(schools.c.code).limit(limit)
    for column, value in ((schools.c.code, school_code), (schools.c.province_code, province_code)):
        if value is not None:
            query = query.where(column == value)
    if after is not None:
        query = query.where(schools.c.code > after)
    return [_unit(Kind.SCHOOL, row) for row in (await connection.execute(query)).mappings()]


def _key(kind: Kind, school_code: str, code: str) -> list[Any]:
    table = TABLE_OF[kind]
    return [table.c.code == code] if kind is Kind.SCHOOL else [table.c.school_code == school_code, table.c.code == code]


def _values(unit: Unit) -> dict[str, Any]:
    columns = set(TABLE_OF[unit.kind].c.keys()) - {"version", "recorded_at", "sequence"}
    return {column: getattr(unit, column) for column in columns}


def _unit(kind: Kind, row: RowMapping) -> Unit:
    values = {name: value for name, value in row.items() if name not in {"recorded_at", "sequence"}}
    return Unit(**{"kind": kind, "school_code": row["code"], **values})
