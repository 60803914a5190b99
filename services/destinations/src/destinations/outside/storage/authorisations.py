"""Authorisations of a school, in the order in which they were stored."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, insert, select

from common import rows
from common.auth import Actor, Owners, RowScope, ScopeShape
from common.database.pages import page_by_id
from common.errors import NotFound
from common.identifiers import SchoolCode
from common.sql import Connection
from destinations.outside.domain.authorisations import Authorisation, AuthorisationId, AuthorisationPlan, Source
from destinations.outside.tables import authorisations

_ADD = insert(authorisations).returning(authorisations)
_ONE = select(authorisations).where(authorisations.c.id == bindparam("id"))


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=authorisations.c.school_code))


@lru_cache
def _in_scope(seen: ScopeShape) -> Select[Any]:
    return _ONE.where(_visible(seen))


async def add(connection: Connection, plan: AuthorisationPlan, actor: Actor) -> Authorisation:
    """Stores an authorisation."""
    by = {"by_role": actor.role, "by_subject": actor.subject}
    values = {**vars(plan), "source": plan.source.value, **by}
    return rows.one(Authorisation, await connection.execute(_ADD, values))


async def get(connection: Connection, scope: RowScope, authorisation_id: AuthorisationId) -> Authorisation:
    """An authorisation of the scope; raises NotFound."""
    found = await connection.execute(_in_scope(scope.shape), {**scope.values, "id": authorisation_id})
    authorisation = rows.one_or_none(Authorisation, found)
    if authorisation is None:
        raise NotFound
    return authorisation


async def find(connection: Connection, authorisation_id: AuthorisationId) -> Authorisation | None:
    """An authorisation of any school."""
    return rows.one_or_none(Authorisation, await connection.execute(_ONE, {"id": authorisation_id}))


async def page(
    connection: Connection,
    scope: RowScope,
    after: UUID | None,
    limit: int,
    *,
    school_code: SchoolCode | None = None,
    source: Source | None = None,
) -> list[Authorisation]:
    """Authorisations of the scope in the order in which they were stored."""
    named = source and source.value
    query = page_by_id(authorisations, _visible, scope, after, limit, school_code=school_code, source=named)
    return rows.all(Authorisation, await connection.execute(*query))
