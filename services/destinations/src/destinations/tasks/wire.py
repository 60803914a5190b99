"""Bodies of tasks."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from common.http import StrictModel
from common.identifiers import Cohort, CollegeCode, SchoolCode
from destinations.tasks.domain import DisputeKind, Holder, Outcome, TaskKind, TaskState

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Disputed(StrictModel):
    """What is wrong with what is registered, in the graduate's words."""

    reason: Words
    kind: DisputeKind = Field(
        default=DisputeKind.WRONG_DATA,
        description="`not_mine` (被就业) and `pressed` (被要求签约) go to the school, unseen by the college",
    )


class TaskAnswer(BaseModel):
    """A task (待办): what a level has to do about a registration."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    graduate_id: UUID
    registration_id: UUID
    school_code: SchoolCode
    college_code: CollegeCode | None
    cohort: Cohort
    kind: TaskKind
    held_by: Holder = Field(description="The level that has to do it")
    due_on: date = Field(description="Five working days after the dispute")
    state: TaskState
    outcome: Outcome | None = Field(
        description="`kept` by an answer, `corrected` by new effective content or a void, `withdrawn` by a confirmation"
    )
    dispute_kind: DisputeKind
    reason: str | None = Field(description="What the graduate says is wrong; null once the person is erased")
    answer: str | None = Field(description="Why the content stays")
    ended_at: datetime | None
    recorded_at: datetime


class TaskReply(StrictModel):
    """Why what is registered stays; the graduate reads it."""

    text: Words
