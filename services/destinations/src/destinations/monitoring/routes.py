"""Routes of monitoring."""

from datetime import date
from typing import Annotated

from fastapi import Query

from common.auth import Caller
from common.http import Day, Db, PageOf, Router, WholePage, page_of, rows_after
from common.http.models import Whole
from common.identifiers import Cohort, SchoolCode
from destinations.monitoring import commands
from destinations.monitoring.wire import CutOffAnswer

cut_off_router = Router(prefix="/v1/cut-offs", tags=["monitoring"])

Since = Annotated[Day | None, Query(alias="from", description="Included")]
Until = Annotated[Day | None, Query(alias="to", description="Included")]


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
    async with database.reading() as connection:
        found = await commands.calendar(connection, caller, school, Cohort(cohort), first or date.min, last or date.max)
    return page_of(
        page, rows_after(page, found, lambda each: each.at), lambda each: each.at, CutOffAnswer.model_validate
    )
