"""Routes of bulk decisions."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from common.approvals.wire import OfCohort, OfSchool
from common.auth import Principal, require
from common.database import UnitOfWork, new_id
from common.errors import NotFound
from common.http import Db, IdempotencyKey, IfMatch, Page, PageOf, Router, page_of, resource
from common.identifiers import Cohort, OperationId, RegistrationId, SchoolCode
from common.operations.routes import Operation, accept
from destinations.reviews import commands, storage
from destinations.reviews.domain import APPLYING, SEALING, BulkDecisionId
from destinations.reviews.wire import BulkApplication, BulkDecisionAnswer, BulkDecisionItem, NewBulkDecision

router = Router(prefix="/v1/bulk-decisions", tags=["bulk decisions"])

Maker = Annotated[Principal, Depends(require(*commands.MAKERS))]


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
