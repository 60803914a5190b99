"""Creating and changing schools and their units."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from common.auth import Principal, Role
from common.contracts import ChangeToken
from common.database import Database, UnitOfWork
from common.errors import NotFound
from common.http import IfMatch, LazyBody, Once, StrictModel
from common.identifiers import SchoolCode
from registry.organisation import storage
from registry.organisation.announcements import unit_changed
from registry.organisation.domain import Kind, OrganisationUnit, Place, UnitExists, UnknownParent

EDITORS = (Role.ADMIN, Role.SCHOOL_OFFICER)
"""Who may change the units of a school; a school itself is changed by the administrator only."""

_COLLECTIONS: Mapping[Kind, str] = {Kind.COLLEGE: "colleges", Kind.MAJOR: "majors", Kind.CLASS: "classes"}


@dataclass(frozen=True)
class WrittenUnit:
    """A unit after a write, with the change that it published."""

    stored: OrganisationUnit
    change_token: ChangeToken

    @property
    def id(self) -> str:
        """The code: what the unit is found by in its school."""
        return self.stored.code

    @property
    def version(self) -> int:
        """The stored version."""
        return self.stored.version


async def create_school(database: Database, caller: Principal, body: LazyBody[Any], once: Once) -> WrittenUnit:
    """Creates a school; its code must be free."""
    caller.must_be(Role.ADMIN)
    async with database.transaction(caller.actor) as unit:
        await once.claim(unit)
        new = body.parse()
        return await _finish(
            unit, once, await add(unit, OrganisationUnit(kind=Kind.SCHOOL, school_code=new.code, **new.model_dump()))
        )


async def create_unit(
    database: Database, caller: Principal, kind: Kind, school_code: SchoolCode, body: LazyBody[Any], once: Once
) -> WrittenUnit:
    """Creates a college, major or class of a school; its code must be free, its parents must exist."""
    async with database.transaction(caller.actor) as unit:
        await storage.require_school(unit.connection, caller, school_code)
        caller.must_be(*EDITORS)
        await once.claim(unit)
        new = body.parse()
        return await _finish(
            unit, once, await add(unit, OrganisationUnit(kind=kind, school_code=school_code, **new.model_dump()))
        )


async def change_unit(
    database: Database, caller: Principal, place: Place, if_match: IfMatch, body: LazyBody[Any]
) -> WrittenUnit:
    """Changes the fields that the patch names."""
    async with database.transaction(caller.actor) as unit:
        await storage.require_school(unit.connection, caller, place.school_code)
        await storage.lock_school(unit.connection, place.school_code)
        before = await storage.find(unit.connection, place, lock=True)
        if before is None:
            raise NotFound
        caller.must_be(*((Role.ADMIN,) if place.kind is Kind.SCHOOL else EDITORS))
        if_match.must_equal(before.version)
        written = await save(unit, before, replace(before, **_patched(place.kind, body.parse())))
        await unit.commit()
        return written


async def add(unit: UnitOfWork, new: OrganisationUnit) -> WrittenUnit:
    """Stores a new unit with its event and audit entry, without asking who may.

    Raises UnitExists if the code is taken, UnknownParent if the school lacks the college or major.
    """
    if new.kind is not Kind.SCHOOL:
        await storage.lock_school(unit.connection, new.school_code)
        if await storage.find(unit.connection, new.place):
            raise UnitExists(new.kind)
        await require_parents(unit, new)
    stored = await storage.add(unit.connection, new)
    if stored is None:
        raise UnitExists(new.kind)
    return await _announced(unit, None, stored, "create")


async def save(unit: UnitOfWork, before: OrganisationUnit, after: OrganisationUnit) -> WrittenUnit:
    """Stores new values of a unit that this transaction has locked, with its event and audit entry.

    Raises UnknownParent if the school lacks the college or major.
    """
    await require_parents(unit, after)
    return await _announced(unit, before, await storage.save(unit.connection, after), "change")


async def require_parents(unit: UnitOfWork, child: OrganisationUnit) -> None:
    """Raises UnknownParent for a college or major that the school does not have."""
    for field, kind in (("college_code", Kind.COLLEGE), ("major_code", Kind.MAJOR)):
        code = getattr(child, field)
        if code is not None and not await storage.find(unit.connection, Place(kind, child.school_code, code)):
            raise UnknownParent(field)


def address_of(place: Place) -> str:
    """Where a unit is read."""
    school = f"/v1/schools/{place.school_code}"
    if place.kind is Kind.SCHOOL:
        return school
    return f"{school}/{_COLLECTIONS[place.kind]}/{quote(place.code, safe='')}"


def _patched(kind: Kind, patch: StrictModel) -> dict[str, Any]:
    """The fields a patch names; a college given to a major makes that its only one."""
    given: dict[str, Any] = {field: getattr(patch, field) for field in patch.model_fields_set}
    return given | ({"several_colleges": False} if kind is Kind.MAJOR and given.get("college_code") else {})


async def _finish(unit: UnitOfWork, once: Once, written: WrittenUnit) -> WrittenUnit:
    await once.remember(unit, written.id, written.version, 201, address_of(written.stored.place))
    await unit.commit()
    return written


async def _announced(
    unit: UnitOfWork, before: OrganisationUnit | None, after: OrganisationUnit, act: str
) -> WrittenUnit:
    sequence, instant = await storage.next_sequence(unit.connection, after.school_code)
    await unit.audit(f"{after.kind}.{act}", after.kind, after.code, school_code=after.school_code)
    return WrittenUnit(after, await unit.announce(unit_changed(before, after, sequence, instant)))
