"""Routes of exports."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from common.approvals.answering import RequestAnswers
from common.approvals.storage import RequestFilters
from common.approvals.wire import Refusal, request_filters
from common.auth import Caller, Principal, require
from common.http import (
    Cipher,
    Db,
    IdempotencyKey,
    IfMatch,
    Page,
    PageOf,
    Router,
    XPurpose,
    page_of,
)
from common.http.middleware import IS_HEAD
from common.operations.downloads import DOWNLOAD, Download
from common.operations.routes import Operation, accept
from common.purposes import purpose_of
from registry.exports import commands, storage
from registry.exports.domain.clear import ClearExportId
from registry.exports.domain.plan import KIND, OWN_COLLEGE
from registry.exports.wire import ClearExportAnswer, MaskedExport, NewClearExport

roster_router = Router(prefix="/v1/graduates", tags=["graduates"])
router = Router(prefix="/v1/clear-exports", tags=["clear exports"])

Reader = Annotated[Principal, Depends(require(*commands.READERS))]
ANSWERS = RequestAnswers("/v1/clear-exports", commands.get, ClearExportAnswer.of)


@roster_router.post(
    "/export",
    status_code=202,
    response_model=Operation,
    summary="Write the graduates in scope into a file, as they are listed",
    description="The work goes on as an operation: `result.rows` counts the entries, `result.file` is the path of the "
    "file, for who asked. All entries are those of one moment. What is personal is masked; the file sent to the import "
    "as it is changes nothing.",
)
async def export_graduates(
    *, request: Request, database: Db, caller: Caller, body: MaskedExport, once: IdempotencyKey
) -> Response:
    plan = body.plan()
    async with database.reading() as connection:
        await commands.must_export(connection, caller, plan)
    body.must_have_rule()
    return await accept(
        request,
        database,
        caller,
        once,
        kind=KIND,
        parameters={**plan.to_json(), OWN_COLLEGE: caller.college_code},
        school_code=plan.school_code,
    )


@router.post("", status_code=201, response_model=ClearExportAnswer, summary="Ask for a file with values in clear")
async def ask_for_clear_export(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    body: NewClearExport,
    once: IdempotencyKey,
    x_purpose: XPurpose = None,
) -> Response:
    purpose = purpose_of(x_purpose, body.purpose)
    act = partial(commands.ask, caller=caller, cipher=cipher, plan=body.plan(), purpose=purpose, reason=body.reason)
    return await ANSWERS.asked(database, cipher, caller, once, act)


@router.get("", summary="List the clear exports in scope")
async def list_clear_exports(
    *,
    database: Db,
    cipher: Cipher,
    caller: Reader,
    page: Page,
    filters: Annotated[RequestFilters, Depends(request_filters)],
) -> PageOf[ClearExportAnswer]:
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await storage.page(connection, cipher, caller.record_scope(), filters, after, page.limit + 1)
    return page_of(page, found, lambda export: export.id, lambda export: ClearExportAnswer.of(export, caller))


@router.get("/{export_id}", response_model=ClearExportAnswer, summary="Read a clear export")
async def read_clear_export(*, database: Db, cipher: Cipher, caller: Caller, export_id: UUID) -> Response:
    return ANSWERS.shown(await ANSWERS.found(database, cipher, caller, export_id), caller)


@router.post("/{export_id}/withdraw", response_model=ClearExportAnswer, summary="Take an open request back")
async def withdraw_clear_export(
    *, database: Db, cipher: Cipher, caller: Caller, export_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(
        commands.withdraw, caller=caller, cipher=cipher, export_id=ClearExportId(export_id), expected=if_match
    )
    return await ANSWERS.acted(database, cipher, caller, once, act)


@router.post("/{export_id}/refuse", response_model=ClearExportAnswer, summary="Refuse an open request")
async def refuse_clear_export(
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
        export_id=ClearExportId(export_id),
        expected=if_match,
        reason=body.reason,
    )
    return await ANSWERS.acted(database, cipher, caller, once, act)


@router.post("/{export_id}/approve", response_model=ClearExportAnswer, summary="Approve a request: the file is made")
async def approve_clear_export(
    *, database: Db, cipher: Cipher, caller: Caller, export_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.approve, caller=caller, cipher=cipher, export_id=ClearExportId(export_id), expected=if_match)
    return await ANSWERS.acted(database, cipher, caller, once, act)


@router.get(
    "/{export_id}/file",
    summary="Fetch the file, as who asked: once, within 24 hours",
    description="It can be fetched again only where the sending was broken off. Everybody in it sees the access.",
    response_class=Response,
    responses=DOWNLOAD,
)
async def read_clear_export_file(
    *, request: Request, database: Db, cipher: Cipher, caller: Caller, export_id: UUID
) -> Response:
    if request.scope.get(IS_HEAD):
        # it would end what it only asks about
        async with database.reading() as connection:
            await commands.must_have_file(connection, cipher, caller, ClearExportId(export_id))
        return Response()
    fetch = partial(commands.fetch, caller=caller, cipher=cipher, export_id=ClearExportId(export_id))
    export, file = await database.act(caller.actor, fetch)

    async def ended(whole: bool) -> None:
        await database.act(caller.actor, partial(commands.fetched, export=export, whole=whole))

    return Download(database, cipher, file, ended)
