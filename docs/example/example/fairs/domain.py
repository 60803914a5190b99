"""What a fair is, and the rule that one that has taken place does not change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NewType, Self
from uuid import UUID

from common.errors import Conflict, Message
from common.identifiers import SchoolCode

FairId = NewType("FairId", UUID)


class FairOver(Conflict):
    """The fair has taken place."""

    code = "fair_over"
    title = Message("双选会已经举行，不能修改", "The fair has taken place and does not change any more")


@dataclass(frozen=True)
class FairPlan:
    """A fair as it is asked for; `places` counts the employers' stands."""

    school_code: SchoolCode
    name: str
    held_on: date
    places: int

    def changed_by(self, changes: Mapping[str, object], day: date) -> tuple[Self, tuple[str, ...]]:
        """The fair after the changes, and the fields that differ; raises FairOver after its day."""
        if self.held_on < day:
            raise FairOver
        differing = tuple(name for name, value in changes.items() if getattr(self, name) != value)
        return replace(self, **changes), differing  # type: ignore[arg-type]


@dataclass(frozen=True)
class Fair(FairPlan):
    """双选会, as it is stored."""

    id: FairId
    version: int
    decided_on: date
    recorded_at: datetime


@dataclass(frozen=True)
class FairVersion:
    """One row of a fair's history."""

    version: int
    name: str
    held_on: date
    places: int
    action: str
    by_role: str
    changed_fields: tuple[str, ...]
    decided_on: date
    recorded_at: datetime
