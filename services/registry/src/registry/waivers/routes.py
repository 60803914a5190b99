"""Routes of waivers."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from common.approvals.answering import RequestAnswers
from common.approvals.storage import RequestFilters
from common.approvals.wire import Refusal, request_filters
from common.auth import Caller, Principal, require
from common.http import Cipher, Db, IdempotencyKey, IfMatch, Page, PageOf, Router, page_of
from registry.waivers import commands, storage
from registry.waivers.domain import WaiverId
from registry.waivers.wire import NewWaiver, WaiverAnswer

router = Router(prefix="/v1/waivers", tags=["waivers"])

Reader = Annotated[Principal, Depends(require(*commands.READERS))]
ANSWERS = RequestAnswers("/v1/waivers", commands.get, WaiverAnswer.of)


@router.post("", status_code=201, response_model=WaiverAnswer, summary="Ask for a waiver")
async def ask_for_waiver(
    *, database: Db, cipher: Cipher, caller: Caller, body: NewWaiver, once: IdempotencyKey
) -> Response:
    act = partial(commands.ask, caller=caller, cipher=cipher, plan=body.plan())
    return await ANSWERS.asked(database, cipher, caller, once, act)


@router.get("", summary="List the waivers in scope")
async def list_waivers(
    *,
    database: Db,
    cipher: Cipher,
    caller: Reader,
    page: Page,
    filters: Annotated[RequestFilters, Depends(request_filters)],
) -> PageOf[WaiverAnswer]:
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await storage.page(connection, cipher, caller.record_scope(), filters, after, page.limit + 1)
    return page_of(page, found, lambda waiver: waiver.id, lambda waiver: WaiverAnswer.of(waiver, caller))


@router.get("/{waiver_id}", response_model=WaiverAnswer, summary="Read a waiver")
async def read_waiver(*, database: Db, cipher: Cipher, caller: Caller, waiver_id: UUID) -> Response:
    return ANSWERS.shown(await ANSWERS.found(database, cipher, caller, waiver_id), caller)


@router.post("/{waiver_id}/withdraw", response_model=WaiverAnswer, summary="Take an open waiver back")
async def withdraw_waiver(
    *, database: Db, cipher: Cipher, caller: Caller, waiver_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.withdraw, caller=caller, cipher=cipher, waiver_id=WaiverId(waiver_id), expected=if_match)
    return await ANSWERS.acted(database, cipher, caller, once, act)


@router.post("/{waiver_id}/refuse", response_model=WaiverAnswer, summary="Refuse an open waiver")
async def refuse_waiver(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    waiver_id: UUID,
    if_match: IfMatch,
    body: Refusal,
    once: IdempotencyKey,
) -> Response:
    act = partial(
        commands.refuse,
        caller=caller,
        cipher=cipher,
        waiver_id=WaiverId(waiver_id),
        expected=if_match,
        reason=body.reason,
    )
    return await ANSWERS.acted(database, cipher, caller, once, act)


@router.post("/{waiver_id}/approve", response_model=WaiverAnswer, summary="Approve a waiver")
async def approve_waiver(
    *, database: Db, cipher: Cipher, caller: Caller, waiver_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.approve, caller=caller, cipher=cipher, waiver_id=WaiverId(waiver_id), expected=if_match)
    return await ANSWERS.acted(database, cipher, caller, once, act)
