"""The route that takes a roster."""

from fastapi import Response

from common.auth import Role
from common.http import Router, Upload
from common.identifiers import SchoolCode
from common.imports import ImportForm, ImportRequest
from common.operations.routes import Operation
from registry.graduates.imports.operations import KIND
from registry.organisation import storage as organisation

router = Router(prefix="/v1/imports", tags=["imports"])


@router.post(
    "/graduates",
    status_code=202,
    summary="Import the roster of a cohort",
    description="The work goes on as an operation. Its `result` counts the data rows: `created`, `updated`, "
    "`unchanged`, `rejected`; `units_created` are colleges, majors and classes that it brought. "
    "`ignored_columns` names the columns of the file that fill no field, `warnings` counts rows by rule.",
    response_model=Operation,
)
async def import_graduates(sending: ImportRequest, upload: Upload[ImportForm]) -> Response:
    async with sending.database.reading() as connection:
        await organisation.require_school(connection, sending.caller, SchoolCode(upload.form.school_code))
    sending.caller.must_be(Role.SCHOOL_OFFICER, Role.ADMIN)
    return await sending.accept(KIND, upload)
