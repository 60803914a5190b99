"""Plans of waves in SQL."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, insert, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.database import NOW
from common.database.pages import page_by_id
from common.identifiers import SchoolCode
from common.sql import Connection
from surveys.wave_plans.domain import WavePlan, WavePlanId
from surveys.wave_plans.tables import wave_plans
from surveys.waves.tables import waves

_ADD = insert(wave_plans).returning(wave_plans)
_NEXT = {name: bindparam(name, type_=wave_plans.c[name].type) for name in ("next_year", "due_at", "problem")}
_SAVE = update(wave_plans).where(wave_plans.c.id == bindparam("of_id"))
_SCHEDULE = _SAVE.values(_NEXT).returning(wave_plans)
_IS_DUE = wave_plans.c.due_at <= NOW
_DUE = select(wave_plans.c.id).where(_IS_DUE).order_by(wave_plans.c.due_at, wave_plans.c.id).limit(bindparam("limit"))
_TAKE = select(wave_plans).where(wave_plans.c.id == bindparam("id"), _IS_DUE).with_for_update(skip_locked=True)
_NEWEST = select(func.max(waves.c.plan_year)).where(waves.c.plan_id == bindparam("id"))


async def add(connection: Connection, **said: Any) -> WavePlan:
    """Stores a plan."""
    return rows.one(WavePlan, await connection.execute(_ADD, said))


async def find(
    connection: Connection, scope: RowScope, plan_id: WavePlanId, *, for_update: bool = False
) -> WavePlan | None:
    """The plan if the scope sees it, locked on demand."""
    query = _one(scope.shape, for_update=for_update)
    return rows.one_or_none(WavePlan, await connection.execute(query, {**scope.values, "id": plan_id}))


async def page(
    connection: Connection, scope: RowScope, school_code: SchoolCode | None, after: UUID | None, limit: int
) -> list[WavePlan]:
    """Plans in the order of their creation."""
    query = page_by_id(wave_plans, _visible, scope, after, limit, school_code=school_code)
    return rows.all(WavePlan, await connection.execute(*query))


async def save(connection: Connection, plan: WavePlan, **changes: Any) -> WavePlan:
    """Stores the next version of a locked plan."""
    return rows.one(WavePlan, await connection.execute(_save(tuple(changes)), {**changes, "of_id": plan.id}))


async def due(connection: Connection, limit: int) -> list[WavePlanId]:
    """Plans whose next wave is to be made, the longest due first."""
    return [WavePlanId(each) for each in await connection.scalars(_DUE, {"limit": limit})]


async def take(connection: Connection, plan_id: WavePlanId) -> WavePlan | None:
    """A plan, locked, if its next wave is still to be made and no other worker makes it."""
    return rows.one_or_none(WavePlan, await connection.execute(_TAKE, {"id": plan_id}))


async def schedule(
    connection: Connection, plan: WavePlan, next_year: int | None, due_at: datetime | None, problem: str | None = None
) -> WavePlan:
    """Notes which wave of a locked plan is made next, when, and why it could not be made when that was tried."""
    changes = {"next_year": next_year, "due_at": due_at, "problem": problem}
    return rows.one(WavePlan, await connection.execute(_SCHEDULE, {**changes, "of_id": plan.id}))


async def newest_made(connection: Connection, plan_id: WavePlanId) -> int | None:
    """The last year of which a wave of the plan was made."""
    found: int | None = await connection.scalar(_NEWEST, {"id": plan_id})
    return found


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=wave_plans.c.school_code))


@lru_cache
def _one(seen: ScopeShape, *, for_update: bool) -> Select[Any]:
    query = select(wave_plans).where(wave_plans.c.id == bindparam("id"), _visible(seen))
    return query.with_for_update() if for_update else query


@lru_cache
def _save(names: tuple[str, ...]) -> ReturningUpdate[Any]:
    named: dict[str, Any] = {name: bindparam(name, type_=wave_plans.c[name].type) for name in names}
    return _SAVE.values(version=wave_plans.c.version + 1, recorded_at=NOW, **named).returning(wave_plans)
