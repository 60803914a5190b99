"""Bodies of seasons and extensions."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from common.approvals.wire import Reason
from common.codes.rules import rule
from common.errors import Invalid
from common.http import Day, StrictModel
from common.identifiers import Cohort, GraduateId, SchoolCode
from destinations.seasons.commands import Extended
from destinations.seasons.domain import MOST_EXTENDED, EvidenceRule, ExtensionPlan, Level, Round

MOST_ROUNDS = 12


class RoundBody(StrictModel):
    """A round of self-checks, both days included."""

    round: int = Field(ge=1, le=MOST_ROUNDS)
    first_day: Day = Field(alias="from")
    last_day: Day = Field(alias="to")


class RoundAnswer(BaseModel):
    """A round of self-checks, both days included."""

    model_config = ConfigDict(from_attributes=True)

    round: int = Field(validation_alias="number")
    first_day: date = Field(serialization_alias="from")
    last_day: date = Field(serialization_alias="to")


class SeasonAnswer(BaseModel):
    """The settings of a cohort; version 0 where the school has saved none."""

    model_config = ConfigDict(from_attributes=True)

    school_code: SchoolCode
    cohort: Cohort
    version: int
    levels: tuple[Level, ...] = Field(description="Levels of review in their order")
    evidence: EvidenceRule = Field(description="When evidence is needed: to submit, or accepted before the end")
    changes_until: date = Field(description="The last day of changes as a matter of course")
    coverage_by: date = Field(description="The last day for every graduate to be registered")
    report_by: date = Field(description="The last day for reports of self-checks")
    closes_on: date = Field(description="The last day of changes with a reason")
    graduation_day: date
    rounds: tuple[RoundAnswer, ...]


class SeasonBody(StrictModel):
    """Settings to be saved; what is left out stays as it stands. What a GET shows can be sent back."""

    school_code: SchoolCode | None = Field(None, description="As in the path")
    cohort: Cohort | None = Field(None, description="As in the path")
    version: int | None = Field(None, description="Not looked at: If-Match says which version is meant")
    levels: list[Level] | None = Field(None, max_length=len(Level))
    evidence: EvidenceRule | None = None
    changes_until: Day | None = None
    coverage_by: Day | None = None
    report_by: Day | None = None
    closes_on: Day | None = None
    graduation_day: Day | None = None
    rounds: list[RoundBody] | None = Field(None, max_length=MOST_ROUNDS)

    def changes(self, school_code: SchoolCode, cohort: Cohort) -> Mapping[str, Any]:
        """The settings that are named; raises Invalid for a body of another cohort than the path."""
        given = {name: value for name in type(self).model_fields if (value := getattr(self, name)) is not None}
        for name, of_path in {"school_code": school_code, "cohort": cohort}.items():
            if given.pop(name, of_path) != of_path:
                raise Invalid([rule("differs_from_path").problem(f"/{name}")])
        given.pop("version", None)
        if self.levels is not None:
            given["levels"] = tuple(self.levels)
        if self.rounds is not None:
            given["rounds"] = tuple(Round(each.round, each.first_day, each.last_day) for each in self.rounds)
        return given


class NewExtension(StrictModel):
    """Graduates who leave late, and until when they may change as before."""

    graduate_ids: list[UUID] = Field(min_length=1, max_length=MOST_EXTENDED)
    until: Day
    reason: Reason

    def plan(self) -> ExtensionPlan:
        """The extension that is asked for; a graduate who is named twice is one."""
        named = tuple(GraduateId(each) for each in dict.fromkeys(self.graduate_ids))
        return ExtensionPlan(named, self.until, self.reason)


class ExtensionAnswer(BaseModel):
    """The extension of one graduate; of several the one that was given last holds."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID = Field(description="The same for all graduates who were given it at once")
    graduate_id: UUID
    until: date
    reason: str | None
    by_role: str
    recorded_at: datetime


class ExtendedAnswer(BaseModel):
    """What one act gave."""

    id: UUID
    items: list[ExtensionAnswer] = Field(description="By graduate")

    @classmethod
    def of(cls, extended: Extended) -> Self:
        """The extensions as they are answered."""
        return cls(id=extended.id, items=[ExtensionAnswer.model_validate(each) for each in extended.given])
