"""Units of every kind, one by one and many at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    literal,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from common import rows
from common.auth import Principal
from common.database import NOW
from common.errors import NotFound
from common.identifiers import SchoolCode
from common.sql import Connection
from registry.organisation.domain import Kind, OrganisationUnit, Place
from registry.organisation.storage.schools import require_school
from registry.organisation.tables import classes, colleges, major_predecessors, majors, schools

TABLE_OF: Mapping[Kind, Table] = {
    Kind.SCHOOL: schools,
    Kind.COLLEGE: colleges,
    Kind.MAJOR: majors,
    Kind.CLASS: classes,
}


_PREDECESSORS = literal_column(
    "ARRAY(SELECT predecessor_code FROM major_predecessors AS before"
    " WHERE before.school_code = majors.school_code AND before.code = majors.code"
    ' ORDER BY predecessor_code COLLATE "C")',
    ARRAY(Text),
).label("predecessors")


def _columns(kind: Kind) -> list[ColumnElement[Any]]:
    """A unit's columns under the names of its fields; the code of a school is its school's, too."""
    table = TABLE_OF[kind]
    stated: list[ColumnElement[Any]] = [literal(kind.value, Text).label("kind")]
    # the table of schools names a school by `code` alone
    if kind is Kind.SCHOOL:
        stated.append(table.c.code.label("school_code"))
    if kind is Kind.MAJOR:
        stated.append(_PREDECESSORS)
    return [*stated, *(column for column in table.c if column.name not in {"recorded_at", "sequence"})]


COLUMNS = {kind: _columns(kind) for kind in Kind}
"""What a query of units of a kind selects."""

_LINEAGE = select(major_predecessors.c.code, major_predecessors.c.predecessor_code).where(
    major_predecessors.c.school_code == bindparam("school_code")
)
_DUE_CODES = text(
    """
    SELECT DISTINCT school_code FROM majors
     WHERE national_code_source = 'major_code' AND national_code IS NULL ORDER BY 1
    """
)
_FORGET_PREDECESSORS = text(
    """
    DELETE FROM major_predecessors
     WHERE school_code = :of_school AND code = :of_code AND predecessor_code <> ALL (CAST(:predecessors AS text[]))
    """
)
_KEEP_PREDECESSORS = text(
    """
    INSERT INTO major_predecessors (school_code, code, predecessor_code)
    SELECT CAST(:of_school AS text), CAST(:of_code AS text), unnest(CAST(:predecessors AS text[]))
    ON CONFLICT DO NOTHING
    """
)


def _key(kind: Kind) -> list[ColumnElement[bool]]:
    table = TABLE_OF[kind]
    own = [table.c.code == bindparam("of_code")]
    return own if kind is Kind.SCHOOL else [table.c.school_code == bindparam("of_school"), *own]


_ONE = {kind: select(*COLUMNS[kind]).where(*_key(kind)) for kind in Kind}
# rows that refer to the unit may be inserted meanwhile
_LOCKED = {kind: query.with_for_update(key_share=True) for kind, query in _ONE.items()}
_INSERT = {kind: insert(table) for kind, table in TABLE_OF.items()}
_ADD = {kind: each.on_conflict_do_nothing().returning(*COLUMNS[kind]) for kind, each in _INSERT.items()}
_UPDATE = {
    kind: update(table).where(*_key(kind)).values(version=table.c.version + 1, recorded_at=NOW)
    for kind, table in TABLE_OF.items()
}
_SAVE = {kind: each.returning(*COLUMNS[kind]) for kind, each in _UPDATE.items()}
OF_SCHOOL: Mapping[Kind, Select[Any]] = {
    kind: select(*COLUMNS[kind]).where(table.c.school_code == bindparam("school_code")).order_by(table.c.code)
    for kind, table in TABLE_OF.items()
    if kind is not Kind.SCHOOL
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


async def units_of(connection: Connection, school_code: SchoolCode) -> list[OrganisationUnit]:
    """All colleges, majors and classes of a school."""
    found: list[OrganisationUnit] = []
    for kind in (Kind.COLLEGE, Kind.MAJOR, Kind.CLASS):
        found += rows.all(OrganisationUnit, await connection.execute(OF_SCHOOL[kind], {"school_code": school_code}))
    return found


async def add(connection: Connection, new: OrganisationUnit) -> OrganisationUnit | None:
    """Stores a new unit; None if its code is taken."""
    stored = rows.one_or_none(OrganisationUnit, await connection.execute(_ADD[new.kind], _new_values(new)))
    if stored is None or not new.predecessors:
        return stored
    await _keep_predecessors(connection, [new])
    return replace(stored, predecessors=tuple(sorted(set(new.predecessors))))


async def save(connection: Connection, changed: OrganisationUnit) -> OrganisationUnit:
    """Stores new values of a locked unit and raises its version by one."""
    if changed.kind is Kind.MAJOR:
        await _keep_predecessors(connection, [changed])
    return rows.one(OrganisationUnit, await connection.execute(_SAVE[changed.kind], _changed_values(changed)))


async def add_all(connection: Connection, new: Sequence[OrganisationUnit]) -> None:
    """Stores new units of a school that this transaction has locked."""
    for kind, units in _by_kind(new):
        await connection.execute_many(_INSERT[kind], [_new_values(each) for each in units])
    # a predecessor may be as new as its successor
    await _keep_predecessors(connection, [each for each in new if each.predecessors])


async def save_all(connection: Connection, changed: Sequence[OrganisationUnit]) -> None:
    """Stores new values of units of a school that this transaction has locked, and raises their versions by one."""
    for kind, units in _by_kind(changed):
        await connection.execute_many(_UPDATE[kind], [_changed_values(each) for each in units])
    await _keep_predecessors(connection, [each for each in changed if each.kind is Kind.MAJOR])


async def lineage(connection: Connection, school_code: SchoolCode) -> dict[str, set[str]]:
    """The predecessors of each major of a school that has some."""
    found: dict[str, set[str]] = {}
    for code, predecessor in await connection.execute(_LINEAGE, {"school_code": school_code}):
        found.setdefault(code, set()).add(predecessor)
    return found


async def _keep_predecessors(connection: Connection, of: Sequence[OrganisationUnit]) -> None:
    bound = [{**_place(each.place), "predecessors": list(each.predecessors)} for each in of]
    # what any of them loses goes first: two may change places
    await connection.execute_many(_FORGET_PREDECESSORS, bound)
    await connection.execute_many(_KEEP_PREDECESSORS, bound)


def _by_kind(units: Sequence[OrganisationUnit]) -> Iterator[tuple[Kind, list[OrganisationUnit]]]:
    """The units of each kind, first the kinds that others refer to."""
    for kind in Kind:
        yield kind, [each for each in units if each.kind is kind]


async def schools_with_due_codes(connection: Connection) -> list[SchoolCode]:
    """Schools with majors whose national codes are to be taken from their own."""
    return [SchoolCode(each) for each in await connection.scalars(_DUE_CODES)]


async def known_codes(connection: Connection, kind: Kind, school_code: SchoolCode, codes: Iterable[str]) -> set[str]:
    """Which of the codes the school has."""
    bound = {"school_code": school_code, "codes": list(codes)}
    return set(await connection.scalars(_KNOWN[kind], bound))


def _place(place: Place) -> dict[str, object]:
    """What is bound to `_key`."""
    own: dict[str, object] = {"of_code": place.code}
    return own if place.kind is Kind.SCHOOL else {"of_school": place.school_code, **own}


def _new_values(new: OrganisationUnit) -> dict[str, Any]:
    return _values(new) | {"version": 1}


def _changed_values(changed: OrganisationUnit) -> dict[str, Any]:
    """What is bound to `_UPDATE`; the application's role may not update a key, not even to its own value."""
    columns = TABLE_OF[changed.kind].c
    values = {name: value for name, value in _values(changed).items() if not columns[name].primary_key}
    return values | _place(changed.place)


def _values(described: OrganisationUnit) -> dict[str, Any]:
    columns = set(TABLE_OF[described.kind].c.keys()) - {"version", "recorded_at", "sequence"}
    return {column: getattr(described, column) for column in columns}
