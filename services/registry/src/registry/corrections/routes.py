"""Routes of corrections."""

import asyncio
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Response

from common.approvals.answering import RequestAnswers
from common.approvals.storage import RequestFilters
from common.approvals.wire import Refusal, request_filters
from common.auth import Caller, Principal, require
from common.files import JPEG, PDF, PNG
from common.files.pictures import picture_alone
from common.http import (
    Cipher,
    Db,
    IdempotencyKey,
    IfMatch,
    Page,
    PageOf,
    Router,
    Upload,
    page_of,
    resource,
)
from common.objects.links import link_to
from common.objects.routes import StoredFiles
from registry.corrections import commands, storage
from registry.corrections.domain import CorrectionId
from registry.corrections.wire import Approval, CorrectionAnswer, NewCorrection, ProofForm

router = Router(prefix="/v1/corrections", tags=["corrections"])

Reader = Annotated[Principal, Depends(require(*commands.READERS))]
ANSWERS = RequestAnswers("/v1/corrections", commands.get, CorrectionAnswer.of)

_MEDIA_TYPES = {kind.name: kind.media_type for kind in (JPEG, PNG, PDF)}


@router.post("", status_code=201, response_model=CorrectionAnswer, summary="Ask for a correction of the own entry")
async def ask_for_correction(
    *, database: Db, cipher: Cipher, caller: Caller, body: NewCorrection, once: IdempotencyKey
) -> Response:
    act = partial(commands.ask, caller=caller, cipher=cipher, plan=body.plan())
    return await ANSWERS.asked(database, cipher, caller, once, act)


@router.get("", summary="List the corrections in scope")
async def list_corrections(
    *,
    database: Db,
    cipher: Cipher,
    caller: Reader,
    page: Page,
    filters: Annotated[RequestFilters, Depends(request_filters)],
) -> PageOf[CorrectionAnswer]:
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await storage.page(connection, cipher, caller.record_scope(), filters, after, page.limit + 1)
    return page_of(page, found, lambda correction: correction.id, lambda each: CorrectionAnswer.of(each, caller))


@router.get(
    "/{correction_id}",
    response_model=CorrectionAnswer,
    summary="Read a correction, with links to its proofs; what staff read in clear is logged",
)
async def read_correction(*, database: Db, cipher: Cipher, caller: Caller, correction_id: UUID) -> Response:
    act = partial(commands.read, caller=caller, cipher=cipher, correction_id=CorrectionId(correction_id))
    found, is_clear = await database.act(caller.actor, act)
    links = {proof.id: link_to(cipher, proof.name) for proof in found.proofs}
    return resource(CorrectionAnswer.of(found, caller, clear=is_clear, links=links), found.version)


@router.post(
    "/{correction_id}/proofs",
    status_code=201,
    response_model=CorrectionAnswer,
    summary="Add a proof to an open correction: at most three, and no identity card",
)
async def add_proof(
    *,
    caller: Caller,
    database: Db,
    cipher: Cipher,
    objects: StoredFiles,
    correction_id: UUID,
    upload: Upload[ProofForm],
    once: IdempotencyKey,
) -> Response:
    on_it: dict[str, Any] = {"caller": caller, "cipher": cipher, "correction_id": CorrectionId(correction_id)}
    async with database.reading() as connection:
        await commands.may_prove(connection, **on_it)
    media_type = _MEDIA_TYPES[upload.kind]
    content = await asyncio.to_thread(picture_alone, upload.content)
    name = await objects.put(content, media_type)
    act = partial(commands.prove, **on_it, kind=upload.form.kind, media_type=media_type, name=name)
    return await ANSWERS.acted(database, cipher, caller, once, act, 201)


@router.post("/{correction_id}/withdraw", response_model=CorrectionAnswer, summary="Take an open correction back")
async def withdraw_correction(
    *, database: Db, cipher: Cipher, caller: Caller, correction_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    on_it: dict[str, Any] = {
        "caller": caller,
        "cipher": cipher,
        "correction_id": CorrectionId(correction_id),
        "expected": if_match,
    }
    return await ANSWERS.acted(database, cipher, caller, once, partial(commands.withdraw, **on_it))


@router.post("/{correction_id}/refuse", response_model=CorrectionAnswer, summary="Refuse an open correction")
async def refuse_correction(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    correction_id: UUID,
    if_match: IfMatch,
    body: Refusal,
    once: IdempotencyKey,
) -> Response:
    on_it: dict[str, Any] = {
        "caller": caller,
        "cipher": cipher,
        "correction_id": CorrectionId(correction_id),
        "expected": if_match,
    }
    return await ANSWERS.acted(database, cipher, caller, once, partial(commands.refuse, **on_it, reason=body.reason))


@router.post("/{correction_id}/approve", response_model=CorrectionAnswer, summary="Approve a correction: one version")
async def approve_correction(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    correction_id: UUID,
    if_match: IfMatch,
    body: Approval,
    once: IdempotencyKey,
) -> Response:
    on_it: dict[str, Any] = {
        "caller": caller,
        "cipher": cipher,
        "correction_id": CorrectionId(correction_id),
        "expected": if_match,
    }
    return await ANSWERS.acted(database, cipher, caller, once, partial(commands.approve, **on_it, basis=body.basis))
