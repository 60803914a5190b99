"""Acts on plans of waves, and the worker's: each year's wave is made ahead of its opening."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from functools import partial
from typing import Any

from common.auth import EVERYTHING, SYSTEM, Principal
from common.clock import now
from common.database import Database, UnitOfWork
from common.errors import ExpectedVersion, FieldProblem, Invalid, Message, NotFound, must_equal
from common.observability import logger
from common.sql import Connection
from surveys.wave_plans import storage
from surveys.wave_plans.domain import NewWavePlan, WavePlan, WavePlanId
from surveys.waves import commands as waves
from surveys.waves.domain import WavePlan as AskedWave

MAKE_SECONDS = 60.0
"""Between two looks for waves that are to be made."""

_AGAIN = timedelta(hours=1)
"""After which a wave that could not be made is tried again."""

_AT_ONCE = 100
_log = logger(__name__)

ToWave = Callable[[NewWavePlan, int], AskedWave]
"""The wave of a plan for a year; raises Invalid for settings that no wave can have."""

_ENDED = Message("须晚于首个年份且尚未全部结束", "The plan must have a wave that is not over yet")


async def create(unit: UnitOfWork, *, caller: Principal, plan: NewWavePlan, to_wave: ToWave) -> WavePlan:
    """Keeps a plan whose next wave could be made; raises Forbidden, NotFound, or Invalid."""
    next_year = await _judged(unit, caller, plan, to_wave, None)
    due = {"next_year": next_year, "due_at": plan.made_at(next_year)}
    made = await storage.add(unit.connection, **asdict(plan), **due)
    await _audit(unit, "create", made)
    return made


async def change(
    unit: UnitOfWork,
    *,
    caller: Principal,
    plan_id: WavePlanId,
    expected: ExpectedVersion,
    changed: Callable[[WavePlan], Mapping[str, Any]],
    to_wave: ToWave,
) -> WavePlan:
    """Changes the waves that are not made yet; raises NotFound, Forbidden, the refusals of a precondition, or Invalid.

    A plan is ended by its last year.
    """
    found = await managed(unit.connection, caller, plan_id, for_update=True)
    must_equal(expected, found.version)
    changes = changed(found)
    after = replace(found, **changes)
    newest = await storage.newest_made(unit.connection, found.id)
    next_year = after.following(now(), newest)
    if next_year is None:
        # nor does one that has ended take what no wave can have, on which it could not go on
        to_wave(after, after.first_year)
    else:
        next_year = await _judged(unit, caller, after, to_wave, newest)
    due_at = None if next_year is None else after.made_at(next_year)
    saved = await storage.save(unit.connection, found, **changes, next_year=next_year, due_at=due_at, problem=None)
    await _audit(unit, "change", saved)
    return saved


async def managed(
    connection: Connection, caller: Principal, plan_id: WavePlanId, *, for_update: bool = False
) -> WavePlan:
    """A plan of the caller's school, for managers, locked on demand; raises NotFound, then Forbidden."""
    plan = await storage.find(connection, EVERYTHING, plan_id, for_update=for_update)
    if plan is None or not caller.sees_school(plan.school_code):
        raise NotFound
    caller.must_be_in(waves.MANAGERS)
    return plan


async def make_due_waves(database: Database, to_wave: ToWave) -> int:
    """Makes the waves that are to be made by now, each in an act of its own; how many."""
    async with database.reading() as connection:
        due = await storage.due(connection, _AT_ONCE)
    made = 0
    for plan_id in due:
        try:
            made += await database.act(SYSTEM, partial(_make, plan_id=plan_id, to_wave=to_wave))
        except Invalid as refusal:
            # kept where managers see it; it may be mended in time, or by what arrives
            problem = next((each.rule for each in refusal.problems), refusal.code)
            _log.warning("A wave of a plan could not be made", plan_id=str(plan_id), problem=problem)
            await database.act(SYSTEM, partial(_put_off, plan_id=plan_id, problem=problem))
    return made


async def _make(unit: UnitOfWork, *, plan_id: WavePlanId, to_wave: ToWave) -> bool:
    plan = await storage.take(unit.connection, plan_id)
    if plan is None or plan.next_year is None:
        return False
    if plan.period(plan.next_year)[1] <= now():
        await _go_on(unit, plan, plan.next_year)
        return False
    asked = replace(to_wave(plan, plan.next_year), plan_id=plan.id, plan_year=plan.next_year)
    await waves.make(unit, asked)
    await _go_on(unit, plan, plan.next_year)
    return True


async def _go_on(unit: UnitOfWork, plan: WavePlan, done: int) -> None:
    following = plan.following(now(), done)
    await storage.schedule(unit.connection, plan, following, None if following is None else plan.made_at(following))


async def _put_off(unit: UnitOfWork, *, plan_id: WavePlanId, problem: str) -> None:
    plan = await storage.take(unit.connection, plan_id)
    if plan is not None:
        await storage.schedule(unit.connection, plan, plan.next_year, now() + _AGAIN, problem)


async def _judged(unit: UnitOfWork, caller: Principal, plan: NewWavePlan, to_wave: ToWave, newest: int | None) -> int:
    """The year of the next wave, which could be made now; raises Forbidden, NotFound, or Invalid."""
    next_year = plan.following(now(), newest)
    if next_year is None:
        raise Invalid([FieldProblem("/last_year" if plan.last_year else "/first_year", "plan_over", _ENDED)])
    asked = to_wave(plan, next_year)
    waves.must_manage(caller, asked)
    await waves.judged(unit.connection, asked)
    return next_year


async def _audit(unit: UnitOfWork, act: str, plan: WavePlan) -> None:
    detail = {"version": plan.version, "next_year": plan.next_year}
    await unit.audit(f"wave_plan.{act}", "wave_plan", plan.id, school_code=plan.school_code, detail=detail)
