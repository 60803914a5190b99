"""What the routes of erasures take and answer."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from common import clock
from common.approvals.storage import RequestFilters
from common.approvals.wire import IsOverdue, OfCohort, OfCollege, OfSchool, Reason, RequestAnswer
from common.auth import Principal
from common.http import StrictModel
from common.identifiers import Cohort, GraduateId
from registry.erasures.commands import DECIDERS
from registry.erasures.domain import Erasure, ErasurePlan, ErasureState, Ground, allowed_transitions


class NewErasure(StrictModel):
    """The erasure of a graduate, for another person to decide."""

    graduate_id: UUID
    ground: Annotated[Ground, Field(strict=False, description="A graduate asks on `graduate_request` alone")]
    reason: Reason | None = None

    def plan(self) -> ErasurePlan:
        """The erasure as it is asked for."""
        return ErasurePlan(graduate_id=GraduateId(self.graduate_id), ground=self.ground, reason=self.reason)


class ErasureAnswer(RequestAnswer):
    """An erasure as its readers see it; once it is done, without the reasons."""

    state: ErasureState  # type: ignore[assignment] # of all requests, this kind alone is not over when it is approved
    school_code: str
    cohort: int
    college_code: str | None = Field(description="The graduate's when it was asked")
    graduate_id: UUID
    ground: Ground
    erase_on: date | None = Field(
        description="The day on which an approved one is done: the end of retention where the graduate asked, else the "
        "day of the approval; until then who asked may withdraw it"
    )

    @classmethod
    def of(cls, erasure: Erasure, caller: Principal) -> Self:
        """The erasure, with what the caller may do."""
        allowed = allowed_transitions(erasure, caller.subject, clock.today(), decides=caller.role in DECIDERS)
        shown = {field: getattr(erasure, field) for field in cls.model_fields if field != "allowed_transitions"}
        return cls(**shown, allowed_transitions=list(allowed))


async def erasure_filters(
    *,
    school: OfSchool = None,
    cohort: OfCohort = None,
    college: OfCollege = None,
    state: ErasureState | None = None,
    overdue: IsOverdue = None,
) -> RequestFilters:
    """The filters of the list of erasures."""
    return RequestFilters(school, None if cohort is None else Cohort(cohort), college, state, overdue)
