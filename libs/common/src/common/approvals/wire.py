"""What every route of requests takes and answers."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field, StringConstraints

from common.approvals.domain import RequestAction, RequestState
from common.approvals.storage import RequestFilters
from common.http import StrictModel, Whole
from common.identifiers import Cohort, CollegeCode, SchoolCode

Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    Field(description="Why, without six digits in a row: no number of a person"),
]


OfSchool = Annotated[SchoolCode | None, Query(pattern=r"^[0-9]{5}$")]
OfCohort = Annotated[Whole | None, Query(ge=1977, le=2200)]
OfCollege = Annotated[CollegeCode | None, Query(min_length=1, max_length=64)]
IsOverdue = Annotated[bool | None, Query(description="Open after the day on which it was due, or not")]


class Refusal(StrictModel):
    """Why a request is refused."""

    reason: Reason


class RequestAnswer(BaseModel):
    """What every request that takes two people answers; subjects are stored, and never answered."""

    id: UUID
    version: int
    state: RequestState
    reason: str | None
    requested_by_role: str
    requested_at: datetime
    due_on: date = Field(description="The day in Shanghai by which it should be decided")
    decided_by_role: str | None
    decided_at: datetime | None
    decision_reason: str | None
    allowed_transitions: list[RequestAction] = Field(description="What the caller may do now")


async def request_filters(
    *,
    school: OfSchool = None,
    cohort: OfCohort = None,
    college: OfCollege = None,
    state: RequestState | None = None,
    overdue: IsOverdue = None,
) -> RequestFilters:
    """The filters of a list of requests."""
    return RequestFilters(school, None if cohort is None else Cohort(cohort), college, state, overdue)
