"""Routes of exports."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from common.approvals.answering import RequestAnswers
from common.approvals.storage import RequestFilters
from common.approvals.wire import Refusal, request_filters
from common.auth import Caller, Principal, require
from common.database import new_id
from common.http import Cipher, Db, IdempotencyKey, IfMatch, Page, PageOf, Router, XPurpose, page_of
from common.http.middleware import IS_HEAD
from common.identifiers import WaveId
from common.operations.downloads import DOWNLOAD, Download
from common.operations.routes import Operation, accept
from common.purposes import purpose_of
from surveys.exports import commands
from surveys.exports.domain.plan import KIND, ExportId
from surveys.exports.storage import requests as storage
from surveys.exports.wire.codebook import CodebookBody
from surveys.exports.wire.requests import ExportAnswer, NewExport

of_waves = Router(prefix="/v1/waves", tags=["exports"])
router = Router(prefix="/v1/exports", tags=["exports"])

Reader = Annotated[Principal, Depends(require(*commands.READERS))]
ANSWERS = RequestAnswers("/v1/exports", commands.get, ExportAnswer.of)


@of_waves.post(
    "/{wave_id}/exports",
    status_code=202,
    response_model=Operation,
    responses={201: {"model": ExportAnswer, "description": "Asked for with the persons: another person decides"}},
    summary="Write the answers of a closed wave into a file",
    description="Without the persons the work goes on as an operation: `result.export_id`, whose file and codebook are "
    "below `/v1/exports`. `identified` needs `X-Purpose: support` and a `reason`, and is answered 201: another school "
    "officer approves it.",
)
async def export_wave(
    *,
    request: Request,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    wave_id: WaveId,
    body: NewExport,
    once: IdempotencyKey,
    x_purpose: XPurpose = None,
) -> Response:
    async with database.reading() as connection:
        wave = await commands.exportable(connection, caller, wave_id)
        export_id = ExportId(await new_id(connection))
    plan = body.plan()
    if body.identified:
        caller.must_be_in(commands.ASKERS)
        act = partial(
            commands.ask,
            caller=caller,
            cipher=cipher,
            wave_id=wave_id,
            plan=plan,
            purpose=purpose_of(x_purpose),
            reason=body.reason,
        )
        return await ANSWERS.asked(database, cipher, caller, once, act)
    return await accept(
        request,
        database,
        caller,
        once,
        kind=KIND,
        parameters={"export_id": str(export_id)},
        school_code=wave.school_code,
        beside=partial(commands.export, caller=caller, cipher=cipher, wave_id=wave_id, plan=plan, export_id=export_id),
    )


@router.get("", summary="List the exports in scope")
async def list_exports(
    *,
    database: Db,
    cipher: Cipher,
    caller: Reader,
    page: Page,
    filters: Annotated[RequestFilters, Depends(request_filters)],
) -> PageOf[ExportAnswer]:
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await storage.page(connection, cipher, caller.record_scope(), filters, after, page.limit + 1)
    return page_of(page, found, lambda export: export.id, lambda export: ExportAnswer.of(export, caller))


@router.get("/{export_id}", response_model=ExportAnswer, summary="Read an export")
async def read_export(*, database: Db, cipher: Cipher, caller: Caller, export_id: UUID) -> Response:
    return ANSWERS.shown(await ANSWERS.found(database, cipher, caller, export_id), caller)


@router.post("/{export_id}/withdraw", response_model=ExportAnswer, summary="Take an open request back")
async def withdraw_export(
    *, database: Db, cipher: Cipher, caller: Caller, export_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.withdraw, caller=caller, cipher=cipher, export_id=ExportId(export_id), expected=if_match)
    return await ANSWERS.acted(database, cipher, caller, once, act)


@router.post("/{export_id}/refuse", response_model=ExportAnswer, summary="Refuse an open request")
async def refuse_export(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    export_id: UUID,
    if_match: IfMatch,
    body: Refusal,
    once: IdempotencyKey,
) -> Response:
    act = partial(
        commands.refuse,
        caller=caller,
        cipher=cipher,
        export_id=ExportId(export_id),
        expected=if_match,
        reason=body.reason,
    )
    return await ANSWERS.acted(database, cipher, caller, once, act)


@router.post("/{export_id}/approve", response_model=ExportAnswer, summary="Approve a request: the file is made")
async def approve_export(
    *, database: Db, cipher: Cipher, caller: Caller, export_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.approve, caller=caller, cipher=cipher, export_id=ExportId(export_id), expected=if_match)
    return await ANSWERS.acted(database, cipher, caller, once, act)


@router.get(
    "/{export_id}/file",
    summary="Fetch the file; one with the persons as who asked, once, within 24 hours",
    description="410 `file_gone` also once an answer in it was withdrawn, excluded or erased: export anew. One with "
    "the persons can be fetched again only where the sending was broken off; everybody in it sees the access.",
    response_class=Response,
    responses=DOWNLOAD,
)
async def read_export_file(
    *, request: Request, database: Db, cipher: Cipher, caller: Caller, export_id: UUID
) -> Response:
    if request.scope.get(IS_HEAD):
        # it would end what it only asks about
        async with database.reading() as connection:
            await commands.must_have_file(connection, cipher, caller, ExportId(export_id))
        return Response()
    fetch = partial(commands.fetch, caller=caller, cipher=cipher, export_id=ExportId(export_id))
    export, file = await database.act(caller.actor, fetch)

    async def ended(whole: bool) -> None:
        await database.act(caller.actor, partial(commands.fetched, export=export, whole=whole))

    return Download(database, cipher, file, ended)


@router.get("/{export_id}/codebook", summary="What the columns of the file mean: questions, values, versions, as JSON")
async def read_codebook(*, database: Db, cipher: Cipher, caller: Caller, export_id: UUID) -> CodebookBody:
    async with database.reading() as connection:
        described = await commands.described(connection, cipher, caller, ExportId(export_id))
    return CodebookBody.of(*described)
