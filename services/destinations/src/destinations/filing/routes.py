"""Routes of filings."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from starlette.responses import StreamingResponse

from common.approvals.wire import OfCohort, OfSchool
from common.auth import Caller, Principal, require
from common.database import Database, UnitOfWork, new_id
from common.http import Db, IdempotencyKey, IfMatch, Page, PageOf, Router, XPurpose, answer, page_of, resource
from common.identifiers import Cohort, OperationId
from common.objects import ObjectName, Objects
from common.objects.routes import StoredFiles
from common.once import Answered, Once
from common.operations.downloads import DOWNLOAD
from common.operations.routes import Operation, accept
from destinations.filing import commands, storage
from destinations.filing.domain.filing import KIND, Act, Filing, FilingId, Recipient
from destinations.filing.wire import FilingAnswer, FilingReturn, ManifestAnswer, NewFiling

router = Router(prefix="/v1/filings", tags=["filings"])

Reader = Annotated[Principal, Depends(require(*commands.READERS))]


@router.post(
    "",
    status_code=202,
    response_model=Operation,
    summary="Prepare a file for the province or the nation, or for oneself",
    description="The work goes on as an operation: `result.id` is the filing, `result.file` the pre-check, a workbook "
    "of who is left out and why, and of what should be looked at. Of one recipient one is prepared at a time.",
)
async def prepare_filing(
    *, request: Request, database: Db, caller: Caller, body: NewFiling, once: IdempotencyKey
) -> Response:
    asked = body.asked(caller)
    async with database.reading() as connection:
        filing_id = FilingId(await new_id(connection))

    async def before(unit: UnitOfWork) -> None:
        await commands.must_make(unit.connection, caller, asked)

    async def beside(unit: UnitOfWork, operation: OperationId) -> None:
        await commands.make(unit, caller=caller, filing_id=filing_id, asked=asked, operation=operation)

    return await accept(
        request,
        database,
        caller,
        once,
        kind=KIND,
        parameters={"filing_id": str(filing_id)},
        school_code=asked.school_code,
        before=before,
        beside=beside,
    )


@router.get("", summary="List the filings in scope; the province sees what was sent")
async def list_filings(
    *,
    database: Db,
    caller: Reader,
    page: Page,
    school: OfSchool = None,
    cohort: OfCohort = None,
    recipient: Annotated[Recipient | None, Query()] = None,
) -> PageOf[FilingAnswer]:
    filters = storage.Filters(school, None if cohort is None else Cohort(cohort), recipient)
    after, sent = page.last_seen(UUID), commands.sees_sent_alone(caller)
    async with database.reading() as connection:
        found = await storage.page(connection, caller.record_scope(), filters, after, page.limit + 1, sent=sent)
    return page_of(page, found, lambda filing: filing.id, FilingAnswer.of)


@router.get("/{filing_id}", response_model=FilingAnswer, summary="Read a filing")
async def read_filing(*, database: Db, caller: Caller, filing_id: UUID) -> Response:
    return _shown(await _found(database, caller, filing_id))


@router.get("/{filing_id}/manifest", summary="What stands in the file of a filing, and its hash")
async def read_manifest(*, database: Db, caller: Caller, filing_id: UUID) -> ManifestAnswer:
    return ManifestAnswer.of(await _found(database, caller, filing_id))


@router.get(
    "/{filing_id}/file",
    summary="The file of a filing, for the purpose `filing`; everybody in it sees the access",
    response_class=Response,
    responses=DOWNLOAD,
)
async def read_filing_file(
    *, database: Db, caller: Caller, objects: StoredFiles, filing_id: UUID, x_purpose: XPurpose = None
) -> Response:
    act = partial(commands.open_file, caller=caller, filing_id=FilingId(filing_id), x_purpose=x_purpose)
    filing, parts = await database.act(caller.actor, act)
    assert filing.manifest is not None, "it has a file"
    # before the answer begins: a store that is away is a refusal, no broken file
    first = (await objects.get(parts[0])).content
    asked = filing.asked
    name = f"filing-{asked.school_code}-{asked.cohort}-{asked.format.value}-{filing.serial}.{asked.file_type.value}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(filing.manifest.size),
    }
    content = _content(objects, first, parts[1:])
    return StreamingResponse(content, headers=headers, media_type=asked.file_type.media_type)


_SUMMARIES = {
    Act.SEND: "Note that the file was sent",
    Act.DISCARD: "Discard a file that was not sent",
    Act.ACCEPT: "Accept a file, as its recipient or as the school that has the answer",
}


def _act(act: Act) -> Callable[..., Awaitable[Response]]:
    async def acted(
        *, database: Db, caller: Caller, filing_id: UUID, if_match: IfMatch, once: IdempotencyKey
    ) -> Response:
        on_it = partial(commands.act, filing_id=FilingId(filing_id), expected=if_match, act=act)
        return await _acted(database, caller, once, on_it)

    return acted


for _each, _summary in _SUMMARIES.items():
    router.add_api_route(
        f"/{{filing_id}}/{_each.value}",
        _act(_each),
        methods=["POST"],
        name=f"{_each.value}_filing",
        summary=_summary,
        response_model=FilingAnswer,
    )


@router.post(
    "/{filing_id}/return",
    response_model=FilingAnswer,
    summary="Return a file, as its recipient or as the school that has the answer",
)
async def return_filing(
    *,
    database: Db,
    caller: Caller,
    filing_id: UUID,
    if_match: IfMatch,
    once: IdempotencyKey,
    body: FilingReturn | None = None,
) -> Response:
    reason = body.reason if body else None
    act = partial(commands.act, filing_id=FilingId(filing_id), expected=if_match, act=Act.RETURN, reason=reason)
    return await _acted(database, caller, once, act)


async def _acted(
    database: Database, caller: Principal, once: Once | None, act: Callable[..., Awaitable[Filing]]
) -> Response:
    async def again(done: Answered) -> Filing:
        return await _found(database, caller, UUID(done.object_id))

    return await answer(database.act(caller.actor, partial(act, caller=caller), once), show=_shown, again=again)


async def _found(database: Database, caller: Principal, filing_id: UUID) -> Filing:
    async with database.reading() as connection:
        return await commands.get(connection, caller, FilingId(filing_id))


def _shown(filing: Filing) -> Response:
    return resource(FilingAnswer.of(filing), filing.version)


async def _content(objects: Objects, first: bytes, others: Sequence[ObjectName]) -> AsyncIterator[Any]:
    yield first
    for name in others:
        yield (await objects.get(name)).content
