"""Bodies of tip-offs."""

from datetime import datetime
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from common.files import JPEG, MB, PDF, PNG, Files
from common.http import FilesForm, StrictModel
from common.identifiers import SchoolCode
from destinations.cases.domain import Case, Finding, State
from destinations.cases.wire import Accused
from destinations.tip_offs.commands import Told
from destinations.tip_offs.domain import FileState

LONGEST_TEXT = 4_000
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT)]
Receipt = Annotated[str, StringConstraints(max_length=1_000)]


class TipOffForm(FilesForm):
    """What is reported."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    files: ClassVar[Files] = Files((JPEG, PNG, PDF), at_most=10 * MB)
    most_files: ClassVar[int] = 3
    # a character has four bytes at most
    longest_field: ClassVar[int] = 5 * LONGEST_TEXT

    school_code: Annotated[SchoolCode, StringConstraints(pattern=r"^[0-9]{5}$")]
    accused: Accused | None = Field(default=None, description="`school`, or `college:` and its code")
    text: Text = Field(description="What happened; stored encrypted")
    contact: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = Field(
        default=None, description="How you can be reached, if you want to be; stored encrypted, for the handler alone"
    )


class ReceiptAnswer(BaseModel):
    """What alone opens the tip-off again."""

    receipt: str = Field(description="Keep it: nobody can give it to you again")


class ReceiptBody(StrictModel):
    """A receipt."""

    receipt: Receipt


class MessageBody(ReceiptBody):
    """What is said further."""

    text: Text


class StatusAnswer(BaseModel):
    """Where a tip-off stands."""

    state: State
    finding: Finding | None

    @classmethod
    def of(cls, case: Case) -> Self:
        """The status of a case, and no more of it."""
        return cls(state=case.state, finding=case.finding)


class ReporterAnswer(BaseModel):
    """How to reach who reported."""

    contact: str | None = Field(description="Null where nothing was said, or it was erased")


class AdditionAnswer(BaseModel):
    """What the reporter has said further."""

    model_config = ConfigDict(from_attributes=True)

    text: str | None = Field(description="Null once it was erased")
    recorded_at: datetime


class TipOffFileAnswer(BaseModel):
    """A file of a tip-off."""

    model_config = ConfigDict(from_attributes=True)

    n: int
    state: FileState = Field(description="`kept` once it was written anew without metadata")
    media_type: str


class ToldAnswer(BaseModel):
    """What the reporter has said beside the text, which is the case's `note`."""

    messages: list[AdditionAnswer]
    files: list[TipOffFileAnswer]

    @classmethod
    def of(cls, told: Told) -> Self:
        """Messages and files as they are answered."""
        return cls(
            messages=[AdditionAnswer.model_validate(each) for each in told.messages],
            files=[TipOffFileAnswer.model_validate(each) for each in told.files],
        )
