"""The routes that take a roster as a file, and give the template for it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Literal

from fastapi import Query, Response
from pydantic import Field, StringConstraints

from common.approvals.domain import must_not_identify
from common.auth import Caller, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.http import Db, Router, Upload
from common.identifiers import Cohort, OperationId, SchoolCode
from common.imports import ImportForm, ImportRequest, SchoolFileForm
from common.imports.templates import TEMPLATE_RESPONSES, TemplateFormat, template_answer
from common.operations.routes import Operation
from registry.graduates.imports.operations import KIND, saved_mappings
from registry.graduates.imports.proposals.operations import KIND as PROPOSAL
from registry.graduates.imports.template import roster_template
from registry.graduates.storage import sources
from registry.graduates.storage.keys import key_of_roster, key_to_read
from registry.import_mappings.domain import MAX_NAME
from registry.organisation import storage as organisation
from registry.organisation.domain import OrganisationUnit

router = Router(prefix="/v1", tags=["imports"])

PRINTABLE = r"^[^\x00-\x1f\x7f]+$"


class RosterForm(ImportForm):
    """A roster, how its headers are read, what it may overwrite, and where it comes from."""

    mapping: str | None = Field(None, min_length=1, max_length=MAX_NAME, description="Name of a saved mapping")
    authoritative: Literal["refuse", "accept"] = Field(
        "refuse", description="`accept` (school officer): the file overwrites filled fields of the student register"
    )
    sheet: Annotated[str, StringConstraints(max_length=100, pattern=PRINTABLE)] | None = Field(
        None, description="Name of the sheet to read; without it, the visible one that has the header"
    )
    # what people write is no parameter of an operation
    source_name: Annotated[str, StringConstraints(max_length=200, pattern=PRINTABLE)] | None = Field(
        None,
        exclude=True,
        description="Where the file comes from, shown as `source_name` of what it changes; no number of a person",
    )

    def keep_source(self, cipher: FieldCipher) -> Callable[[UnitOfWork, OperationId], Awaitable[None]] | None:
        """What keeps the name of the source for the versions of the import, which outlive the operation."""
        name = self.source_name
        if name is None or self.dry_run:
            return None

        async def keep(unit: UnitOfWork, operation_id: OperationId) -> None:
            roster = SchoolCode(self.school_code), Cohort(self.cohort)
            data = await key_of_roster(unit.connection, cipher, *roster)
            await sources.keep(unit.connection, data, operation_id, name)

        return keep


@router.post(
    "/imports/graduates",
    status_code=202,
    summary="Import the roster of a cohort",
    description="The work goes on as an operation. Its `result` counts the data rows: `created`, `updated`, "
    "`unchanged`, `rejected`; `units_created` are colleges, majors and classes that it brought. "
    "`ignored_columns` names the columns of the file that fill no field, `warnings` counts rows by rule. Headers are "
    "read by the saved mapping that the form names, or by one that has exactly these headers: `mapping` is its name. "
    "The rows of a college officer are of the own college and stay there.",
    response_model=Operation,
)
async def import_graduates(sending: ImportRequest, upload: Upload[RosterForm]) -> Response:
    caller, form = sending.caller, upload.form
    async with sending.database.reading() as connection:
        await organisation.require_school(connection, caller, SchoolCode(form.school_code))
        caller.must_be(Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER, Role.ADMIN)
        college_code = caller.own_college()
        if form.authoritative == "accept":
            caller.must_be(Role.SCHOOL_OFFICER)
        await saved_mappings(connection, SchoolCode(form.school_code), form.mapping)
        await key_to_read(connection, sending.cipher, SchoolCode(form.school_code), Cohort(form.cohort))
    if form.source_name is not None:
        must_not_identify("/source_name", form.source_name)
    return await sending.accept(KIND, upload, form.keep_source(sending.cipher), college_code=college_code)


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
