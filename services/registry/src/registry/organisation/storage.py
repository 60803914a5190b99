"""SQL about schools and their units."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, Text, false, literal, select, text, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from common import rows
from common.auth import Principal, Role
from common.contracts.organisation import OrganisationData, UnitKind
from common.database import NOW
from common.errors import NotFound
from common.identifiers import ProvinceCode, SchoolCode
from common.outbox import Reached, columns_of
from registry.organisation.domain import Kind, OrganisationUnit, Place
from registry.organisation.tables import classes, colleges, majors, schools

TABLE_OF: Mapping[Kind, Table] = {
    Kind.SCHOOL: schools,
    Kind.COLLEGE: colleges,
    Kind.MAJOR: majors,
    Kind.CLASS: classes,
}


def _columns(kind: Kind) -> list[ColumnElement[Any]]:
    """A unit's columns under the names of its fields; the code of a school is its school's, too."""
    table = TABLE_OF[kind]
    stated = [literal(kind.value, Text).label("kind")]
    # the table of schools names a school by `code` alone
    if kind is Kind.SCHOOL:
        stated.append(table.c.code.label("school_code"))
    return [*stated, *(column for column in table.c if column.name not in {"recorded_at", "sequence"})]


_COLUMNS = {kind: _columns(kind) for kind in Kind}
_GRADUATES = "SELECT CAST(id AS text) FROM graduates WHERE school_code = :school_code"
OWNERS_OF_EVENTS = {
    "province_code": "school_code IN (SELECT code FROM schools WHERE province_code = :province_code)",
    "college_code": f"(key IN ({_GRADUATES} AND college_code = :college_code)"
    " OR key = school_code AND data ->> 'college_code' = :college_code)",
    "class_code": f"(key IN ({_GRADUATES} AND class_code = ANY(:class_code))"
    " OR key = school_code AND data ->> 'class_code' = ANY(:class_code))",
}
"""Owners of our events by now: an event carries neither the school's province nor where a graduate has moved since."""


# a school that the database does not know keeps its code: closed, until its administrator opens it again
_KEEP_SCHOOLS = text(
    """
    INSERT INTO schools (code, province_code, name, name_en, state)
    SELECT code, province_code, name, name_en, 'closed'
      FROM unnest(CAST(:codes AS text[]), CAST(:provinces AS text[]), CAST(:names AS text[]), CAST(:names_en AS text[]))
           AS described (code, province_code, name, name_en)
    ON CONFLICT (code) DO NOTHING
    """
)
_RAISE_STREAMS = text(
    """
    UPDATE schools SET sequence = greatest(schools.sequence, reached.sequence)
      FROM unnest(CAST(:keys AS text[]), CAST(:sequences AS bigint[])) AS reached (code, sequence)
     WHERE schools.code = reached.code
    """
)


async def get(connection: AsyncConnection, caller: Principal, place: Place) -> OrganisationUnit:
    """One unit; raises NotFound for a missing one and for one of a school that the caller does not see."""
    await require_school(connection, caller, place.school_code)
    found = await find(connection, place)
    if found is None:
        raise NotFound
    return found


async def find(connection: AsyncConnection, place: Place, *, lock: bool = False) -> OrganisationUnit | None:
    """One unit, without a scope; locked until the end of the transaction if `lock`."""
    query = select(*_COLUMNS[place.kind]).where(*_key(place))
    if lock:
        # rows that refer to the unit may be inserted meanwhile
        query = query.with_for_update(key_share=True)
    return rows.one_or_none(OrganisationUnit, await connection.execute(query))


async def require_school(connection: AsyncConnection, caller: Principal, school_code: SchoolCode) -> ProvinceCode:
    """The province of a school; raises NotFound for a missing school and for one that the caller does not see."""
    province = await province_of(connection, school_code)
    if province is None or not caller.sees_school(school_code, province):
        raise NotFound
    return province


async def lock_school(connection: AsyncConnection, school_code: SchoolCode) -> bool:
    """Makes this transaction the only writer of the school's units; False if there is no such school."""
    query = select(schools.c.code).where(schools.c.code == school_code).with_for_update(key_share=True)
    return await connection.scalar(query) is not None


async def province_of(connection: AsyncConnection, school_code: SchoolCode) -> ProvinceCode | None:
    """The province of a school; None if there is no such school."""
    province: ProvinceCode | None = await connection.scalar(
        select(schools.c.province_code).where(schools.c.code == school_code)
    )
    return province


async def units_of(connection: AsyncConnection, school_code: SchoolCode) -> list[OrganisationUnit]:
    """All colleges, majors and classes of a school."""
    found: list[OrganisationUnit] = []
    for kind in (Kind.COLLEGE, Kind.MAJOR, Kind.CLASS):
        table = TABLE_OF[kind]
        query = select(*_COLUMNS[kind]).where(table.c.school_code == school_code).order_by(table.c.code)
        found += rows.all(OrganisationUnit, await connection.execute(query))
    return found


async def add(connection: AsyncConnection, new: OrganisationUnit) -> OrganisationUnit | None:
    """Stores a new unit; None if its code is taken."""
    table = TABLE_OF[new.kind]
    statement = (
        insert(table).values(_values(new) | {"version": 1}).on_conflict_do_nothing().returning(*_COLUMNS[new.kind])
    )
    return rows.one_or_none(OrganisationUnit, await connection.execute(statement))


async def save(connection: AsyncConnection, changed: OrganisationUnit) -> OrganisationUnit:
    """Stores new values of a locked unit and raises its version by one."""
    table = TABLE_OF[changed.kind]
    # the application's role may not update a key, not even to its own value
    values = {name: value for name, value in _values(changed).items() if not table.c[name].primary_key}
    values |= {"version": table.c.version + 1, "recorded_at": NOW}
    statement = update(table).where(*_key(changed.place)).values(values).returning(*_COLUMNS[changed.kind])
    return rows.one(OrganisationUnit, await connection.execute(statement))


async def next_sequence(connection: AsyncConnection, school_code: SchoolCode) -> tuple[int, datetime]:
    """The number of the school's next event, and the database's instant."""
    statement = (
        update(schools)
        .where(schools.c.code == school_code)
        .values(sequence=schools.c.sequence + 1)
        .returning(schools.c.sequence, NOW)
    )
    sequence, instant = (await connection.execute(statement)).one()
    return sequence, instant


async def raise_streams(connection: AsyncConnection, reached: Sequence[Reached]) -> None:
    """Lets the next event of each school follow the last one that was published; keeps schools that are missing."""
    units = [unit for each in reached for unit in each.things if isinstance(unit, OrganisationData)]
    described = [unit for unit in units if unit.unit_kind == UnitKind.SCHOOL]
    await connection.execute(
        _KEEP_SCHOOLS,
        {
            "codes": [unit.code for unit in described],
            "provinces": [unit.province_code for unit in described],
            "names": [unit.name for unit in described],
            "names_en": [unit.name_en for unit in described],
        },
    )
    columns = columns_of(reached)
    await connection.execute(_RAISE_STREAMS, {"keys": columns["keys"], "sequences": columns["sequences"]})


async def known_codes(
    connection: AsyncConnection, kind: Kind, school_code: SchoolCode, codes: Iterable[str]
) -> set[str]:
    """Which of the codes the school has."""
    table = TABLE_OF[kind]
    query = select(table.c.code).where(table.c.school_code == school_code, table.c.code.in_(list(codes)))
    return set((await connection.scalars(query)).all())


async def current_sequence(connection: AsyncConnection, school_code: SchoolCode) -> int:
    """How many events of its units a school has published."""
    sequence: int = await connection.scalar(select(schools.c.sequence).where(schools.c.code == school_code)) or 0
    return sequence


async def listed(
    connection: AsyncConnection, kind: Kind, school_code: SchoolCode, *, after: str | None, limit: int
) -> list[OrganisationUnit]:
    """A page of a school's units by code."""
    table = TABLE_OF[kind]
    query = select(*_COLUMNS[kind]).where(table.c.school_code == school_code).order_by(table.c.code).limit(limit)
    if after is not None:
        query = query.where(table.c.code > after)
    return rows.all(OrganisationUnit, await connection.execute(query))


async def listed_schools(
    connection: AsyncConnection, caller: Principal, *, after: str | None, limit: int
) -> list[OrganisationUnit]:
    """A page of the schools that the caller sees, by code."""
    query = select(*_COLUMNS[Kind.SCHOOL]).where(_seen_by(caller)).order_by(schools.c.code).limit(limit)
    if after is not None:
        query = query.where(schools.c.code > after)
    return rows.all(OrganisationUnit, await connection.execute(query))


def _seen_by(caller: Principal) -> ColumnElement[bool]:
    """`Principal.sees_school` over all rows."""
    if caller.role in {Role.ADMIN, Role.SYSTEM, Role.MINISTRY}:
        return true()
    if caller.role is Role.PROVINCIAL_OFFICER:
        return schools.c.province_code == caller.province_code if caller.province_code else false()
    # an integrator without a school has a contract for all of them
    if caller.school_code is None:
        return true() if caller.role is Role.INTEGRATOR else false()
    return schools.c.code == caller.school_code


def _key(place: Place) -> list[ColumnElement[bool]]:
    table = TABLE_OF[place.kind]
    own = [table.c.code == place.code]
    return own if place.kind is Kind.SCHOOL else [table.c.school_code == place.school_code, *own]


def _values(described: OrganisationUnit) -> dict[str, Any]:
    columns = set(TABLE_OF[described.kind].c.keys()) - {"version", "recorded_at", "sequence"}
    return {column: getattr(described, column) for column in columns}
