"""The routes that take a school's units as a file, and give the template for it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Response

from common.auth import Caller
from common.http import Db, Router, Upload
from common.identifiers import SchoolCode
from common.imports import ImportRequest, SchoolImportForm
from common.imports.templates import TEMPLATE_RESPONSES, TemplateFormat, template_answer
from common.operations.routes import Operation
from registry.organisation import storage
from registry.organisation.commands import EDITORS
from registry.organisation.domain import OrganisationUnit
from registry.organisation.imports.operations import KIND
from registry.organisation.imports.template import unit_template

router = Router(prefix="/v1", tags=["imports"])


@router.post(
    "/imports/units",
    status_code=202,
    summary="Import colleges, majors and classes of a school",
    description="Columns: 类型 (学院, 专业, 班级), 代码, 名称, 学院代码, 专业代码, 国标代码, 目录年份, 前身代码. "
    "Several predecessors stand side by side with spaces. A blank cell keeps what is stored, `**CLEAR**` erases it. "
    "A unit may name a college or a major that another row brings. The `result` of the operation counts the data rows: "
    "`created`, `updated`, `unchanged`, `rejected`.",
    response_model=Operation,
)
async def import_units(sending: ImportRequest, upload: Upload[SchoolImportForm]) -> Response:
    async with sending.database.reading() as connection:
        await storage.require_school(connection, sending.caller, SchoolCode(upload.form.school_code))
    sending.caller.must_be(*EDITORS)
    return await sending.accept(KIND, upload)


@router.get(
    "/templates/units",
    summary="A file to fill in for the import of units",
    description="With `school`, drop-downs show its colleges and majors.",
    response_class=Response,
    responses=TEMPLATE_RESPONSES,
)
async def read_unit_template(
    *,
    caller: Caller,
    database: Db,
    format: TemplateFormat = "xlsx",  # noqa: A002 - the name of the parameter
    school: Annotated[SchoolCode | None, Query(pattern=r"^[0-9]{5}$")] = None,
) -> Response:
    units: Sequence[OrganisationUnit] = ()
    if school is not None:
        async with database.reading() as connection:
            await storage.require_school(connection, caller, school)
            units = await storage.units_of(connection, school)
    return await template_answer("units", unit_template(units), format)
