"""Plans of waves over HTTP."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from common.auth import Caller, Principal
from common.database import Database
from common.http import Db, IdempotencyKey, IfMatch, Page, PageOf, Router, answer, page_of, resource
from common.identifiers import SchoolCode
from surveys.wave_plans import commands, storage
from surveys.wave_plans.domain import WavePlan, WavePlanId
from surveys.wave_plans.wire import NewPlan, PlanBody, PlanPatch, wave_of
from surveys.waves.commands import MANAGERS

router = Router(prefix="/v1/wave-plans", tags=["waves"])

School = Annotated[SchoolCode | None, Query(description="Only this school's", max_length=64)]


@router.get("", summary="Plans of waves")
async def list_wave_plans(*, caller: Caller, database: Db, page: Page, school: School = None) -> PageOf[PlanBody]:
    caller.must_be_in(MANAGERS)
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await storage.page(connection, caller.row_scope(), school, after, page.limit + 1)
    return page_of(page, found, lambda plan: plan.id, PlanBody.of)


@router.post("", status_code=201, response_model=PlanBody, summary="Plan a wave for every year, or every other year")
async def create_wave_plan(*, caller: Caller, database: Db, body: NewPlan, once: IdempotencyKey) -> Response:
    act = partial(commands.create, caller=caller, plan=body.plan(), to_wave=wave_of)
    return await answer(
        database.act(caller.actor, act, once),
        show=lambda plan: resource(PlanBody.of(plan), plan.version, 201, f"/v1/wave-plans/{plan.id}"),
        again=lambda done: _found(database, caller, WavePlanId(UUID(done.object_id))),
    )


@router.get("/{wave_plan_id}", response_model=PlanBody, summary="One plan of waves")
async def read_wave_plan(*, caller: Caller, database: Db, wave_plan_id: UUID) -> Response:
    return _shown(await _found(database, caller, WavePlanId(wave_plan_id)))


@router.patch("/{wave_plan_id}", response_model=PlanBody, summary="Change a plan for the waves that are not made yet")
async def change_wave_plan(
    *, caller: Caller, database: Db, wave_plan_id: UUID, if_match: IfMatch, body: PlanPatch
) -> Response:
    act = partial(
        commands.change,
        caller=caller,
        plan_id=WavePlanId(wave_plan_id),
        expected=if_match,
        changed=body.changes,
        to_wave=wave_of,
    )
    return _shown(await database.act(caller.actor, act))


async def _found(database: Database, caller: Principal, plan_id: WavePlanId) -> WavePlan:
    async with database.reading() as connection:
        return await commands.managed(connection, caller, plan_id)


def _shown(plan: WavePlan) -> Response:
    return resource(PlanBody.of(plan), plan.version)
