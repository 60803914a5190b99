"""Bodies of authorisations, the form of a file, and facts."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from common.approvals.wire import Reason
from common.http import Day, StrictModel
from common.identifiers import SchoolCode
from destinations.outside.commands import Compared
from destinations.outside.domain.authorisations import AuthorisationPlan, Source
from destinations.outside.domain.facts import FactKind

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


class FactAnswer(BaseModel):
    """What a source says of a graduate, to be shown beside the registration, which it never changes."""

    id: UUID
    version: int
    source: Source
    kind: FactKind
    recorded_at: datetime
    from_on: date
    to_on: date | None = Field(description="Included; null where it goes on")
    values: dict[str, str] = Field(description="By the names of a registration's fields, and `study_state`")
    differs: list[str] = Field(description="Fields of which the effective registration says something else, or nothing")

    @classmethod
    def of(cls, compared: Compared) -> Self:
        """The fact as it is answered."""
        fact = compared.fact
        said = {name: getattr(fact, name) for name in cls.model_fields if name not in {"values", "differs"}}
        return cls(**said, values=dict(fact.values), differs=list(compared.differs))
