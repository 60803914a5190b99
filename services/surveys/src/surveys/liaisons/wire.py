"""Liaisons on the wire."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from common import clock
from common.http import Day, StrictModel
from common.identifiers import GraduateId, SchoolCode
from surveys.liaisons.domain import Appointment, Level, Outcome

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


class _Reach(StrictModel):
    college_code: Code | None = None
    major_code: Code | None = None
    class_code: Code | None = None
    cohort: Annotated[int, Field(ge=1977, le=2200)] | None = None


class NewLiaison(_Reach):
    """A liaison: a graduate, or a person by the subject of the token."""

    school_code: Annotated[SchoolCode, Field(pattern=r"^[0-9]{5}$")] | None = Field(
        default=None, description="The own school where it is absent"
    )
    graduate_id: GraduateId | None = None
    subject: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    level: Level
    valid_from: Day | None = Field(default=None, alias="from", description="Today where it is absent")
    valid_until: Day | None = Field(default=None, alias="until", description="The last day; null: without an end")

    def appointment(self, own_school: SchoolCode) -> Appointment:
        """The domain value, in the own school unless another is named."""
        given = self.model_dump(exclude={"school_code", "valid_from"})
        begins = self.valid_from or clock.today()
        return Appointment(**given, school_code=self.school_code or own_school, valid_from=begins)


class LiaisonPatch(_Reach):
    """Whom a liaison looks after, and until when: what is absent stays, null clears."""

    valid_from: Day = Field(default=date.min, alias="from")
    valid_until: Day | None = Field(default=None, alias="until")

    def changes(self) -> dict[str, Any]:
        """What the body names."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class LiaisonBody(BaseModel):
    """A liaison."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    change_token: None = None
    school_code: str
    graduate_id: UUID | None
    subject: str | None
    level: Level
    college_code: str | None
    major_code: str | None
    class_code: str | None
    cohort: int | None
    valid_from: date = Field(serialization_alias="from")
    valid_until: date | None = Field(serialization_alias="until")
    created_at: datetime
    recorded_at: datetime


class ListedBody(BaseModel):
    """A person worth contacting."""

    ref: str = Field(description="Names this person in reports, for this liaison alone")
    name: str | None


class ReportForm(StrictModel):
    """What became of it."""

    outcome: Outcome


class ReportBody(BaseModel, from_attributes=True):
    """A report."""

    id: UUID
    version: int
    change_token: None = None
    outcome: Outcome
    recorded_at: datetime


def written(ref: bytes) -> str:
    """A ref as text of an address."""
    return urlsafe_b64encode(ref).rstrip(b"=").decode()


def read(ref: str) -> bytes:
    """The ref again; no bytes for what is none."""
    try:
        return urlsafe_b64decode(ref.encode() + b"=" * (-len(ref) % 4))
    except ValueError:
        return b""
