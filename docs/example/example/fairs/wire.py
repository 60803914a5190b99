"""Fairs on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from common.http import Day, StrictModel
from common.identifiers import SchoolCode
from example.fairs.domain import FairPlan

Name = Annotated[str, Field(min_length=1, max_length=100)]
Places = Annotated[int, Field(ge=1, le=10_000)]


class NewFair(StrictModel):
    """A fair to announce."""

    school_code: Annotated[str, Field(pattern=r"^[0-9]{5}$")]
    name: Name
    held_on: Day
    places: Places

    def plan(self) -> FairPlan:
        """The domain value."""
        return FairPlan(SchoolCode(self.school_code), self.name, self.held_on, self.places)


class FairPatch(StrictModel):
    """The fields to change."""

    name: Name = ""
    held_on: Day = date.min
    places: Places = 0

    def changes(self) -> dict[str, object]:
        """The fields that were sent."""
        return self.model_dump(exclude_unset=True)


class _Shown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    version: int
    name: str
    held_on: date
    places: int
    decided_on: date
    recorded_at: datetime


class FairBody(_Shown):
    """A fair."""

    id: UUID
    school_code: str


class FairVersionBody(_Shown):
    """One version of a fair."""

    action: str
    by_role: str
    changed_fields: list[str]
