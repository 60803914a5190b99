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
from registry.organisation import storage
from registry.organisation.announcements import unit_changed
from registry.organisation.domain import Kind, Unit, already_exists, unknown_parent

EDITORS = (Role.ADMIN, Role.SCHOOL_OFFICER)
"""Who may change the units of a school; a school itself is changed by the administrator only."""


_COLLECTIONS: Mapping[Kind, str] = {Kind.COLLEGE: "colleges", Kind.MAJOR: "majors", Kind.CLASS: "classes"}


@dataclass(frozen=True)
class Written:
    """A unit after a write, with the change that it published."""

    unit: Unit
    change_token: ChangeToken


async def create_school(database: Database, caller: Principal, body: LazyBody[Any], once: Once) -> Written:
    """Creates a school; its code must be free."""
    caller.must_be(Role.ADMIN)
    async with database.transaction(caller.actor) as uow:
        await once.claim(uow)
        new = body.parse()
        unit = Unit(kind=Kind.SCHOOL, school_code=new.code, **new.model_dump())
        return await _finish(uow, once, await create(uow, unit))


async def create_unit(
    database: Database, caller: Principal, kind: Kind, school_code: str, body: LazyBody[Any], once: Once
) -> Written:
    """Creates a college, major or class of a school; its code must be free, its parents must exist."""
    async with database.transaction(caller.actor) as uow:
        await _require_school(uow, caller, school_code)
        caller.must_be(*EDITORS)
        await once.claim(uow)
        new = body.parse()
        unit = Unit(kind=kind, school_code=school_code, **new.model_dump())
        return await _finish(uow, once, await create(uow, unit))


async def change_unit(
    database: Database,
    caller: Principal,
    place: tuple[Kind, str, str],
    if_match: IfMatch,
    body: LazyBody[Any],
) -> Written:
    """Changes the fields that the patch names."""
    kind, school_code, code = place
    async with database.transaction(caller.actor) as uow:
        await _require_school(uow, caller, school_code)
        await storage.lock_school(uow.connection, school_code)
        before = await storage.find(uow.connection, kind, school_code, code, lock=True)
        if before is None:
            raise NotFound
        caller.must_be(*((Role.ADMIN,) if kind is Kind.SCHOOL else EDITORS))
        if_match.must_equal(before.version)
        after = replace(before, **_patched(kind, body.parse()))
        written = await change(uow, before, after)
        await uow.commit()
        return written


async def create(uow: UnitOfWork, unit: Unit) -> Written:
    """Stores a new unit with its event and audit entry; never commits. Parents must exist, the code must be free."""
    if unit.kind is not Kind.SCHOOL:
        await storage.lock_school(uow.connection, unit.school_code)
        if await storage.find(uow.connection, unit.kind, unit.school_code, unit.code):
            raise already_exists(unit.kind)
        await require_parents(uow, unit)
    stored = await storage.add(uow.connection, unit)
    if stored is None:
        raise already_exists(unit.kind)
    return Written(stored, await _announce(uow, None, stored, "create"))


async def change(uow: UnitOfWork, before: Unit, after: Unit) -> Written:
    """Stores new values of a unit that this transaction has locked, with its event and audit entry; never commits."""
    await require_parents(uow, after)
    stored = await storage.save(uow.connection, after)
    return Written(stored, await _announce(uow, before, stored, "change"))


async def require_parents(uow: UnitOfWork, unit: Unit) -> None:
    """Refuses a college or major that the school does not have."""
    for field, kind in (("college_code", Kind.COLLEGE), ("major_code", Kind.MAJOR)):
        code = getattr(unit, field)
        if code is not None and not await storage.find(uow.connection, kind, unit.school_code, code):
            raise unknown_parent(field)


def address_of(kind: Kind, school_code: str, code: str) -> str:
    """Where a unit is read."""
    school = f"/v1/schools/{school_code}"
    return school if kind is Kind.SCHOOL else f"{school}/{_COLLECTIONS[kind]}/{quote(code, safe='')}"


async def _require_school(uow: UnitOfWork, caller: Principal, school_code: str) -> None:
    province = await storage.province_of(uow.connection, school_code)
    if province is None or not caller.sees_school(school_code, province):
        raise NotFound


def _patched(kind: Kind, patch: StrictModel) -> dict[str, Any]:
    """The fields a patch names; a college given to a major makes that its only one."""
    given: dict[str, Any] = {field: getattr(patch, field) for field in patch.model_fields_set}
    return given | ({"several_colleges": False} if kind is Kind.MAJOR and given.get("college_code") else {})


async def _finish(uow: UnitOfWork, once: Once, written: Written) -> Written:
    location = address_of(written.unit.kind, written.unit.school_code, written.unit.code)
    await once.remember(uow, written.unit.code, written.unit.version, 201, location)
    await uow.commit()
    return written


async def _announce(uow: UnitOfWork, before: Unit | None, after: Unit, act: str) -> ChangeToken:
    sequence, instant = await storage.next_sequence(uow.connection, after.school_code)
    await uow.audit(f"{after.kind}.{act}", after.kind, after.code, school_code=after.school_code)
    return await uow.announce(unit_changed(before, after, sequence, instant))
