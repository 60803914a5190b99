"""Fairs in SQL."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, select

from common import history, rows
from common.auth import Owners, RowScope, ScopeShape
from common.database import UnitOfWork
from common.database.pages import page_by_id
from common.errors import NotFound
from common.sql import Connection
from example.fairs.domain import Fair, FairId, FairPlan, FairVersion
from example.fairs.tables import fairs

_FAIR = fairs.main.c


async def get(connection: Connection, scope: RowScope, fair_id: FairId) -> Fair:
    """The fair; raises NotFound outside the scope."""
    found = rows.one_or_none(Fair, await connection.execute(_one(scope.shape), {**scope.values, "id": fair_id}))
    if found is None:
        raise NotFound
    return found


async def page(
    connection: Connection, scope: RowScope, school_code: str | None, *, after: UUID | None, limit: int
) -> list[Fair]:
    """Fairs of the scope in the order of their creation, of one school if it is named."""
    query = page_by_id(fairs.main, _seen_by, scope, after, limit, school_code=school_code)
    return rows.all(Fair, await connection.execute(*query))


async def versions(connection: Connection, fair_id: FairId, *, after: int | None, limit: int) -> list[FairVersion]:
    """The history of a fair, oldest version first."""
    return await history.versions(connection, fairs, FairVersion, fair_id, after=after, limit=limit)


async def save(
    unit: UnitOfWork, plan: FairPlan, changed: Sequence[str], action: str, fair_id: FairId | None = None
) -> tuple[Fair, int]:
    """Stores the next version; gives it with the sequence of its event."""
    values = {name: getattr(plan, name) for name in fairs.written}
    written = await history.save(unit, fairs, values, changed, action=action, id=fair_id)
    return Fair(**values, **written.stated()), written.sequence


def _seen_by(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=_FAIR.school_code))


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return select(fairs.main).where(_FAIR.id == bindparam("id"), _seen_by(seen))
