"""Requests in SQL: pages of them, and their end."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, Table, and_, bindparam, literal_column, not_, update

from common.approvals.domain import Asked, RequestState
from common.auth import Actor, RowScope
from common.clock import TODAY_SQL
from common.database import NOW
from common.database.pages import Visible, page_by_id
from common.identifiers import Cohort, CollegeCode, SchoolCode
from common.sql import Connection

_TODAY = literal_column(TODAY_SQL, Date())


@dataclass(frozen=True)
class RequestFilters:
    """How a list of requests is narrowed; None does not narrow. Overdue is what is open after its day."""

    school_code: SchoolCode | None = None
    cohort: Cohort | None = None
    college_code: CollegeCode | None = None
    state: str | None = None
    overdue: bool | None = None


def page_of_requests(
    selected: Select[Any],
    table: Table,
    visible: Visible,
    scope: RowScope,
    filters: RequestFilters,
    after: UUID | None,
    limit: int,
) -> tuple[Select[Any], dict[str, object]]:
    """Narrows a selection of requests to one page, in the order asked: `connection.execute(*page_of_requests(…))`.

    The table has `school_code`, `cohort` and `college_code`; `selected` is a constant of the area's storage.
    """
    equal = dict(vars(filters))
    overdue = equal.pop("overdue")
    return page_by_id(table, visible, scope, after, limit, _narrowed(selected, table, overdue), **equal)


@lru_cache
def _narrowed(selected: Select[Any], table: Table, overdue: bool | None) -> Select[Any]:
    if overdue is None:
        return selected
    is_overdue = and_(table.c.state == RequestState.OPEN.value, table.c.due_on < _TODAY)
    return selected.where(is_overdue if overdue else not_(is_overdue))


def asked_by(request: Asked) -> Actor:
    """Who asked: in whose name what was asked for is done."""
    return Actor(request.requested_by, request.requested_by_role)


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
