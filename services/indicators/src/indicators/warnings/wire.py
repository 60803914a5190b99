"""Bodies of rules and warnings."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from common.approvals.wire import Reason
from common.auth import Principal
from common.http import StrictModel
from common.identifiers import Cohort, SchoolCode
from indicators.warnings.commands import OFFICERS
from indicators.warnings.domain.scoring import Exempt, Rule
from indicators.warnings.domain.warnings import MajorWarning, RuleState, WarningOutcome, WarningRule, WarningState

Weight = Annotated[int, Field(ge=0, le=100)]


class WeightsBody(StrictModel):
    """What counts how much; together 100."""

    model_config = ConfigDict(from_attributes=True)

    placement_rate: Weight
    salary: Weight
    employer_satisfaction: Weight


class NewWarningRule(StrictModel):
    """How a school scores its majors."""

    school_code: SchoolCode = Field(pattern=r"^[0-9]{5}$")
    weights: WeightsBody
    min_base: int = Field(ge=1, le=10_000, description="Majors with fewer graduates are compared with no other")
    min_majors: int = Field(ge=2, le=1_000, description="Levels with fewer majors are not warned of")
    share: int = Field(ge=1, le=50, description="Percent of the majors that are flagged, rounded up")

    def rule(self) -> Rule:
        """The same as the domain has it."""
        return Rule(self.weights.model_dump(), self.min_base, self.min_majors, self.share)


class WarningRuleAnswer(BaseModel):
    """A rule of a school."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    school_code: SchoolCode
    weights: dict[str, int]
    min_base: int
    min_majors: int
    share: int
    state: RuleState
    requested_by_role: str
    decided_by_role: str | None
    allowed_transitions: list[str] = Field(description="What the caller may do now")

    @classmethod
    def of_rule(cls, rule: WarningRule, caller: Principal) -> Self:
        """The rule as the caller sees it."""
        may = rule.state is RuleState.DRAFT and caller.role in OFFICERS and caller.subject != rule.requested_by
        return cls.model_validate({**vars(rule), "allowed_transitions": ["approve"] if may else []})


class NewWarningRun(StrictModel):
    """The cohort whose majors are scored, with the two before."""

    school_code: SchoolCode = Field(pattern=r"^[0-9]{5}$")
    cohort: Cohort = Field(ge=1979, le=2200)


class WarningClosing(StrictModel):
    """What a review has come to."""

    outcome: WarningOutcome
    note: Reason


class StandingBody(BaseModel):
    """A major in one cohort."""

    cohort: Cohort
    base: int
    components: dict[str, str] = Field(description="100 for the best of the level, 0 for the lowest")
    score: str | None = Field(description="Weighted mean of the components that are there")
    standing: int | None = Field(description="1 is the lowest score")
    of: int = Field(description="How many majors of the level have a score")
    flagged: bool


class WarningAnswer(BaseModel):
    """A major of a level that was scored or is exempt; a warning only suggests that people review it."""

    id: UUID
    version: int
    school_code: SchoolCode
    cohort: Cohort
    education_level: str | None
    major_code: str
    state: WarningState | None = Field(description="null: not warned of")
    cohorts: list[StandingBody] = Field(description="Three, the newest last")
    exempt: Exempt | None
    rule: dict[str, Any]
    inputs_hash: str = Field(description="SHA-256 of the RFC 8785 JSON of rule, snapshots and editions")
    outcome: WarningOutcome | None
    note: str | None
    allowed_transitions: list[str] = Field(description="What the caller may do now")

    @classmethod
    def of_warning(cls, warning: MajorWarning, caller: Principal) -> Self:
        """The warning as the caller sees it."""
        allowed = warning.allowed_transitions(caller.subject, reviews=caller.role in OFFICERS)
        said = {**vars(warning), **warning.content, "inputs_hash": warning.inputs_hash.hex()}
        return cls.model_validate(said | {"allowed_transitions": allowed})
