"""Lists of schools and of the units of a school, page by page."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, select

from common import rows
from common.auth import EVERYTHING, Owners, Principal, Role, RowScope, ScopeShape
from common.identifiers import SchoolCode
from common.sql import Connection
from registry.organisation.domain import Kind, OrganisationUnit
from registry.organisation.storage.units import COLUMNS, OF_SCHOOL, TABLE_OF
from registry.organisation.tables import schools

_PAGE = {
    kind: query.where(TABLE_OF[kind].c.code > bindparam("after")).limit(bindparam("limit", type_=Integer))
    for kind, query in OF_SCHOOL.items()
}


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
        return EVERYTHING
    if caller.role is Role.PROVINCIAL_OFFICER:
        return RowScope(Owners(province_code={caller.province_code}) if caller.province_code else Owners())
    # an integrator without a school has a contract for all of them
    if caller.school_code is None:
        return RowScope(everything=caller.role is Role.INTEGRATOR)
    return RowScope(Owners(school_code={caller.school_code}))


@lru_cache
def _schools(seen: ScopeShape) -> Select[Any]:
    visible = seen.condition(Owners(school_code=schools.c.code, province_code=schools.c.province_code))
    listed = select(*COLUMNS[Kind.SCHOOL]).where(visible, schools.c.code > bindparam("after"))
    return listed.order_by(schools.c.code).limit(bindparam("limit", type_=Integer))
