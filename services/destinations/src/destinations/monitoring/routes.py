"""Routes of monitoring."""

import asyncio
from datetime import date
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from common.approvals.wire import OfCohort, OfSchool
from common.auth import Caller, Principal, require
from common.database import Database
from common.http import (
    Day,
    Db,
    IdempotencyKey,
    IfMatch,
    Page,
    PageOf,
    Router,
    WholePage,
    answer,
    page_of,
    resource,
    rows_after,
)
from common.http.models import Whole
from common.identifiers import Cohort, SchoolCode
from common.once import Answered
from common.operations.downloads import DOWNLOAD
from common.operations.files import WORKBOOK
from common.spreadsheets.writing import write_workbook
from destinations.monitoring import commands
from destinations.monitoring.domain import sheet
from destinations.monitoring.domain.cut_offs import Kind
from destinations.monitoring.domain.reports import Report, ReportId
from destinations.monitoring.storage import Filters
from destinations.monitoring.wire import CutOffAnswer, NewReport, ReportAnswer

cut_off_router = Router(prefix="/v1/cut-offs", tags=["monitoring"])
router = Router(prefix="/v1/monitoring-reports", tags=["monitoring"])

Since = Annotated[Day | None, Query(alias="from", description="Included")]
Until = Annotated[Day | None, Query(alias="to", description="Included")]
Reader = Annotated[Principal, Depends(require(*commands.READERS))]


@cut_off_router.get(
    "",
    summary="List the cut-offs of a cohort",
    description="Monthly (1 December to 1 February, 24:00), weekly (Fridays from March to August, 24:00) and daily"
    " (working days from March to August, 17:00), in Shanghai. The 24:00 of a day belongs to it. A cohort without a"
    " season has none.",
)
async def list_cut_offs(
    *,
    database: Db,
    caller: Caller,
    page: WholePage,
    school: Annotated[SchoolCode, Query(pattern=r"^[0-9]{5}$")],
    cohort: Annotated[Whole, Query(ge=1977, le=2200)],
    first: Since = None,
    last: Until = None,
) -> PageOf[CutOffAnswer]:
    between = first or date.min, last or date.max
    async with database.reading() as connection:
        found = await commands.calendar(connection, caller, school, Cohort(cohort), *between)
    following = rows_after(page, found, lambda each: each.at)
    return page_of(page, following, lambda each: each.at, CutOffAnswer.model_validate)


@router.get("", summary="List monitoring reports in scope, in the order in which they fell due")
async def list_monitoring_reports(
    *,
    database: Db,
    caller: Reader,
    page: Page,
    school: OfSchool = None,
    cohort: OfCohort = None,
    kind: Kind | None = None,
    period: Annotated[str | None, Query(max_length=40)] = None,
) -> PageOf[ReportAnswer]:
    filters = Filters(school, None if cohort is None else Cohort(cohort), kind, period)
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await commands.page(connection, caller, filters, after, page.limit + 1)
    return page_of(page, found, lambda report: report.id, ReportAnswer.of)


@router.post(
    "",
    status_code=201,
    response_model=ReportAnswer,
    summary="Ask for a report of now",
    description="It is `pending` until everything recorded before its moment is here, then `made`, within seconds.",
)
async def ask_for_monitoring_report(*, database: Db, caller: Caller, body: NewReport, once: IdempotencyKey) -> Response:
    act = partial(commands.ask, caller=caller, school_code=body.school_code, cohort=body.cohort)
    return await answer(
        database.act(caller.actor, act, once),
        show=partial(_shown, status=201),
        again=partial(_again, database, caller),
    )


@router.get("/{report_id}", response_model=ReportAnswer, summary="Read a monitoring report")
async def read_monitoring_report(*, database: Db, caller: Reader, report_id: UUID) -> Response:
    async with database.reading() as connection:
        return _shown(await commands.find(connection, caller, ReportId(report_id)))


@router.get(
    "/{report_id}/workbook",
    response_class=Response,
    responses=DOWNLOAD,
    summary="A monitoring report as a workbook",
)
async def read_workbook_of_report(*, database: Db, caller: Reader, report_id: UUID) -> Response:
    async with database.reading() as connection:
        report = await commands.find_made(connection, caller, ReportId(report_id))
    content = await asyncio.to_thread(_workbook, report)
    name = f"monitoring-{report.school_code}-{report.cohort}-{report.kind}-{report.at:%Y%m%dT%H%M%SZ}.xlsx"
    return Response(content, headers={"Content-Disposition": f'attachment; filename="{name}"'}, media_type=WORKBOOK)


@router.post(
    "/{report_id}/publish",
    response_model=ReportAnswer,
    summary="Show a free report to counsellors and colleges",
)
async def publish_monitoring_report(
    *, database: Db, caller: Caller, report_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.publish, caller=caller, report_id=ReportId(report_id), expected=if_match)
    return await answer(database.act(caller.actor, act, once), show=_shown, again=partial(_again, database, caller))


async def _again(database: Database, caller: Principal, done: Answered) -> Report:
    async with database.reading() as connection:
        return await commands.find(connection, caller, ReportId(UUID(done.object_id)))


def _shown(report: Report, status: int = 200) -> Response:
    location = f"/v1/monitoring-reports/{report.id}" if status == 201 else None
    return resource(ReportAnswer.of(report), report.version, status, location)


def _workbook(report: Report) -> bytes:
    return write_workbook(sheet.header(report), sheet.lines(report), sheet_name="就业监测")
