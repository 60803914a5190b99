"""Routes of self-check reports."""

import asyncio
import hashlib
from collections.abc import Awaitable
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from common.approvals.domain import TransitionNotAllowed
from common.approvals.wire import OfCohort, OfCollege, OfSchool
from common.auth import Principal, require
from common.database import Database
from common.files import JPEG, PDF, PNG
from common.http import (
    Cipher,
    Db,
    IdempotencyKey,
    IfMatch,
    Page,
    PageOf,
    Router,
    Upload,
    answer,
    page_of,
    resource,
)
from common.objects.links import link_to
from common.objects.routes import StoredFiles
from common.once import Answered
from destinations.checks.commands import reports as commands
from destinations.checks.commands.reports import Seen
from destinations.checks.domain.ledger import CheckResult
from destinations.checks.domain.reports import TRANSITIONS, ReportAct, ReportId, ReportState
from destinations.checks.storage import reports
from destinations.checks.wire.document import DOCX, written
from destinations.checks.wire.reports import (
    NewSelfCheckReport,
    NewSignature,
    ReturnedReport,
    SealedItemAnswer,
    SealedScanForm,
    SelfCheckReportAnswer,
)
from destinations.evidence.wire import LinkAnswer

router = Router(prefix="/v1/self-check-reports", tags=["checks"])

Reader = Annotated[Principal, Depends(require(*commands.READERS))]
RowReader = Annotated[Principal, Depends(require(*commands.ROW_READERS))]
Maker = Annotated[Principal, Depends(require(*commands.MAKERS))]

_FIRST = UUID(int=0)
_MEDIA_TYPES = {kind.name: kind.media_type for kind in (JPEG, PNG, PDF)}


@router.post(
    "",
    status_code=201,
    response_model=SelfCheckReportAnswer,
    summary="Draft the report of the own college about a round whose ledger is complete",
    description="Seals graduate, version and entry of each. What changes later is listed as `changed_since` and blocks "
    "nothing; another draft can be made until a report of the round is submitted.",
)
async def draft_report(*, caller: Maker, database: Db, body: NewSelfCheckReport, once: IdempotencyKey) -> Response:
    act = database.act(caller.actor, partial(commands.make, caller=caller, of=body.of()), once)
    return await _answered(database, caller, act, 201)


@router.get("", summary="List reports in scope, as they were drafted")
async def list_reports(
    *,
    caller: Reader,
    database: Db,
    page: Page,
    school: OfSchool = None,
    cohort: OfCohort = None,
    college: OfCollege = None,
    state: ReportState | None = None,
) -> PageOf[SelfCheckReportAnswer]:
    asked = {"school_code": school, "cohort": cohort, "college_code": college, "state": state}
    given = {name: value for name, value in asked.items() if value is not None}
    after = page.last_seen(UUID) or _FIRST
    async with database.reading() as connection:
        found = await reports.page(connection, commands.scope_of(caller), given, after, page.limit + 1)
        seen = [Seen(each, await reports.signatures(connection, each.id), None) for each in found]
    return page_of(page, seen, lambda each: each.id, SelfCheckReportAnswer.of)


@router.get("/{self_check_id}", response_model=SelfCheckReportAnswer, summary="Read a report, and what changed since")
async def read_report(*, caller: Reader, database: Db, self_check_id: UUID) -> Response:
    return _shown(await _found(database, caller, self_check_id))


@router.get("/{self_check_id}/items", summary="What a report has sealed about each graduate of the college")
async def list_sealed_items(
    *, caller: RowReader, database: Db, page: Page, self_check_id: UUID, result: CheckResult | None = None
) -> PageOf[SealedItemAnswer]:
    listed = partial(commands.items, caller=caller, report_id=ReportId(self_check_id), result=result)
    async with database.reading() as connection:
        found = await listed(connection, after=page.last_seen(UUID) or _FIRST, limit=page.limit + 1)
    return page_of(page, found, lambda each: each.graduate_id, SealedItemAnswer.model_validate)


@router.get(
    "/{self_check_id}/document",
    summary="The report as a document to be printed and sealed",
    responses={200: {"content": {DOCX: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def read_document(*, caller: Reader, database: Db, self_check_id: UUID) -> Response:
    seen = await _found(database, caller, self_check_id)
    content = await asyncio.to_thread(written, seen.report, seen.signatures)
    headers = {"Content-Disposition": 'attachment; filename="self-check-report.docx"'}
    return Response(content, headers=headers, media_type=DOCX)


@router.post("/{self_check_id}/sign", response_model=SelfCheckReportAnswer, summary="Sign for an office, once")
async def sign_report(
    *, caller: Reader, database: Db, self_check_id: UUID, if_match: IfMatch, body: NewSignature, once: IdempotencyKey
) -> Response:
    act = partial(
        commands.sign, caller=caller, report_id=ReportId(self_check_id), expected=if_match, office=body.office
    )
    return await _answered(database, caller, database.act(caller.actor, act, once))


@router.post(
    "/{self_check_id}/submit",
    response_model=SelfCheckReportAnswer,
    summary="Hand a signed report in with its sealed scan",
)
async def submit_report(
    *,
    caller: Reader,
    database: Db,
    objects: StoredFiles,
    self_check_id: UUID,
    if_match: IfMatch,
    upload: Upload[SealedScanForm],
    once: IdempotencyKey,
) -> Response:
    sha256 = (await asyncio.to_thread(hashlib.sha256, upload.content)).digest()
    if once is None:
        async with database.reading() as connection:
            await commands.may_submit(connection, caller=caller, report_id=ReportId(self_check_id), expected=if_match)
    name = await objects.put(upload.content, _MEDIA_TYPES[upload.kind])
    act = partial(
        commands.submit,
        caller=caller,
        report_id=ReportId(self_check_id),
        expected=if_match,
        file=name,
        sha256=sha256,
    )
    return await _answered(database, caller, database.act(caller.actor, act, once))


@router.post("/{self_check_id}/accept", response_model=SelfCheckReportAnswer, summary="Accept a submitted report")
async def accept_report(
    *, caller: Reader, database: Db, self_check_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(
        commands.end, caller=caller, report_id=ReportId(self_check_id), expected=if_match, act=ReportAct.ACCEPT
    )
    return await _answered(database, caller, database.act(caller.actor, act, once))


@router.post("/{self_check_id}/return", response_model=SelfCheckReportAnswer, summary="Return a submitted report")
async def return_report(
    *, caller: Reader, database: Db, self_check_id: UUID, if_match: IfMatch, body: ReturnedReport, once: IdempotencyKey
) -> Response:
    act = partial(
        commands.end,
        caller=caller,
        report_id=ReportId(self_check_id),
        expected=if_match,
        act=ReportAct.RETURN,
        reason=body.reason,
    )
    return await _answered(database, caller, database.act(caller.actor, act, once))


@router.post("/{self_check_id}/link", summary="A link to the sealed scan, for five minutes")
async def link_report(*, caller: Reader, database: Db, cipher: Cipher, self_check_id: UUID) -> LinkAnswer:
    report = (await _found(database, caller, self_check_id)).report
    if report.file is None:
        raise TransitionNotAllowed(report.state, TRANSITIONS[report.state])
    link = link_to(cipher, report.file)
    return LinkAnswer(url=link.url, expires_at=link.expires_at)


async def _answered(database: Database, caller: Principal, act: Awaitable[Seen], status: int = 200) -> Response:
    async def again(done: Answered) -> Seen:
        return await _found(database, caller, UUID(done.object_id))

    return await answer(act, show=partial(_shown, status=status), again=again)


async def _found(database: Database, caller: Principal, self_check_id: UUID) -> Seen:
    async with database.reading() as connection:
        return await commands.get(connection, caller, ReportId(self_check_id))


def _shown(seen: Seen, status: int = 200) -> Response:
    location = f"/v1/self-check-reports/{seen.id}" if status == 201 else None
    return resource(SelfCheckReportAnswer.of(seen), seen.version, status, location)
