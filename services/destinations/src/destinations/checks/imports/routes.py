"""The route that takes a spreadsheet with the ledger of a round."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import Response
from pydantic import Field

from common.auth import Role
from common.database import UnitOfWork
from common.errors import NotFound
from common.http import Router, Upload
from common.http.models import Whole
from common.identifiers import Cohort, SchoolCode
from common.imports import ImportForm, ImportRequest
from common.operations.routes import Operation
from destinations.checks.domain.ledger import round_of
from destinations.checks.imports.operations import KIND
from destinations.seasons import storage as seasons

router = Router(prefix="/v1/imports", tags=["imports"])


class LedgerImportForm(ImportForm):
    """The form of an import of the ledger of one round."""

    round: Annotated[Whole, Field(ge=1, le=12, description="A round of the season")]


@router.post(
    "/ledger",
    status_code=202,
    response_model=Operation,
    summary="Import the ledger of a round from a spreadsheet, as an officer of the college",
    description="Columns 学号 姓名 核查方式 通话结果 核查结果 备注, with codes or labels. A row about a graduate who "
    "has an entry looks again; one that says the same of the same content is `unchanged`, as is one that says nothing.",
)
async def import_ledger(sending: ImportRequest, upload: Upload[LedgerImportForm]) -> Response:
    if not sending.caller.sees_school(upload.form.school_code):
        raise NotFound
    sending.caller.must_be(Role.COLLEGE_OFFICER)
    college = sending.caller.own_college()
    return await sending.accept(KIND, upload, terms=partial(_terms, upload.form), college_code=college)


async def _terms(form: LedgerImportForm, unit: UnitOfWork) -> Mapping[str, Any]:
    """Raises LedgerRefused for a round that the season does not have."""
    season = await seasons.of(unit.connection, SchoolCode(form.school_code), Cohort(form.cohort))
    round_of(season, form.round)
    return {}
