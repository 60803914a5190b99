"""Reading units within the caller's scope."""

from common.auth import Principal, Role
from common.contracts import ChangeToken, organisation
from common.database import Database
from common.errors import NotFound
from common.http import Paging
from registry.organisation import storage
from registry.organisation.domain import Kind, Unit


async def unit_in_scope(database: Database, caller: Principal, kind: Kind, school_code: str, code: str) -> Unit:
    """One unit; NotFound for a missing one and for one of a school that the caller does not see."""
    async with database.reading() as connection:
        province = await storage.province_of(connection, school_code)
        unit = await storage.find(connection, kind, school_code, code) if province else None
    if unit is None or not caller.sees_school(school_code, province):
        raise NotFound
    return unit


async def last_change(database: Database, school_code: str) -> ChangeToken | None:
    """The newest change of the school's units: it includes every earlier one."""
    async with database.reading() as connection:
        sequence = await storage.current_sequence(connection, school_code)
    return ChangeToken(organisation.TOPIC, school_code, school_code, sequence) if sequence else None


async def page_of_units(
    database: Database, caller: Principal, kind: Kind, school_code: str, page: Paging
) -> tuple[list[Unit], str | None]:
    """A page of a school's units, and the cursor of the next."""
    after = page.after(str)
    async with database.reading() as connection:
        province = await storage.province_of(connection, school_code)
        if province is None or not caller.sees_school(school_code, province):
            raise NotFound
        units = await storage.listed(
            connection, kind, school_code, after=after[0] if after else None, limit=page.limit + 1
        )
    return _cut(units, page)


async def page_of_schools(database: Database, caller: Principal, page: Paging) -> tuple[list[Unit], str | None]:
    """A page of the schools that the caller sees, and the cursor of the next."""
    scope = _school_scope(caller)
    if scope is None:
        return [], None
    after = page.after(str)
    async with database.reading() as connection:
        units = await storage.listed_schools(
            connection,
            school_code=scope.get("school_code"),
            province_code=scope.get("province_code"),
            after=after[0] if after else None,
            limit=page.limit + 1,
        )
    return _cut(units, page)


def _school_scope(caller: Principal) -> dict[str, str] | None:
    """Which schools a caller sees, as equal columns: none set means all, None means no school."""
    if caller.role in {Role.ADMIN, Role.SYSTEM, Role.MINISTRY}:
        return {}
    if caller.role is Role.PROVINCIAL_OFFICER:
        return {"province_code": caller.province_code} if caller.province_code else None
    if caller.school_code is None:
        return {} if caller.role is Role.INTEGRATOR else None
    return {"school_code": caller.school_code}


def _cut(units: list[Unit], page: Paging) -> tuple[list[Unit], str | None]:
    shown = units[: page.limit]
    return shown, page.cursor_for(shown[-1].code) if len(units) > page.limit else None
