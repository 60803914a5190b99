"""SQL about schools and their units."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from common import rows
from common.auth import Owners, Principal, Role, RowScope, ScopeShape
from common.contracts.organisation import OrganisationData, UnitKind
from common.database import NOW
from common.errors import NotFound
from common.identifiers import ProvinceCode, SchoolCode
from common.outbox import Reached, columns_of
from common.sql import Connection
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

_LOCK_SCHOOL = select(schools.c.code).where(schools.c.code == bindparam("school_code")).with_for_update(key_share=True)
_PROVINCE = select(schools.c.province_code).where(schools.c.code == bindparam("school_code"))
_SEQUENCE = select(schools.c.sequence).where(schools.c.code == bindparam("school_code"))
_NEXT_SEQUENCE = (
    update(schools)
    .where(schools.c.code == bindparam("of_school"))
    .values(sequence=schools.c.sequence + 1)
    .returning(schools.c.sequence, NOW)
)


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


def _key(kind: Kind) -> list[ColumnElement[bool]]:
    table = TABLE_OF[kind]
    own = [table.c.code == bindparam("of_code")]
    return own if kind is Kind.SCHOOL else [table.c.school_code == bindparam("of_school"), *own]


_ONE = {kind: select(*_COLUMNS[kind]).where(*_key(kind)) for kind in Kind}
# rows that refer to the unit may be inserted meanwhile
_LOCKED = {kind: query.with_for_update(key_share=True) for kind, query in _ONE.items()}
_ADD = {kind: insert(TABLE_OF[kind]).on_conflict_do_nothing().returning(*_COLUMNS[kind]) for kind in Kind}
_SAVE = {
    kind: update(table)
    .where(*_key(kind))
    .values(version=table.c.version + 1, recorded_at=NOW)
    .returning(*_COLUMNS[kind])
    for kind, table in TABLE_OF.items()
}
_OF_SCHOOL: Mapping[Kind, Select[Any]] = {
    kind: select(*_COLUMNS[kind]).where(table.c.school_code == bindparam("school_code")).order_by(table.c.code)
    for kind, table in TABLE_OF.items()
    if kind is not Kind.SCHOOL
}
_PAGE = {
    kind: query.where(TABLE_OF[kind].c.code > bindparam("after")).limit(bindparam("limit", type_=Integer))
    for kind, query in _OF_SCHOOL.items()
}
_KNOWN: Mapping[Kind, Select[Any]] = {
    kind: select(table.c.code).where(
        table.c.school_code == bindparam("school_code"), table.c.code == any_(bindparam("codes", type_=ARRAY(Text)))
    )
    for kind, table in TABLE_OF.items()
    if kind is not Kind.SCHOOL
}


async def get(connection: Connection, caller: Principal, place: Place) -> OrganisationUnit:
    """One unit; raises NotFound for a missing one and for one of a school that the caller does not see."""
    await require_school(connection, caller, place.school_code)
    found = await find(connection, place)
    if found is None:
        raise NotFound
    return found


async def find(connection: Connection, place: Place, *, lock: bool = False) -> OrganisationUnit | None:
    """One unit, without a scope; locked until the end of the transaction if `lock`."""
    return rows.one_or_none(
        OrganisationUnit, await connection.execute((_LOCKED if lock else _ONE)[place.kind], _place(place))
    )


async def require_school(connection: Connection, caller: Principal, school_code: SchoolCode) -> ProvinceCode:
    """The province of a school; raises NotFound for a missing school and for one that the caller does not see."""
    province = await province_of(connection, school_code)
    if province is None or not caller.sees_school(school_code, province):
        raise NotFound
    return province


async def lock_school(connection: Connection, school_code: SchoolCode) -> bool:
    """Makes this transaction the only writer of the school's units; False if there is no such school."""
    return await connection.scalar(_LOCK_SCHOOL, {"school_code": school_code}) is not None


async def province_of(connection: Connection, school_code: SchoolCode) -> ProvinceCode | None:
    """The province of a school; None if there is no such school."""
    province: ProvinceCode | None = await connection.scalar(_PROVINCE, {"school_code": school_code})
    return province


async def units_of(connection: Connection, school_code: SchoolCode) -> list[OrganisationUnit]:
    """All colleges, majors and classes of a school."""
    found: list[OrganisationUnit] = []
    for kind in (Kind.COLLEGE, Kind.MAJOR, Kind.CLASS):
        found += rows.all(OrganisationUnit, await connection.execute(_OF_SCHOOL[kind], {"school_code": school_code}))
    return found


async def add(connection: Connection, new: OrganisationUnit) -> OrganisationUnit | None:
    """Stores a new unit; None if its code is taken."""
    return rows.one_or_none(OrganisationUnit, await connection.execute(_ADD[new.kind], _values(new) | {"version": 1}))


async def save(connection: Connection, changed: OrganisationUnit) -> OrganisationUnit:
    """Stores new values of a locked unit and raises its version by one."""
    table = TABLE_OF[changed.kind]
    # the application's role may not update a key, not even to its own value
    values = {name: value for name, value in _values(changed).items() if not table.c[name].primary_key}
    bound = values | _place(changed.place)
    return rows.one(OrganisationUnit, await connection.execute(_SAVE[changed.kind], bound))


async def next_sequence(connection: Connection, school_code: SchoolCode) -> tuple[int, datetime]:
    """The number of the school's next event, and the database's instant."""
    sequence, instant = (await connection.execute(_NEXT_SEQUENCE, {"of_school": school_code})).one()
    return sequence, instant


async def raise_streams(connection: Connection, reached: Sequence[Reached]) -> None:
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


async def known_codes(connection: Connection, kind: Kind, school_code: SchoolCode, codes: Iterable[str]) -> set[str]:
    """Which of the codes the school has."""
    bound = {"school_code": school_code, "codes": list(codes)}
    return set(await connection.scalars(_KNOWN[kind], bound))


async def current_sequence(connection: Connection, school_code: SchoolCode) -> int:
    """How many events of its units a school has published."""
    sequence: int = await connection.scalar(_SEQUENCE, {"school_code": school_code}) or 0
    return sequence


async def listed(
    connection: Connection, kind: Kind, school_code: SchoolCode, *, after: str | None, limit: int
) -> list[OrganisationUnit]:
    """A page of a school's units by code."""
    bound = {"school_code": school_code, "after": after or "", "limit": limit}
    return rows.all(OrganisationUnit, await connection.execute(_PAGE[kind], bound))


async def listed_schools(
    connection: Connection, caller: Principal, *, after: str | None, limit: int
) -> list[OrganisationUnit]:
    """A page of the schools that the caller sees, by code."""
    seen = _schools_seen_by(caller)
    bound = {**seen.values, "after": after or "", "limit": limit}
    return rows.all(OrganisationUnit, await connection.execute(_schools(seen.shape), bound))


def _schools_seen_by(caller: Principal) -> RowScope:
    """`Principal.sees_school` over all rows."""
    if caller.role in {Role.ADMIN, Role.SYSTEM, Role.MINISTRY}:
        return RowScope(everything=True)
    if caller.role is Role.PROVINCIAL_OFFICER:
        return RowScope(Owners(province_code={caller.province_code}) if caller.province_code else Owners())
    # an integrator without a school has a contract for all of them
    if caller.school_code is None:
        return RowScope(everything=caller.role is Role.INTEGRATOR)
    return RowScope(Owners(school_code={caller.school_code}))


@lru_cache
def _schools(seen: ScopeShape) -> Select[Any]:
    visible = seen.condition(Owners(school_code=schools.c.code, province_code=schools.c.province_code))
    listed = select(*_COLUMNS[Kind.SCHOOL]).where(visible, schools.c.code > bindparam("after"))
    return listed.order_by(schools.c.code).limit(bindparam("limit", type_=Integer))


def _place(place: Place) -> dict[str, object]:
    """What is bound to `_key`."""
    own: dict[str, object] = {"of_code": place.code}
    return own if place.kind is Kind.SCHOOL else {"of_school": place.school_code, **own}


def _values(described: OrganisationUnit) -> dict[str, Any]:
    columns = set(TABLE_OF[described.kind].c.keys()) - {"version", "recorded_at", "sequence"}
    return {column: getattr(described, column) for column in columns}
