"""Routes of major warning."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from common.approvals.answering import RequestAnswers
from common.approvals.wire import OfCohort, OfSchool
from common.auth import Caller, Principal, require
from common.database import Database, UnitOfWork
from common.http import Cipher, Db, IdempotencyKey, IfMatch, Page, PageOf, Router, answer, page_of, resource
from common.identifiers import Cohort
from common.once import Answered
from common.operations.routes import Operation, accept
from indicators.warnings import commands, storage
from indicators.warnings.domain.warnings import KIND, RuleId, WarningId, WarningRule, WarningState
from indicators.warnings.wire import (
    NewWarningRule,
    NewWarningRun,
    WarningAnswer,
    WarningClosing,
    WarningRuleAnswer,
)

rule_router = Router(prefix="/v1/warning-rules", tags=["warnings"])
run_router = Router(prefix="/v1/warning-runs", tags=["warnings"])
router = Router(prefix="/v1/warnings", tags=["warnings"])

Reader = Annotated[Principal, Depends(require(*commands.READERS))]
RuleReader = Annotated[Principal, Depends(require(*commands.READ_RULES))]
ANSWERS = RequestAnswers("/v1/warnings", commands.find, WarningAnswer.of_warning)


@rule_router.get("", summary="List the rules by which the school scores its majors")
async def list_warning_rules(
    *, database: Db, caller: RuleReader, page: Page, school: OfSchool = None
) -> PageOf[WarningRuleAnswer]:
    after, scope = page.last_seen(UUID), commands.scope_of(caller, commands.READ_RULES)
    async with database.reading() as connection:
        found = await storage.page_of_rules(connection, scope, school, after, page.limit + 1)
    return page_of(page, found, lambda each: each.id, lambda each: WarningRuleAnswer.of_rule(each, caller))


@rule_router.post("", status_code=201, response_model=WarningRuleAnswer, summary="Draft a rule of the school")
async def draft_warning_rule(*, database: Db, caller: Caller, body: NewWarningRule, once: IdempotencyKey) -> Response:
    act = partial(commands.draft, caller=caller, school_code=body.school_code, rule=body.rule())
    return await answer(
        database.act(caller.actor, act, once),
        show=partial(_rule, caller, status=201),
        again=partial(_rule_again, database, caller),
    )


@rule_router.get("/{rule_id}", response_model=WarningRuleAnswer, summary="Read a rule of the school")
async def read_warning_rule(*, database: Db, caller: RuleReader, rule_id: UUID) -> Response:
    async with database.reading() as connection:
        return _rule(caller, await commands.find_rule(connection, caller, RuleId(rule_id)))


@rule_router.post("/{rule_id}/approve", response_model=WarningRuleAnswer, summary="Put another person's draft in force")
async def approve_warning_rule(
    *, database: Db, caller: Caller, rule_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.approve, caller=caller, rule_id=RuleId(rule_id), expected=if_match)
    return await answer(
        database.act(caller.actor, act, once),
        show=partial(_rule, caller),
        again=partial(_rule_again, database, caller),
    )


@run_router.post(
    "",
    status_code=202,
    response_model=Operation,
    summary="Score the majors of a cohort",
    description="Needs frozen year-end figures of the cohort and the two before; counts `majors`, `warned`, `exempt`.",
)
async def score_majors(
    *, request: Request, database: Db, caller: Caller, body: NewWarningRun, once: IdempotencyKey
) -> Response:
    async def before(unit: UnitOfWork) -> None:
        await commands.must_be_runnable(unit.connection, caller, body.school_code, body.cohort)

    return await accept(
        request,
        database,
        caller,
        once,
        kind=KIND,
        parameters={"school_code": body.school_code, "cohort": body.cohort},
        school_code=body.school_code,
        before=before,
    )


@router.get("", summary="List the majors that were scored or are exempt")
async def list_warnings(
    *,
    database: Db,
    cipher: Cipher,
    caller: Reader,
    page: Page,
    school: OfSchool = None,
    cohort: OfCohort = None,
    state: WarningState | None = None,
) -> PageOf[WarningAnswer]:
    filters = storage.Filters(school, None if cohort is None else Cohort(cohort), state)
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await commands.page(connection, cipher, caller, filters, after, page.limit + 1)
    return page_of(page, found, lambda each: each.id, lambda each: WarningAnswer.of_warning(each, caller))


@router.get("/{warning_id}", response_model=WarningAnswer, summary="Read a major's standing in three cohorts")
async def read_warning(*, database: Db, cipher: Cipher, caller: Reader, warning_id: UUID) -> Response:
    return ANSWERS.shown(await ANSWERS.found(database, cipher, caller, warning_id), caller)


@router.post("/{warning_id}/open-review", response_model=WarningAnswer, summary="Open the review of a warning")
async def open_review(
    *, database: Db, cipher: Cipher, caller: Caller, warning_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(
        commands.open_review, caller=caller, cipher=cipher, warning_id=WarningId(warning_id), expected=if_match
    )
    return await ANSWERS.acted(database, cipher, caller, once, act)


@router.post("/{warning_id}/close", response_model=WarningAnswer, summary="Close the review of another person")
async def close_warning(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    warning_id: UUID,
    if_match: IfMatch,
    body: WarningClosing,
    once: IdempotencyKey,
) -> Response:
    act = partial(
        commands.close,
        caller=caller,
        cipher=cipher,
        warning_id=WarningId(warning_id),
        expected=if_match,
        outcome=body.outcome,
        note=body.note,
    )
    return await ANSWERS.acted(database, cipher, caller, once, act)


async def _rule_again(database: Database, caller: Principal, done: Answered) -> WarningRule:
    async with database.reading() as connection:
        return await commands.find_rule(connection, caller, RuleId(UUID(done.object_id)))


def _rule(caller: Principal, rule: WarningRule, status: int = 200) -> Response:
    location = f"/v1/warning-rules/{rule.id}" if status == 201 else None
    return resource(WarningRuleAnswer.of_rule(rule, caller), rule.version, status, location)
