"""Routes of population changes."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from common.approvals.answering import RequestAnswers
from common.approvals.storage import RequestFilters
from common.approvals.wire import Refusal, request_filters
from common.auth import Caller, Principal, require
from common.http import Cipher, Db, IdempotencyKey, IfMatch, Page, PageOf, Router, page_of
from common.identifiers import GraduateId
from registry.population_changes import commands, storage
from registry.population_changes.domain import ChangeId
from registry.population_changes.wire import FewerGraduates, NewPopulationChange, PopulationChangeAnswer

router = Router(prefix="/v1/population-changes", tags=["population changes"])

Reader = Annotated[Principal, Depends(require(*commands.READERS))]
ANSWERS = RequestAnswers("/v1/population-changes", commands.get, PopulationChangeAnswer.of)


@router.post("", status_code=201, response_model=PopulationChangeAnswer, summary="Ask for a population change")
async def ask_for_population_change(
    *, database: Db, cipher: Cipher, caller: Caller, body: NewPopulationChange, once: IdempotencyKey
) -> Response:
    act = partial(commands.ask, caller=caller, cipher=cipher, plan=body.plan())
    return await ANSWERS.asked(database, cipher, caller, once, act)


@router.get("", summary="List the population changes in scope")
async def list_population_changes(
    *,
    database: Db,
    cipher: Cipher,
    caller: Reader,
    page: Page,
    filters: Annotated[RequestFilters, Depends(request_filters)],
) -> PageOf[PopulationChangeAnswer]:
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await storage.page(connection, cipher, caller.record_scope(), filters, after, page.limit + 1)
    return page_of(page, found, lambda change: change.id, lambda change: PopulationChangeAnswer.of(change, caller))


@router.get("/{change_id}", response_model=PopulationChangeAnswer, summary="Read a population change")
async def read_population_change(*, database: Db, cipher: Cipher, caller: Caller, change_id: UUID) -> Response:
    return ANSWERS.shown(await ANSWERS.found(database, cipher, caller, change_id), caller)


@router.patch("/{change_id}", response_model=PopulationChangeAnswer, summary="Leave graduates out of an open change")
async def leave_graduates_out(
    *, database: Db, cipher: Cipher, caller: Caller, change_id: UUID, if_match: IfMatch, body: FewerGraduates
) -> Response:
    act = partial(
        commands.leave_out,
        caller=caller,
        cipher=cipher,
        change_id=ChangeId(change_id),
        expected=if_match,
        graduate_ids=[GraduateId(each) for each in body.graduate_ids],
    )
    return ANSWERS.shown(await database.act(caller.actor, act), caller)


@router.post("/{change_id}/withdraw", response_model=PopulationChangeAnswer, summary="Take an open change back")
async def withdraw_population_change(
    *, database: Db, cipher: Cipher, caller: Caller, change_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.withdraw, caller=caller, cipher=cipher, change_id=ChangeId(change_id), expected=if_match)
    return await ANSWERS.acted(database, cipher, caller, once, act)


@router.post("/{change_id}/refuse", response_model=PopulationChangeAnswer, summary="Refuse an open change")
async def refuse_population_change(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    change_id: UUID,
    if_match: IfMatch,
    body: Refusal,
    once: IdempotencyKey,
) -> Response:
    act = partial(
        commands.refuse,
        caller=caller,
        cipher=cipher,
        change_id=ChangeId(change_id),
        expected=if_match,
        reason=body.reason,
    )
    return await ANSWERS.acted(database, cipher, caller, once, act)


@router.post("/{change_id}/approve", response_model=PopulationChangeAnswer, summary="Approve and carry out a change")
async def approve_population_change(
    *, database: Db, cipher: Cipher, caller: Caller, change_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.approve, caller=caller, cipher=cipher, change_id=ChangeId(change_id), expected=if_match)
    return await ANSWERS.acted(database, cipher, caller, once, act)
