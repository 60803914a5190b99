"""Routes of the review queue and of bulk decisions."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from common.approvals.wire import OfCohort, OfSchool
from common.auth import Caller, Principal, require
from common.database import UnitOfWork, new_id
from common.errors import NotFound
from common.http import Db, IdempotencyKey, IfMatch, Page, PageOf, Router, page_of, resource
from common.identifiers import ClassCode, Cohort, CollegeCode, MajorCode, OperationId, RegistrationId, SchoolCode
from common.operations.routes import Operation, accept
from destinations.cases import storage as cases
from destinations.registrations.commands import scope_of
from destinations.registrations.domain.registration import Source
from destinations.registrations.wire import Viewed
from destinations.reviews import commands, storage
from destinations.reviews.domain import APPLYING, SEALING, BulkDecisionId, Narrowing
from destinations.reviews.wire import (
    Beginning,
    BulkApplication,
    BulkDecisionAnswer,
    BulkDecisionItem,
    NewBulkDecision,
    QueueItem,
)
from destinations.seasons.domain import Level

router = Router(prefix="/v1/bulk-decisions", tags=["bulk decisions"])

queue_router = Router(prefix="/v1/review-queue", tags=["reviews"])

Maker = Annotated[Principal, Depends(require(*commands.MAKERS))]
_UNIT = Query(min_length=1, max_length=64)


async def read_narrowing(
    *,
    caller: Caller,
    school: OfSchool = None,
    cohort: OfCohort = None,
    college: Annotated[CollegeCode | None, _UNIT] = None,
    major: Annotated[MajorCode | None, _UNIT] = None,
    class_: Annotated[ClassCode | None, Query(alias="class", min_length=1, max_length=64)] = None,
    destination: Annotated[str | None, Query(pattern=r"^[0-9]{2,3}$", description="Newest destination code")] = None,
    source: Source | None = None,
    submitted_before: Annotated[Beginning | None, Query(description="Exclusive")] = None,
) -> Narrowing:
    """Filters of the queue; all given ones must hold."""
    return Narrowing(
        school_code=school or SchoolCode(caller.school_code or ""),
        cohort=None if cohort is None else Cohort(cohort),
        college_code=college,
        major_code=major,
        class_code=class_,
        destination_codes=None if destination is None else (destination,),
        source=source,
        submitted_before=submitted_before,
    )


@queue_router.get(
    "",
    response_model=PageOf[QueueItem],
    summary="List what waits for review at a level, in scope, the oldest first",
)
async def list_review_queue(
    *,
    database: Db,
    caller: Maker,
    view: Viewed,
    page: Page,
    narrowing: Annotated[Narrowing, Depends(read_narrowing)],
    level: Annotated[Level | None, Query(description="By default the caller's")] = None,
) -> PageOf[dict[str, Any]]:
    at, scope, after = level or commands.LEVELS[caller.role], scope_of(caller), page.after(datetime, UUID)
    async with database.reading() as connection:
        last = None if after is None else (after[0], after[1])
        found = await storage.waiting(connection, scope, at, narrowing, last, page.limit + 1)
        kept, cursor = page.cut(found, lambda each: (each.waiting_since, each.id))
        queued = await storage.queued(connection, at, kept, cases.scope_of(caller))
    show = await view.showing([each.registration for each in queued])
    items = [QueueItem.shown(each, show(each.registration)) for each in queued]
    return PageOf.model_construct(items=items, next_cursor=cursor)


@router.post(
    "",
    status_code=202,
    response_model=Operation,
    summary="Seal the registrations that a filter means, for one act on all of them",
    description="The work goes on as an operation and changes no registration: `result.id` is the bulk decision, "
    "`result.selected` the number of registrations, each sealed at its version. Apply it within 24 hours.",
)
async def prepare_bulk_decision(
    *, request: Request, database: Db, caller: Maker, body: NewBulkDecision, once: IdempotencyKey
) -> Response:
    if caller.school_code is None:
        raise NotFound
    asked = body.asked(SchoolCode(caller.school_code))
    async with database.reading() as connection:
        made = BulkDecisionId(await new_id(connection))

    async def before(unit: UnitOfWork) -> None:
        await commands.must_make(unit.connection, caller, asked)

    async def beside(unit: UnitOfWork, _operation: OperationId) -> None:
        await commands.make(unit, caller=caller, decision_id=made, asked=asked)

    return await accept(
        request,
        database,
        caller,
        once,
        kind=SEALING,
        parameters=commands.parameters_of(made, caller),
        school_code=asked.filter.school_code,
        before=before,
        beside=beside,
    )


@router.get("", summary="List the bulk decisions in scope; a counsellor's own")
async def list_bulk_decisions(
    *, database: Db, caller: Maker, page: Page, school: OfSchool = None, cohort: OfCohort = None
) -> PageOf[BulkDecisionAnswer]:
    scope, own = commands.readers_scope(caller), commands.hand_of(caller)
    named = storage.Filters(own, school, None if cohort is None else Cohort(cohort))
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await storage.page(connection, scope, named, after, page.limit + 1)
        counts = await storage.counts(connection, [each.id for each in found])
    return page_of(page, found, lambda each: each.id, lambda each: BulkDecisionAnswer.of(each, counts[each.id], caller))


@router.get("/{decision_id}", response_model=BulkDecisionAnswer, summary="Read a bulk decision with its counts")
async def read_bulk_decision(*, database: Db, caller: Maker, decision_id: UUID) -> Response:
    async with database.reading() as connection:
        decision = await commands.get(connection, caller, BulkDecisionId(decision_id))
        counts = (await storage.counts(connection, [decision.id]))[decision.id]
    return resource(BulkDecisionAnswer.of(decision, counts, caller), decision.version)


@router.get("/{decision_id}/items", summary="List the sealed registrations, and what becomes of each")
async def list_bulk_decision_items(
    *,
    database: Db,
    caller: Maker,
    decision_id: UUID,
    page: Page,
    state: Annotated[Literal["ready", "done", "skipped"] | None, Query()] = None,
) -> PageOf[BulkDecisionItem]:
    after = page.last_seen(int) or 0
    async with database.reading() as connection:
        decision = await commands.get(connection, caller, BulkDecisionId(decision_id))
        found = await storage.items(connection, decision.id, after, page.limit + 1, state)
    return page_of(page, found, lambda item: item.n, BulkDecisionItem.of)


@router.post(
    "/{decision_id}/apply",
    status_code=202,
    response_model=Operation,
    summary="Decide the sealed registrations, as who made the bulk decision: once, within 24 hours",
    description="The work goes on as an operation. A registration that has changed since it was sealed, or that the "
    "single act would be refused for, is skipped and counted by its reason; the others are decided as single acts "
    "decide them. `If-Match` may be left out: what is sealed does not change.",
)
async def apply_bulk_decision(
    *,
    request: Request,
    database: Db,
    caller: Maker,
    decision_id: UUID,
    if_match: IfMatch,
    once: IdempotencyKey,
    body: BulkApplication,
) -> Response:
    excepted = [RegistrationId(each) for each in body.except_]
    made = BulkDecisionId(decision_id)

    async def before(unit: UnitOfWork) -> None:
        await commands.must_apply(unit, caller=caller, decision_id=made, expected=if_match, excepted=excepted)

    async def beside(unit: UnitOfWork, operation: OperationId) -> None:
        await commands.apply(unit, caller=caller, decision_id=made, operation=operation, excepted=excepted)

    return await accept(
        request,
        database,
        caller,
        once,
        kind=APPLYING,
        parameters=commands.parameters_of(made, caller),
        school_code=caller.school_code,
        before=before,
        beside=beside,
    )
