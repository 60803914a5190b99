"""The route that takes a file of answers."""

from dataclasses import replace
from typing import Annotated

from fastapi import Response
from pydantic import Field

from common.codes.rules import rule
from common.errors import Invalid
from common.http import Router, Upload, Whole
from common.identifiers import WaveId
from common.imports import ImportRequest, SchoolImportForm
from common.operations.routes import Operation
from surveys.answer_imports.imports.operations import KIND
from surveys.answers.commands import statement_of
from surveys.ballots.domain import must_have_links
from surveys.waves.commands import managed
from surveys.waves.domain import must_not_be_over

router = Router(prefix="/v1/waves/{wave_id}/imports", tags=["imports"])


class AnswerImportForm(SchoolImportForm):
    """The form of an import of answers; school and cohort are those of the wave."""

    school_code: str = Field(default="", pattern=r"^([0-9]{5})?$", description="That of the wave, if it is named")
    cohort: Whole | None = Field(default=None, description="That of the wave, if it is named")
    statement_version: Annotated[Whole, Field(ge=1, le=2**31 - 1, description="The version that was agreed to")]


@router.post(
    "",
    status_code=202,
    summary="Import answers from a spreadsheet: a row for each person, a column for each variable",
    description="A row is matched by 学号 (and 姓名, where the file has it) or `graduate_id`, and needs 同意. "
    "`multiple_choice`: `<id>_<value>` 0 or 1; matrix `<id>_<row>`; ranking `<id>_<option>` the place; `-98` refused, "
    "`-99` unknown. The same checks and the same events as for a link. Of `created`, `screened_out` found a cap full.",
    response_model=Operation,
)
async def import_answers(sending: ImportRequest, wave_id: WaveId, upload: Upload[AnswerImportForm]) -> Response:
    form = upload.form
    async with sending.database.reading() as connection:
        wave = await managed(connection, sending.caller, wave_id)
        wave.must_have_opened()
        must_not_be_over(wave)
        must_have_links(wave)
        if form.school_code not in {"", wave.school_code}:
            raise Invalid([rule("other_school").problem("/school_code")])
        if form.cohort not in {None, wave.cohort}:
            raise Invalid([rule("other_cohort").problem("/cohort")])
        await statement_of(connection, wave, form.statement_version, "/statement_version")
    named = form.model_copy(update={"school_code": wave.school_code, "cohort": wave.cohort})
    return await sending.accept(KIND, replace(upload, form=named), wave_id=str(wave.id))
