"""The route that takes a spreadsheet of registrations."""

from datetime import date
from typing import Annotated

from fastapi import Response
from pydantic import Field
from sqlalchemy import text

from common.auth import Role
from common.clock import TODAY_SQL
from common.codes.rules import rule
from common.errors import Invalid, NotFound
from common.http import Day, Router, Upload
from common.imports import ImportForm, ImportRequest
from common.operations.routes import Operation
from destinations.registrations.imports.operations import KIND

router = Router(prefix="/v1/imports", tags=["imports"])

_TODAY = text(f"SELECT {TODAY_SQL}")
_FIRST_DAY = date(1977, 1, 1)
"""Of the first cohort that a form can name: a day before it is a slip, not a decision."""


class RegistrationImportForm(ImportForm):
    """The form of an import of registrations; `effective_on` is the day on which the school decided its rows."""

    effective_on: Annotated[Day, Field(ge=_FIRST_DAY)] | None = None


@router.post(
    "/registrations",
    status_code=202,
    summary="Import registrations from a spreadsheet",
    description="Rows arrive approved. The work goes on as an operation. Its `result` counts the data rows: `created`, "
    "`updated`, `unchanged`, `rejected`. Of the unchanged ones, `frozen` belong to graduates who have left the roster; "
    "of the stored ones, `incomplete_fields` lack something. `ignored_columns` names the columns of the file that fill "
    "no field, `warnings` counts rows by rule.",
    response_model=Operation,
)
async def import_registrations(sending: ImportRequest, upload: Upload[RegistrationImportForm]) -> Response:
    form = upload.form
    if not sending.caller.sees_school(form.school_code):
        raise NotFound
    sending.caller.must_be(Role.SCHOOL_OFFICER)
    async with sending.database.reading() as connection:
        today = await connection.scalar(_TODAY)
    if form.effective_on is not None and form.effective_on > today:
        raise Invalid([rule("in_the_future").problem("/effective_on")])
    return await sending.accept(KIND, upload)
