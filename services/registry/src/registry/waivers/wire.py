"""What the routes of waivers take and answer."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from common.approvals.domain import allowed_actions
from common.approvals.wire import Reason, RequestAnswer
from common.auth import Principal
from common.http import Day, StrictModel
from common.identifiers import CollegeCode, GraduateId
from registry.graduates.wire import GivenCohort
from registry.organisation.wire import GivenSchoolCode
from registry.waivers.commands import DECIDERS
from registry.waivers.domain import Waiver, WaiverPlan

GraduateIds = Annotated[list[UUID], Field(min_length=1, max_length=1000)]
Percentage = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2, strict=False)]
UnitCode = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class NewWaiver(StrictModel):
    """A waiver of a rule, for another person to decide: of `graduate_ids`, or up to `tolerance`, not of both."""

    school_code: GivenSchoolCode
    cohort: GivenCohort
    college_code: UnitCode | None = Field(
        default=None, description="The college in whose report a tolerance holds; null: that of the school"
    )
    rule_id: UnitCode = Field(description="A rule that reports on quality judge", examples=["phone_missing"])
    graduate_ids: GraduateIds | None = Field(default=None, description="Exactly these are waived, in every report")
    tolerance: Percentage | None = Field(
        default=None, description="Per cent, instead of the tolerance of the rule; of several the highest"
    )
    reason: Reason
    expires_on: Day = Field(description="The last day on which it holds")

    def plan(self) -> WaiverPlan:
        """The waiver as it is asked for."""
        ids = None if self.graduate_ids is None else tuple(map(GraduateId, self.graduate_ids))
        college = None if self.college_code is None else CollegeCode(self.college_code)
        return WaiverPlan(**{**dict(self), "graduate_ids": ids, "college_code": college})


class WaiverAnswer(RequestAnswer):
    """A waiver as its readers see it."""

    school_code: str
    cohort: int
    college_code: str | None
    rule_id: str
    graduate_ids: list[UUID] | None
    tolerance: Decimal | None
    expires_on: date

    @classmethod
    def of(cls, waiver: Waiver, caller: Principal) -> Self:
        """The waiver, with what the caller may do."""
        allowed = allowed_actions(waiver, caller.subject, decides=caller.role in DECIDERS)
        shown = {field: getattr(waiver, field) for field in cls.model_fields if field != "allowed_transitions"}
        return cls(**shown, allowed_transitions=list(allowed))
