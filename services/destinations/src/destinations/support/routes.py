"""Routes of support plans."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from common.approvals.wire import OfCohort, OfCollege, OfSchool
from common.auth import Caller, Principal, require
from common.crypto import FieldCipher
from common.database import Database
from common.http import Cipher, Db, IdempotencyKey, IfMatch, Page, PageOf, Router, answer, page_of, resource
from common.identifiers import Cohort, GraduateId
from common.once import Once
from destinations.support import commands, storage
from destinations.support.domain import By, PlanId, PlanState, Step, SupportPlan, counted
from destinations.support.storage import Filters
from destinations.support.wire import CauseAnswer, NewPlan, PlanAnswer, PlanPatch

router = Router(prefix="/v1/support-plans", tags=["support plans"])
causes_router = Router(prefix="/v1/support-causes", tags=["support plans"])

Reader = Annotated[Principal, Depends(require(*commands.READERS))]
Helper = Annotated[Principal, Depends(require(*commands.HELPERS))]


@router.get("", summary="List the support plans of graduates in scope; a graduate's own")
async def list_plans(
    *,
    caller: Reader,
    database: Db,
    cipher: Cipher,
    page: Page,
    school: OfSchool = None,
    cohort: OfCohort = None,
    college: OfCollege = None,
    graduate_id: Annotated[UUID | None, Query()] = None,
    state: PlanState | None = None,
) -> PageOf[PlanAnswer]:
    after = page.last_seen(UUID)
    of_cohort = None if cohort is None else Cohort(cohort)
    of_graduate = None if graduate_id is None else GraduateId(graduate_id)
    filters = Filters(school, of_cohort, college, of_graduate, state)
    async with database.reading() as connection:
        found = await storage.page(connection, cipher, caller.row_scope(), filters, after, page.limit + 1)
    return page_of(page, found, lambda plan: plan.id, PlanAnswer.of)


@router.post("", status_code=201, response_model=PlanAnswer, summary="Begin a support plan")
async def begin_plan(*, caller: Helper, database: Db, cipher: Cipher, body: NewPlan, once: IdempotencyKey) -> Response:
    act = partial(commands.begin, graduate_id=GraduateId(body.graduate_id), content=body.content())
    return await _acted(database, cipher, caller, once, act, 201)


@router.get("/{plan_id}", response_model=PlanAnswer, summary="Read a support plan")
async def read_plan(*, caller: Caller, database: Db, cipher: Cipher, plan_id: UUID) -> Response:
    return _shown(await _found(database, cipher, caller, plan_id))


@router.patch("/{plan_id}", response_model=PlanAnswer, summary="Change what an open plan says")
async def change_plan(
    *, caller: Caller, database: Db, cipher: Cipher, plan_id: UUID, if_match: IfMatch, body: PlanPatch
) -> Response:
    act = partial(commands.change, plan_id=PlanId(plan_id), expected=if_match, patch=body.changes())
    return await _acted(database, cipher, caller, None, act)


@router.post("/{plan_id}/close", response_model=PlanAnswer, summary="Close a plan, with its result or without")
async def close_plan(
    *, caller: Caller, database: Db, cipher: Cipher, plan_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.step, plan_id=PlanId(plan_id), expected=if_match, step=Step.CLOSE)
    return await _acted(database, cipher, caller, once, act)


@router.post("/{plan_id}/reopen", response_model=PlanAnswer, summary="Go on with a closed plan")
async def reopen_plan(
    *, caller: Caller, database: Db, cipher: Cipher, plan_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.step, plan_id=PlanId(plan_id), expected=if_match, step=Step.REOPEN)
    return await _acted(database, cipher, caller, once, act)


@causes_router.get("", summary="Count the graduates in scope of whom support plans name a cause")
async def count_causes(
    *,
    caller: Helper,
    database: Db,
    cipher: Cipher,
    page: Page,
    school: OfSchool = None,
    cohort: OfCohort = None,
    by: By = By.COLLEGE,
) -> PageOf[CauseAnswer]:
    after = page.after(int)
    seen = after[0] if after else 0
    filters = Filters(school, None if cohort is None else Cohort(cohort))
    async with database.reading() as connection:
        causes = await storage.causes(connection, cipher, caller.row_scope(), filters, by)
    found = [*enumerate(counted(causes), start=1)][seen : seen + page.limit + 1]
    return page_of(page, found, lambda each: each[0], lambda each: CauseAnswer.of(by, each[1]))


async def _acted(
    database: Database,
    cipher: FieldCipher,
    caller: Principal,
    once: Once | None,
    act: Callable[..., Awaitable[SupportPlan]],
    status: int = 200,
) -> Response:
    return await answer(
        database.act(caller.actor, partial(act, caller=caller, cipher=cipher), once),
        show=partial(_shown, status=status),
        again=lambda done: _found(database, cipher, caller, UUID(done.object_id)),
    )


async def _found(database: Database, cipher: FieldCipher, caller: Principal, plan_id: UUID) -> SupportPlan:
    async with database.reading() as connection:
        return await commands.find(connection, caller=caller, cipher=cipher, plan_id=PlanId(plan_id))


def _shown(plan: SupportPlan, status: int = 200) -> Response:
    location = f"{router.prefix}/{plan.id}" if status == 201 else None
    return resource(PlanAnswer.of(plan), plan.version, status, location)
