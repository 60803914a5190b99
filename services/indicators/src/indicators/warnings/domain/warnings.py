"""Rules that two people put in force, and warnings that two people review; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from common.approvals.domain import SameReviewer, TransitionNotAllowed
from common.errors import Conflict, FieldProblem, Invalid, Message
from common.identifiers import Cohort, SchoolCode
from indicators.warnings.domain.scoring import COMPONENTS, Rule

RuleId = NewType("RuleId", UUID)
WarningId = NewType("WarningId", UUID)

KIND = "warning_run"
"""Kind of the operation that scores the majors of a cohort."""

DEFAULT_RULE = "default-1"


class RuleState(StrEnum):
    """A school has one rule in force at most."""

    DRAFT = "draft"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"


class WarningState(StrEnum):
    """What is suggested is reviewed and closed by people, or lapses by a later run."""

    REVIEW_SUGGESTED = "review_suggested"
    UNDER_REVIEW = "under_review"
    CLOSED = "closed"
    LAPSED = "lapsed"


class WarningOutcome(StrEnum):
    """What a review has come to; nothing follows from it by itself."""

    REDUCE_ENROLMENT = "reduce_enrolment"
    REDIRECT = "redirect"
    CLOSURE_EVALUATION = "closure_evaluation"
    NO_ACTION = "no_action"
    DATA_ERROR = "data_error"


@dataclass(frozen=True, kw_only=True)
class WarningRule(Rule):
    """A rule of a school."""

    id: RuleId
    version: int
    school_code: SchoolCode
    state: RuleState
    requested_by: str
    requested_by_role: str
    decided_by_role: str | None
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class MajorWarning:
    """A major of a level that was scored or is exempt; `state` None where it is not warned of."""

    id: WarningId
    version: int
    school_code: SchoolCode
    cohort: Cohort
    education_level: str | None
    major_code: str
    state: WarningState | None
    content: Mapping[str, Any]
    rule: Mapping[str, Any]
    inputs_hash: bytes
    opened_by: str | None
    outcome: WarningOutcome | None
    note: str | None

    def allowed_transitions(self, subject: str, *, reviews: bool) -> Sequence[str]:
        """What a person could do now."""
        if not reviews:
            return ()
        if self.state is WarningState.REVIEW_SUGGESTED:
            return ("open-review",)
        may_close = self.state is WarningState.UNDER_REVIEW and self.opened_by != subject
        return ("close",) if may_close else ()


class SnapshotsMissing(Conflict):
    """Year-end figures of the cohort and the two before are not all frozen; `cohorts` names those that lack."""

    code = "snapshots_missing"
    title = Message("本届及前两届的年终快照尚未全部冻结", "The year-end snapshots of three cohorts are not all frozen")

    def __init__(self, cohorts: Sequence[int]) -> None:
        super().__init__(cohorts=list(cohorts))


class WeightsRefused(Invalid):
    """The weights are not of the known components, or do not add to 100."""

    code = "weights_not_100"
    title = Message("三项权重须为非负整数且合计 100", "The three weights are whole numbers and add to 100")


def must_add_up(rule: Rule) -> None:
    """Raises WeightsRefused."""
    if set(rule.weights) != set(COMPONENTS) or sum(rule.weights.values()) != 100:
        raise WeightsRefused([FieldProblem("/weights", WeightsRefused.code, WeightsRefused.title)])


def must_be_draft(rule: WarningRule, subject: str) -> None:
    """Raises TransitionNotAllowed for one that is no draft, SameReviewer for who drafted it."""
    if rule.state is not RuleState.DRAFT:
        raise TransitionNotAllowed(rule.state, ())
    if rule.requested_by == subject:
        raise SameReviewer(())


def must_be_suggested(warning: MajorWarning) -> None:
    """Raises TransitionNotAllowed."""
    if warning.state is not WarningState.REVIEW_SUGGESTED:
        raise TransitionNotAllowed(f"{warning.state or ''}", ())


def must_be_closed_by_another(warning: MajorWarning, subject: str) -> None:
    """Raises TransitionNotAllowed for one that is not under review, SameReviewer for who opened the review."""
    if warning.state is not WarningState.UNDER_REVIEW:
        raise TransitionNotAllowed(f"{warning.state or ''}", ())
    if warning.opened_by == subject:
        raise SameReviewer(())
