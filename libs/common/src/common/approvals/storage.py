"""Requests in SQL: who reads them, pages of them, and their end."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Integer, Select, Table, and_, bindparam, literal_column, not_, update

from common.approvals.domain import RequestState
from common.auth import Actor, Owners, RowScope, ScopeShape
from common.clock import TODAY_SQL
from common.database import NOW
from common.identifiers import Cohort, CollegeCode, SchoolCode
from common.sql import Connection

_TODAY = literal_column(TODAY_SQL, Date())


@dataclass(frozen=True)
class RequestFilters:
    """How a list of requests is narrowed; None does not narrow. Overdue is what is open after its day."""

    school_code: SchoolCode | None = None
    cohort: Cohort | None = None
    college_code: CollegeCode | None = None
    state: RequestState | None = None
    overdue: bool | None = None


def page_of_requests(
    selected: Select[Any], table: Table, scope: RowScope, filters: RequestFilters, after: UUID | None, limit: int
) -> tuple[Select[Any], dict[str, object]]:
    """Narrows a selection of requests to one page, in the order asked: `connection.execute(*page_of_requests(…))`.

    The table has `school_code`, `cohort` and `college_code`; `selected` is a constant of the area's storage.
    """
    given = {name: value for name, value in vars(filters).items() if value is not None}
    overdue = given.pop("overdue", None)
    query = _page(selected, table, scope.shape, tuple(given), overdue, following=after is not None)
    return query, {**scope.values, **given, "limit": limit} | ({} if after is None else {"after": after})


def visible(table: Table, seen: ScopeShape) -> ColumnElement[bool]:
    """The condition that a request is in a scope; one without a college is the school's."""
    return seen.condition(Owners(school_code=table.c.school_code, college_code=table.c.college_code))


@lru_cache(maxsize=256)
def _page(
    selected: Select[Any],
    table: Table,
    seen: ScopeShape,
    filtered: tuple[str, ...],
    overdue: bool | None,
    *,
    following: bool,
) -> Select[Any]:
    conditions = [table.c[name] == bindparam(name, type_=table.c[name].type) for name in filtered]
    if following:
        conditions.append(table.c.id > bindparam("after", type_=table.c.id.type))
    if overdue is not None:
        is_overdue = and_(table.c.state == RequestState.OPEN.value, table.c.due_on < _TODAY)
        conditions.append(is_overdue if overdue else not_(is_overdue))
    listed = selected.where(visible(table, seen), *conditions).order_by(table.c.id)
    return listed.limit(bindparam("limit", type_=Integer))


async def decide(
    connection: Connection,
    table: Table,
    request_id: UUID,
    state: RequestState,
    actor: Actor,
    values: Mapping[str, object],
) -> None:
    """Ends a locked request by another person's decision, `values` being what the kind states of it besides."""
    decided = {"state": state.value, "decided_by": actor.subject, "decided_by_role": actor.role}
    await connection.execute(_decided(table), {"of_id": request_id, **decided, **values})


async def save(connection: Connection, table: Table, request_id: UUID, values: Mapping[str, object]) -> None:
    """Stores other values of a locked request, one version further."""
    await connection.execute(_saved(table), {"of_id": request_id, **values})


@lru_cache
def _saved(table: Table) -> Any:
    return update(table).where(table.c.id == bindparam("of_id")).values(version=table.c.version + 1)


@lru_cache
def _decided(table: Table) -> Any:
    return _saved(table).values(decided_at=NOW)
