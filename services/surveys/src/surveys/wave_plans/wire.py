"""Plans of waves on the wire."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from common.errors import FieldProblem, Invalid, Message
from common.http import KEPT, rule_broken
from common.http.bodies import JSON, parsed
from surveys.populations.domain import PopulationKind
from surveys.wave_plans.domain import (
    EVERY_YEARS,
    FIRST_YEARS,
    MAX_OPEN_DAYS,
    NewWavePlan,
    WavePlan,
    is_day_of_every_year,
)
from surveys.waves import domain as waves
from surveys.waves.domain import Audience
from surveys.waves.wire import CycleField, NewWave, SettingsPatch, WaveSettings

_OF_GRADUATES = Message("面向毕业生的计划必须填写", "A plan for graduates needs it")
_NO_PANEL = Message(
    "计划不能用固定样本：每年是另一届毕业生", "A plan has no panel: each year's wave asks another cohort"
)


def _every(years: int) -> int:
    # not a Literal, for which true is 1
    if years not in EVERY_YEARS:
        raise rule_broken("not_allowed", Message("应为 1 或 2", "Must be 1 or 2"))
    return years


def _day(month_day: str) -> str:
    if not is_day_of_every_year(month_day):
        raise rule_broken("not_a_day", Message("不是每年都有的日期", "Not a day of every year"))
    return month_day


Every = Annotated[int, AfterValidator(_every), Field(json_schema_extra={"enum": [*EVERY_YEARS]})]
Year = Annotated[int, Field(ge=FIRST_YEARS[0], le=FIRST_YEARS[1])]
MonthDay = Annotated[
    str,
    Field(pattern=r"^[0-9]{2}-[0-9]{2}$", description="On which a wave opens, at midnight in Shanghai"),
    AfterValidator(_day),
]
OpenDays = Annotated[int, Field(ge=1, le=MAX_OPEN_DAYS)]

_RHYTHM = ("every_years", "first_year", "last_year", "month_day", "open_days")


class NewPlan(WaveSettings):
    """A plan with the settings of its waves; each asks the cohort of its year less `cycle`, or employers."""

    cycle: CycleField | None = Field(default=None, description="Null: of employers")
    every_years: Every
    first_year: Year
    last_year: Year | None = Field(default=None, description="Of the last opening; null: the plan has no end")
    month_day: MonthDay
    open_days: OpenDays

    def plan(self) -> NewWavePlan:
        """The domain value; raises Invalid for what no plan can have."""
        if self.population is not None and self.population.kind is PopulationKind.PANEL:
            raise Invalid([FieldProblem("/population/kind", "not_allowed", _NO_PANEL)])
        if self.cycle is None and self.audience is Audience.GRADUATES:
            raise Invalid([FieldProblem("/cycle", "required", _OF_GRADUATES)])
        beside = {"school_code", "cycle", *_RHYTHM}
        settings = self.model_dump(mode="json", exclude_unset=True, exclude=beside)
        rhythm = {name: getattr(self, name) for name in _RHYTHM}
        return NewWavePlan(school_code=self.school_code, cycle=self.cycle, settings=settings, **rhythm)


class PlanPatch(SettingsPatch):
    """A merge patch: absent keeps. What it changes holds for the waves that are not made yet."""

    every_years: Every = KEPT
    first_year: Year = KEPT
    last_year: Year | None = Field(default=KEPT, description="One that is over ends the plan; null: it has no end")
    month_day: MonthDay = KEPT
    open_days: OpenDays = KEPT

    def changes(self, plan: WavePlan) -> Mapping[str, Any]:
        """What becomes of a plan's columns; raises Invalid for what no plan can have."""
        stands = {name: getattr(plan, name) for name in ("school_code", "cycle", *_RHYTHM)}
        said = self.model_dump(mode="json", exclude_unset=True)
        after = parsed(NewPlan, JSON, json.dumps({**stands, **plan.settings, **said}).encode()).plan()
        return {name: getattr(after, name) for name in ("cycle", "settings", *_RHYTHM)}


class PlanBody(BaseModel, extra="allow"):
    """A plan with the settings of its waves, by their names."""

    id: UUID
    version: int
    change_token: None = None
    school_code: str
    audience: Audience = Audience.GRADUATES
    cycle: int | None
    every_years: int
    first_year: int
    last_year: int | None
    month_day: str
    open_days: int
    next_year: int | None = Field(description="Of the wave to be made next; null once the plan has ended")
    due_at: datetime | None = Field(description="When that wave is made, or tried again")
    problem: str | None = Field(
        description="Why it could not be made when that was tried last: the rule that is broken"
    )
    created_at: datetime
    recorded_at: datetime

    @classmethod
    def of(cls, plan: WavePlan) -> Self:
        """The plan; settings that were not given are those that a wave has by itself."""
        told = {name: value for name, value in vars(plan).items() if name != "settings"}
        return cls.model_validate({**plan.settings, **told})


def wave_of(plan: NewWavePlan, year: int) -> waves.WavePlan:
    """The wave of a plan for a year; raises Invalid for settings that no wave can have."""
    opens_at, closes_at = plan.period(year)
    of_employers = plan.settings.get("audience") == Audience.EMPLOYERS
    cohort = None if plan.cycle is None or of_employers else year - plan.cycle
    placed = {"school_code": plan.school_code, "cohort": cohort, "cycle": plan.cycle}
    period = {"opens_at": opens_at.isoformat(), "closes_at": closes_at.isoformat()}
    return parsed(NewWave, JSON, json.dumps({**plan.settings, **placed, **period}).encode()).plan()
