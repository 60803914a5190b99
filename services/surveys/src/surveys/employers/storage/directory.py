"""The directory in SQL."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from asyncpg import UniqueViolationError
from sqlalchemy import ColumnElement, Select, Update, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from common import rows
from common.auth import EVERYTHING, Owners, RowScope, ScopeShape
from common.database import NOW
from common.database.pages import page_by_id
from common.identifiers import EmployerId, SchoolCode
from common.sql import Connection
from surveys.employers.domain import FIELDS, Employer, EmployerKnown, EmployerPlan
from surveys.employers.tables import employers

_ADD = insert(employers).returning(employers)
_LOCK = select(employers).where(employers.c.id == bindparam("id")).with_for_update()


async def find(connection: Connection, scope: RowScope, employer_id: EmployerId) -> Employer | None:
    """The employer, if the scope sees its school."""
    bound = {**scope.values, "id": employer_id}
    return rows.one_or_none(Employer, await connection.execute(_one(scope.shape), bound))


async def employer_of(connection: Connection, employer_id: EmployerId) -> Employer:
    """An employer that is known to exist."""
    bound = {"id": employer_id}
    return rows.one(Employer, await connection.execute(_one(EVERYTHING.shape), bound))


async def lock(connection: Connection, employer_id: EmployerId) -> Employer:
    """An employer that is known to exist, locked."""
    return rows.one(Employer, await connection.execute(_LOCK, {"id": employer_id}))


async def page(
    connection: Connection,
    scope: RowScope,
    after: UUID | None,
    limit: int,
    *,
    school_code: SchoolCode | None,
    uscc: str | None,
    industry_code: str | None,
) -> list[Employer]:
    """Employers in the order in which they were made, cut to the arguments that are given."""
    query = page_by_id(
        employers, _visible, scope, after, limit, school_code=school_code, uscc=uscc, industry_code=industry_code
    )
    return rows.all(Employer, await connection.execute(*query))


async def add(connection: Connection, plan: EmployerPlan) -> Employer:
    """Stores an employer that people have written; raises EmployerKnown."""
    written = [name for name in FIELDS if getattr(plan, name) is not None]
    try:
        return rows.one(Employer, await connection.execute(_ADD, {**vars(plan), "by_hand": written}))
    except UniqueViolationError:
        raise EmployerKnown from None


async def save(connection: Connection, employer: Employer, changed: Mapping[str, Any]) -> Employer:
    """Stores the next version of a locked employer with what people have written; raises EmployerKnown."""
    by_hand = sorted({*employer.by_hand, *changed})
    bound = {**changed, "by_hand": by_hand, "of_id": employer.id}
    try:
        await connection.execute(_save(tuple(sorted(changed))), bound)
    except UniqueViolationError:
        raise EmployerKnown from None
    return await lock(connection, employer.id)


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=employers.c.school_code))


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return select(employers).where(employers.c.id == bindparam("id"), _visible(seen))


@lru_cache
def _save(names: tuple[str, ...]) -> Update:
    stated: dict[str, Any] = {name: bindparam(name, type_=employers.c[name].type) for name in (*names, "by_hand")}
    stated |= {"version": employers.c.version + 1, "recorded_at": NOW}
    return update(employers).where(employers.c.id == bindparam("of_id")).values(stated)
