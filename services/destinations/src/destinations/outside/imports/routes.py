"""The route that takes a file of a source."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import Response
from pydantic import Field

from common.auth import Role
from common.codes.rules import rule
from common.database import UnitOfWork, today
from common.errors import Invalid, NotFound
from common.http import Router, Upload
from common.http.models import Whole
from common.identifiers import Cohort, SchoolCode
from common.imports import ImportRequest, SchoolImportForm
from common.operations.routes import Operation
from destinations.outside import storage
from destinations.outside.domain.authorisations import AuthorisationId, Source, must_be_authorised
from destinations.outside.domain.facts import KINDS, kept_until
from destinations.outside.imports.operations import KIND
from destinations.seasons import storage as seasons

router = Router(prefix="/v1/imports", tags=["imports"])


class OutsideImportForm(SchoolImportForm):
    """The form of a file of outside data; one that speaks of persons is of one cohort."""

    source: Source
    authorisation_id: UUID
    cohort: Whole | None = Field(None, ge=1977, le=2200, description="Year of graduation")


@router.post(
    "/outside-data",
    status_code=202,
    summary="Import what a source outside the school says of graduates",
    description="`authorisation_id` is that of an authorisation of the school for the source and today. The work goes "
    "on as an operation. Its `result` counts the data rows: `created`, `updated`, `unchanged`, `rejected`, and "
    "`not_found`: of persons that the roster does not have nothing is kept but this number. Nothing that is recorded "
    "of graduates changes a registration.",
    response_model=Operation,
)
async def import_outside_data(sending: ImportRequest, upload: Upload[OutsideImportForm]) -> Response:
    form = upload.form
    if not sending.caller.sees_school(form.school_code):
        raise NotFound
    sending.caller.must_be(Role.SCHOOL_OFFICER)
    return await sending.accept(KIND, upload, terms=partial(_terms, form))


async def _terms(form: OutsideImportForm, unit: UnitOfWork) -> Mapping[str, Any]:
    """Refuses a file without authorisation, and one of a cohort whose facts are deleted by now."""
    day = await today(unit.connection)
    authorisation = await storage.find(unit.connection, AuthorisationId(form.authorisation_id))
    must_be_authorised(authorisation, form.school_code, form.source, day)
    if form.source not in KINDS:
        return {}
    if form.cohort is None:
        raise Invalid([rule("required").problem("/cohort")])
    season = await seasons.of(unit.connection, SchoolCode(form.school_code), Cohort(form.cohort))
    if kept_until(season.closes_on) < day:
        raise Invalid([rule("retention_ended").problem("/cohort")])
    return {}
