"""The route that takes the graduates of a population change as a file."""

from dataclasses import replace
from functools import partial
from uuid import UUID

from fastapi import Response
from pydantic import Field

from common.approvals.wire import Reason
from common.codes.rules import rule
from common.http import Day, Router, Upload
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.imports import ImportForm, ImportRequest
from common.operations.routes import Operation
from registry.population_changes import commands, storage
from registry.population_changes.domain import Change, ChangePlan, ChangeRefused, Document, FileTexts
from registry.population_changes.imports.operations import KIND
from registry.population_changes.wire import ChangeWord, DocumentNumber, ShortText

router = Router(prefix="/v1/imports", tags=["imports"])


class ChangeImportForm(ImportForm):
    """The form of a file that names graduates, and what is asked for them: the fields of a population change."""

    change: ChangeWord
    ground: ShortText | None = Field(None, description="List exclusion-ground; of `exclude` only")
    duplicate_of: UUID | None = Field(None, description="The entry that stays, of ground `duplicate`")
    # what people write is no parameter of an operation
    document_number: DocumentNumber | None = Field(None, exclude=True)
    document_issued_on: Day | None = None
    effective_on: Day | None = None
    reason: Reason = Field(exclude=True)

    def plan(self) -> ChangePlan:
        """What is asked for, without graduates; raises ChangeRefused for a half of a document."""
        number, issued_on = self.document_number, self.document_issued_on
        if (number is None) is not (issued_on is None):
            lacking = "document_number" if number is None else "document_issued_on"
            raise ChangeRefused([rule("required").problem(f"/{lacking}")])
        return ChangePlan(
            school_code=SchoolCode(self.school_code),
            cohort=Cohort(self.cohort),
            graduate_ids=(),
            change=Change(self.change),
            ground=self.ground,
            duplicate_of=None if self.duplicate_of is None else GraduateId(self.duplicate_of),
            document=Document(number, issued_on) if number and issued_on else None,
            effective_on=self.effective_on,
            reason=self.reason,
        )


@router.post(
    "/population-changes",
    status_code=202,
    summary="Ask for a population change for the graduates of a file",
    description="Columns: 学号 or 考生号, and 姓名. Each 1,000 rows become one request, which another person decides; "
    "`requests` of the operation's `result` has their ids. `created` counts the graduates that they name, `rejected` "
    "the rows that name none for whom it can be asked. The same file sent again: `population_change_open`.",
    response_model=Operation,
)
async def import_population_changes(sending: ImportRequest, upload: Upload[ChangeImportForm]) -> Response:
    caller, form = sending.caller, upload.form
    async with sending.database.reading() as connection:
        try:
            await commands.must_be_askable(connection, caller, sending.cipher, form.plan())
        except ChangeRefused as refusal:
            named = {"/document": "/document_number"}
            problems = [replace(each, pointer=named.get(each.pointer, each.pointer)) for each in refusal.problems]
            raise ChangeRefused(problems) from None
    texts = FileTexts(form.reason, form.document_number)
    kept = partial(storage.keep_texts, cipher=sending.cipher, texts=texts)
    return await sending.accept(KIND, upload, kept, college_code=caller.own_college())
