"""What the routes of population changes take and answer."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from common.approvals.domain import allowed_actions
from common.approvals.wire import Reason, RequestAnswer
from common.auth import Principal
from common.errors import Message
from common.http import Day, StrictModel, rule_broken
from common.identifiers import GraduateId
from registry.graduates.wire import GivenCohort
from registry.organisation.wire import GivenSchoolCode
from registry.population_changes.commands import DECIDERS
from registry.population_changes.domain import Change, ChangePlan, Document, PopulationChange

GraduateIds = Annotated[list[UUID], Field(min_length=1, max_length=1000)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=64)]
DocumentNumber = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


def _known_change(word: str) -> str:
    if word not in set(Change):
        choices = "、".join(Change), ", ".join(Change)
        raise rule_broken("not_allowed", Message(f"应为 {choices[0]}", f"Must be one of {choices[1]}"))
    return word


# no enumeration: it would be described under two names, of what is taken and of what is answered
ChangeWord = Annotated[str, AfterValidator(_known_change), Field(json_schema_extra={"enum": [*Change]})]


class NewDocument(StrictModel):
    """The paper (文件) that a change rests on."""

    number: DocumentNumber = Field(description="文号", examples=["校教〔2024〕18号"])
    issued_on: Day = Field(description="发文日期")


class NewPopulationChange(StrictModel):
    """A change of who counts in the population, for another person to decide."""

    school_code: GivenSchoolCode
    cohort: GivenCohort
    graduate_ids: GraduateIds
    change: ChangeWord
    ground: ShortText | None = Field(default=None, description="List exclusion-ground; of `exclude` only")
    duplicate_of: UUID | None = Field(default=None, description="The entry that stays, of ground `duplicate`")
    document: NewDocument | None = Field(
        default=None, description="Needed for extend, withdraw, transfer and the ground `authority`"
    )
    effective_on: Day | None = Field(
        default=None,
        description="The day from which it counts, none after today; needed for decease; null: the day of the approval",
    )
    reason: Reason

    def plan(self) -> ChangePlan:
        """The change as it is asked for."""
        document = self.document and Document(self.document.number, self.document.issued_on)
        given = {**dict(self), "graduate_ids": tuple(map(GraduateId, self.graduate_ids)), "document": document}
        given["change"] = Change(self.change)
        return ChangePlan(**given)


class FewerGraduates(StrictModel):
    """Those whom an open change shall still name: some of its graduates, not all."""

    graduate_ids: GraduateIds


class DocumentAnswer(BaseModel):
    """The paper that a change rests on."""

    number: str
    issued_on: date


class PopulationChangeAnswer(RequestAnswer):
    """A population change as its readers see it."""

    school_code: str
    cohort: int
    college_code: str | None = Field(description="That of all its graduates when it was asked, if they had one")
    graduate_ids: list[UUID]
    change: Change
    ground: str | None
    duplicate_of: UUID | None
    document: DocumentAnswer | None
    effective_on: date | None = Field(description="Once approved, the day from which it counts")
    clamped: int | None = Field(
        description="How many graduates had a later event, from whose day it counts for them; null before the approval"
    )
    change_token: str | None = Field(description="Of the last event of the approval, which covers them all")

    @classmethod
    def of(cls, change: PopulationChange, caller: Principal) -> Self:
        """The change, with what the caller may do."""
        document = change.document and DocumentAnswer(
            number=change.document.number, issued_on=change.document.issued_on
        )
        made = {
            "document": document,
            "allowed_transitions": allowed_actions(change, caller.subject, decides=caller.role in DECIDERS),
        }
        shown = {field: getattr(change, field) for field in cls.model_fields if field not in made}
        return cls(**shown, **made)
