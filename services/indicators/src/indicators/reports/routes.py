"""Routes of reports."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response

from common.approvals.wire import OfCohort, OfSchool
from common.auth import Caller, Principal, require
from common.database import Database
from common.http import Db, IdempotencyKey, Page, PageOf, Router, page_of
from common.identifiers import Cohort
from common.operations.files import WORKBOOK
from common.operations.routes import Operation, accept
from indicators.reading.snapshot import FiguresOf
from indicators.reports import commands, storage
from indicators.reports.domain import KIND, FileFormat, ReportId, SubjectKind
from indicators.reports.wire import NewReport, ReportBody
from indicators.warnings.commands import scope_of

router = Router(prefix="/v1/reports", tags=["reports"])

Reader = Annotated[Principal, Depends(require(*commands.READERS))]

PDF = "application/pdf"
MEDIA_TYPES = {FileFormat.PDF: PDF, FileFormat.XLSX: WORKBOOK}


def _answers_file(wanted: FileFormat) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {MEDIA_TYPES[wanted]: {"schema": {"type": "string", "format": "binary"}}}}}


@router.post(
    "",
    status_code=202,
    response_model=Operation,
    summary="Make reports on a school, college, major or group (就业质量报告)",
    description="The result of the operation: `reports`, their ids. With `code` `*` one for each; at most 300.",
)
async def make_reports(
    *, request: Request, database: Db, figures: FiguresOf, caller: Caller, body: NewReport, once: IdempotencyKey
) -> Response:
    asked = body.asked()
    subjects = await commands.subjects_of(figures, caller, body.on(), asked)
    return await accept(
        request,
        database,
        caller,
        once,
        kind=KIND,
        parameters={**asked.to_json(), "kind": body.subject.kind.value, "subjects": subjects},
        school_code=body.school_code,
    )


@router.get("", summary="List reports, in the order in which they were made")
async def list_reports(
    *,
    database: Db,
    caller: Reader,
    page: Page,
    school: OfSchool = None,
    cohort: OfCohort = None,
    kind: SubjectKind | None = None,
) -> PageOf[ReportBody]:
    filters = storage.Filters(school, None if cohort is None else Cohort(cohort), kind)
    after, scope = page.last_seen(UUID), scope_of(caller, commands.READERS)
    async with database.reading() as connection:
        found = await storage.page(connection, scope, filters, after, page.limit + 1)
    return page_of(page, found, lambda each: each.id, ReportBody.of)


@router.get("/{report_id}", summary="Read what a report is on")
async def read_report(*, database: Db, caller: Reader, report_id: UUID) -> ReportBody:
    async with database.reading() as connection:
        found = await storage.find(connection, scope_of(caller, commands.READERS), ReportId(report_id))
    return ReportBody.of(found)


@router.get(
    "/{report_id}/pdf",
    response_class=Response,
    responses=_answers_file(FileFormat.PDF),
    summary="A report as PDF/A-2a and PDF/UA-1",
)
async def read_pdf(*, database: Db, caller: Reader, report_id: UUID) -> Response:
    return await _file(database, caller, ReportId(report_id), FileFormat.PDF)


@router.get(
    "/{report_id}/xlsx",
    response_class=Response,
    responses=_answers_file(FileFormat.XLSX),
    summary="The tables of a report as a workbook",
)
async def read_workbook(*, database: Db, caller: Reader, report_id: UUID) -> Response:
    return await _file(database, caller, ReportId(report_id), FileFormat.XLSX)


async def _file(database: Database, caller: Principal, report_id: ReportId, wanted: FileFormat) -> Response:
    async with database.reading() as connection:
        found = await storage.find(connection, scope_of(caller, commands.READERS), report_id)
        content = await storage.content(connection, report_id, wanted)
    name = f"report-{found.school_code}-{found.cohort}-{found.id}.{wanted.value}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, media_type=MEDIA_TYPES[wanted], headers=headers)
