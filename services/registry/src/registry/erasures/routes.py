"""Routes of erasures."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from common.approvals.answering import RequestAnswers
from common.approvals.storage import RequestFilters
from common.approvals.wire import Refusal
from common.auth import Caller, Principal, require
from common.http import Cipher, Db, IdempotencyKey, IfMatch, Page, PageOf, Router, page_of
from registry.erasures import commands, storage
from registry.erasures.domain import ErasureId
from registry.erasures.wire import ErasureAnswer, NewErasure, erasure_filters

router = Router(prefix="/v1/erasures", tags=["erasures"])

Reader = Annotated[Principal, Depends(require(*commands.READERS))]
ANSWERS = RequestAnswers("/v1/erasures", commands.get, ErasureAnswer.of)


@router.post("", status_code=201, response_model=ErasureAnswer, summary="Ask for an erasure")
async def ask_for_erasure(
    *, database: Db, cipher: Cipher, caller: Caller, body: NewErasure, once: IdempotencyKey
) -> Response:
    act = partial(commands.ask, caller=caller, cipher=cipher, plan=body.plan())
    return await ANSWERS.asked(database, cipher, caller, once, act)


@router.get("", summary="List the erasures in scope")
async def list_erasures(
    *,
    database: Db,
    cipher: Cipher,
    caller: Reader,
    page: Page,
    filters: Annotated[RequestFilters, Depends(erasure_filters)],
) -> PageOf[ErasureAnswer]:
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await storage.page(connection, cipher, caller.record_scope(), filters, after, page.limit + 1)
    return page_of(page, found, lambda erasure: erasure.id, lambda erasure: ErasureAnswer.of(erasure, caller))


@router.get("/{erasure_id}", response_model=ErasureAnswer, summary="Read an erasure")
async def read_erasure(*, database: Db, cipher: Cipher, caller: Caller, erasure_id: UUID) -> Response:
    return ANSWERS.shown(await ANSWERS.found(database, cipher, caller, erasure_id), caller)


@router.post("/{erasure_id}/withdraw", response_model=ErasureAnswer, summary="Take an open erasure back")
async def withdraw_erasure(
    *, database: Db, cipher: Cipher, caller: Caller, erasure_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.withdraw, caller=caller, cipher=cipher, erasure_id=ErasureId(erasure_id), expected=if_match)
    return await ANSWERS.acted(database, cipher, caller, once, act)


@router.post("/{erasure_id}/refuse", response_model=ErasureAnswer, summary="Refuse an open erasure")
async def refuse_erasure(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    erasure_id: UUID,
    if_match: IfMatch,
    body: Refusal,
    once: IdempotencyKey,
) -> Response:
    act = partial(
        commands.refuse,
        caller=caller,
        cipher=cipher,
        erasure_id=ErasureId(erasure_id),
        expected=if_match,
        reason=body.reason,
    )
    return await ANSWERS.acted(database, cipher, caller, once, act)


@router.post("/{erasure_id}/approve", response_model=ErasureAnswer, summary="Approve an erasure")
async def approve_erasure(
    *, database: Db, cipher: Cipher, caller: Caller, erasure_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.approve, caller=caller, cipher=cipher, erasure_id=ErasureId(erasure_id), expected=if_match)
    return await ANSWERS.acted(database, cipher, caller, once, act)
