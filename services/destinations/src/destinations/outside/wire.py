"""Bodies of authorisations."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from common.approvals.wire import Reason
from common.http import Day, StrictModel
from common.identifiers import SchoolCode
from destinations.outside.domain import AuthorisationPlan, Source

Reference = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    Field(description="The document that allows it: its title and number"),
]


class NewAuthorisation(StrictModel):
    """That the school may use a source, on which basis, by which document, and for which days, both included."""

    school_code: SchoolCode = Field(pattern=r"^[0-9]{5}$")
    source: Source
    basis: Reason
    reference: Reference
    valid_from: Day
    valid_to: Day

    def plan(self) -> AuthorisationPlan:
        """The authorisation that is to be stored."""
        return AuthorisationPlan(**vars(self))


class AuthorisationAnswer(BaseModel):
    """An authorisation as it is stored; it never changes."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    school_code: SchoolCode
    source: Source
    basis: str
    reference: str
    valid_from: date
    valid_to: date
    by_role: str
    recorded_at: datetime
