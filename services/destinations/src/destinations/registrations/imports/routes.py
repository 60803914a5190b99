"""The route that takes a spreadsheet of registrations."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import Response
from pydantic import Field
from sqlalchemy import text

from common.auth import Role
from common.clock import NOW_SQL, day_in_shanghai
from common.codes.rules import rule
from common.database import UnitOfWork
from common.errors import Invalid, NotFound
from common.http import Day, Router, Upload
from common.identifiers import Cohort, SchoolCode
from common.imports import ImportForm, ImportRequest
from common.operations.routes import Operation
from destinations.registrations.domain.refusals import CohortClosed, LateReasonRequired
from destinations.registrations.domain.registration import LateReason
from destinations.registrations.imports.operations import KIND
from destinations.registrations.imports.plan import parameters_of
from destinations.seasons import storage as seasons
from destinations.seasons.domain import Phase

router = Router(prefix="/v1/imports", tags=["imports"])

_NOW = text(f"SELECT {NOW_SQL}")
_FIRST_DAY = date(1977, 1, 1)
"""Of the first cohort that a form can name: a day before it is a slip, not a decision."""


class RegistrationImportForm(ImportForm):
    """The form of an import of registrations; `effective_on` is the day on which the school decided its rows.

    After the season's last day of changes `late_reason` says why they come so late.
    """

    effective_on: Annotated[Day, Field(ge=_FIRST_DAY)] | None = None
    late_reason: LateReason | None = None


@router.post(
    "/registrations",
    status_code=202,
    summary="Import registrations from a spreadsheet",
    description="Rows arrive approved; in the season's phase late they arrive submitted, and need a `late_reason`. "
    "The work goes on as an operation. Its `result` counts the data rows: `created`, `updated`, `unchanged`, "
    "`rejected`. Of the unchanged ones, `frozen` belong to graduates who have left the roster; of the stored ones, "
    "`incomplete_fields` lack something. `ignored_columns` names the columns of the file that fill no field, "
    "`warnings` counts rows by rule.",
    response_model=Operation,
)
async def import_registrations(sending: ImportRequest, upload: Upload[RegistrationImportForm]) -> Response:
    form = upload.form
    if not sending.caller.sees_school(form.school_code):
        raise NotFound
    sending.caller.must_be(Role.SCHOOL_OFFICER)
    return await sending.accept(KIND, upload, terms=partial(_terms, form))


async def _terms(form: RegistrationImportForm, unit: UnitOfWork) -> Mapping[str, Any]:
    """What the season says as the file is taken; raises CohortClosed, LateReasonRequired, Invalid for its day."""
    now = await unit.connection.scalar(_NOW)
    season = await seasons.of(unit.connection, SchoolCode(form.school_code), Cohort(form.cohort))
    today = day_in_shanghai(now)
    phase = season.phase(today, None)
    if phase is Phase.CLOSED:
        raise CohortClosed
    if form.effective_on is not None and form.effective_on > today:
        raise Invalid([rule("in_the_future").problem("/effective_on")])
    if phase is Phase.LATE:
        _must_be_late(form)
    return parameters_of(season, now)


def _must_be_late(form: RegistrationImportForm) -> None:
    """Raises LateReasonRequired; Invalid for a day of its own, since rows that come late are reviewed first."""
    if form.late_reason is None:
        raise LateReasonRequired
    if form.effective_on is not None:
        raise Invalid([rule("late_day").problem("/effective_on")])
