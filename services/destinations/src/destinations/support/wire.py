"""Bodies of support plans."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from common.http import Day, StrictModel
from common.identifiers import Cohort, CollegeCode, SchoolCode
from destinations.support.domain import (
    By,
    CauseCount,
    Contact,
    Content,
    Measure,
    PlanState,
    Step,
    SupportPlan,
    allowed_steps,
)

MOST_CAUSES, MOST_ENTRIES = 20, 100

Code = Annotated[str, StringConstraints(min_length=1, max_length=32)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class MeasureBody(StrictModel):
    """What was offered to the graduate, and what came of it."""

    kind: Code = Field(description="List support-measure")
    offered_on: Day
    outcome: Text | None = None


class ContactBody(StrictModel):
    """A conversation with the graduate (联系记录): its day, and its subject."""

    contacted_on: Day
    note: Text


class MeasureAnswer(BaseModel):
    """A measure as it was stored."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    offered_on: date
    outcome: str | None


class ContactAnswer(BaseModel):
    """A contact as it was stored."""

    model_config = ConfigDict(from_attributes=True)

    contacted_on: date
    note: str


class PlanPatch(StrictModel):
    """A merge patch: absent keeps, null clears; a list replaces the list."""

    causes: Annotated[list[Code], Field(max_length=MOST_CAUSES)] | None = Field(
        default=None, description="List support-cause"
    )
    plan: Text | None = None
    measures: Annotated[list[MeasureBody], Field(max_length=MOST_ENTRIES)] | None = None
    contacts: Annotated[list[ContactBody], Field(max_length=MOST_ENTRIES)] | None = None
    result: Text | None = None

    def changes(self) -> dict[str, Any]:
        """What is said, by name."""
        said: dict[str, Any] = {
            name: getattr(self, name) for name in self.model_fields_set & set(PlanPatch.model_fields)
        }
        if said.get("causes") is not None:
            said["causes"] = tuple(dict.fromkeys(said["causes"]))
        if said.get("measures") is not None:
            said["measures"] = tuple(Measure(**dict(each)) for each in said["measures"])
        if said.get("contacts") is not None:
            said["contacts"] = tuple(Contact(**dict(each)) for each in said["contacts"])
        return said


class NewPlan(PlanPatch):
    """A plan for a graduate who has no open one."""

    graduate_id: UUID

    def content(self) -> Content:
        """What it says."""
        return Content().with_changes(self.changes())


class PlanAnswer(BaseModel):
    """A support plan (一人一策); it names no helper."""

    id: UUID
    version: int
    graduate_id: UUID
    school_code: SchoolCode
    college_code: CollegeCode | None
    cohort: Cohort
    state: PlanState
    causes: list[str]
    plan: str | None
    measures: list[MeasureAnswer]
    contacts: list[ContactAnswer]
    result: str | None
    allowed_transitions: list[Step] = Field(description="What who helps could do now")
    opened_at: datetime
    recorded_at: datetime

    @classmethod
    def of(cls, plan: SupportPlan) -> Self:
        """The plan as all of its readers see it."""
        stated = {name: value for name, value in vars(plan).items() if name != "content"}
        said = {**vars(plan.content), "allowed_transitions": allowed_steps(plan.state)}
        return cls.model_validate({**stated, **said}, from_attributes=True)


class CauseAnswer(BaseModel):
    """Of how many graduates of a group plans name a cause."""

    group: dict[By, str | None]
    cause: str
    graduates: int

    @classmethod
    def of(cls, by: By, counted: CauseCount) -> Self:
        """A row of the counts."""
        return cls(group={by: counted.group}, cause=counted.cause, graduates=counted.graduates)
