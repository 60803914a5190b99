"""The routes that take a roster as a file, and give the template for it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field, StringConstraints

from common.auth import Caller, Role
from common.http import Db, Router, Upload
from common.identifiers import SchoolCode
from common.imports import ImportForm, ImportRequest, SchoolFileForm
from common.imports.templates import TEMPLATE_RESPONSES, TemplateFormat, template_answer
from common.operations.routes import Operation
from registry.graduates.imports.operations import KIND, saved_mappings
from registry.graduates.imports.proposals.operations import KIND as PROPOSAL
from registry.graduates.imports.template import roster_template
from registry.import_mappings.domain import MAX_NAME
from registry.organisation import storage as organisation
from registry.organisation.domain import OrganisationUnit

router = Router(prefix="/v1", tags=["imports"])

PRINTABLE = r"^[^\x00-\x1f\x7f]+$"


class RosterForm(ImportForm):
    """A roster, and by which saved mapping its headers are read."""

    mapping: str | None = Field(None, min_length=1, max_length=MAX_NAME, description="Name of a saved mapping")


@router.post(
    "/imports/graduates",
    status_code=202,
    summary="Import the roster of a cohort",
    description="The work goes on as an operation. Its `result` counts the data rows: `created`, `updated`, "
    "`unchanged`, `rejected`; `units_created` are colleges, majors and classes that it brought. "
    "`ignored_columns` names the columns of the file that fill no field, `warnings` counts rows by rule. Headers are "
    "read by the saved mapping that the form names, or by one that has exactly these headers: `mapping` is its name.",
    response_model=Operation,
)
async def import_graduates(sending: ImportRequest, upload: Upload[RosterForm]) -> Response:
    async with sending.database.reading() as connection:
        await organisation.require_school(connection, sending.caller, SchoolCode(upload.form.school_code))
        sending.caller.must_be(Role.SCHOOL_OFFICER, Role.ADMIN)
        await saved_mappings(connection, SchoolCode(upload.form.school_code), upload.form.mapping)
    return await sending.accept(KIND, upload)


class ProposalForm(SchoolFileForm):
    """A file of which it is asked what its columns are."""

    sheet: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=PRINTABLE)] | None = Field(
        None, description="Name of the sheet to read; without it, the visible one with the most headers that are known"
    )


@router.post(
    "/import-mappings/proposals",
    status_code=202,
    summary="Propose which field each column of a file fills",
    description="Nothing is stored or applied. The `result` of the operation has `sheet`, `header_row`, `missing` "
    "(required fields that no column fills) and `columns` with `header`, `samples` (up to 3, masked), `field`, `score` "
    "and `how`: `exact`, `saved`, `similar` (at least 0.60 alike; it may be another person's), `content` (of the first "
    "1,000 rows at least 90 % are citizen ids, mobiles or divisions), or null.",
    response_model=Operation,
)
async def propose_import_mapping(sending: ImportRequest, upload: Upload[ProposalForm]) -> Response:
    async with sending.database.reading() as connection:
        await organisation.require_school(connection, sending.caller, SchoolCode(upload.form.school_code))
    sending.caller.must_be(Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER)
    return await sending.accept(PROPOSAL, upload)


@router.get(
    "/templates/graduates",
    summary="A file to fill in for the import of a roster",
    description="Drop-downs show codes and, with `school`, its colleges, majors and classes.",
    response_class=Response,
    responses=TEMPLATE_RESPONSES,
)
async def read_roster_template(
    *,
    caller: Caller,
    database: Db,
    format: TemplateFormat = "xlsx",  # noqa: A002 - the name of the parameter
    school: Annotated[SchoolCode | None, Query(pattern=r"^[0-9]{5}$")] = None,
) -> Response:
    units: Sequence[OrganisationUnit] = ()
    if school is not None:
        async with database.reading() as connection:
            await organisation.require_school(connection, caller, school)
            units = await organisation.units_of(connection, school)
    return await template_answer("graduates", roster_template(units), format)
