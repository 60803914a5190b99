"""Support plans: what one says, and what may be done to it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from common.approvals.domain import TransitionNotAllowed
from common.codes import CodeLists
from common.codes.rules import rule
from common.errors import Conflict, FieldProblem, Invalid, Message
from common.identifiers import Cohort, CollegeCode, GraduateId, SchoolCode

PlanId = NewType("PlanId", UUID)

CAUSES, MEASURES = "support-cause", "support-measure"
"""Names of the code lists."""

KEPT_YEARS = 3
"""After the season's last day."""


class PlanState(StrEnum):
    """Whether the graduate is being supported."""

    OPEN = "open"
    CLOSED = "closed"


class Step(StrEnum):
    """What moves a plan from one state to the other."""

    CLOSE = "close"
    REOPEN = "reopen"


_STEPS: Mapping[Step, tuple[PlanState, PlanState]] = {
    Step.CLOSE: (PlanState.OPEN, PlanState.CLOSED),
    Step.REOPEN: (PlanState.CLOSED, PlanState.OPEN),
}


class By(StrEnum):
    """By what causes are counted."""

    COLLEGE = "college"
    MAJOR = "major"


class PlanOpen(Conflict):
    """The graduate has an open plan: it goes on, beside it there is no other."""

    code = "plan_open"
    title = Message("该毕业生已有进行中的帮扶计划", "The graduate has an open support plan")


@dataclass(frozen=True)
class Measure:
    """帮扶措施: what was offered to the graduate, when, and what came of it."""

    kind: str
    offered_on: date
    outcome: str | None


@dataclass(frozen=True)
class Contact:
    """A conversation with the graduate (联系记录): its day, and its subject."""

    contacted_on: date
    note: str


@dataclass(frozen=True)
class Content:
    """What a plan says; all of it is stored sealed."""

    causes: tuple[str, ...] = ()
    plan: str | None = None
    measures: tuple[Measure, ...] = ()
    contacts: tuple[Contact, ...] = ()
    result: str | None = None

    def with_changes(self, patch: Mapping[str, Any]) -> "Content":
        """The same with what a merge patch names: None clears, a list replaces the list."""
        nothing = vars(Content())
        said: dict[str, Any] = {name: nothing[name] if value is None else value for name, value in patch.items()}
        return replace(self, **said)


@dataclass(frozen=True, kw_only=True)
class SupportPlan:
    """帮扶计划 of one graduate. Who helps is in the audit trail alone."""

    id: PlanId
    version: int
    graduate_id: GraduateId
    school_code: SchoolCode
    college_code: CollegeCode | None
    cohort: Cohort
    state: PlanState
    content: Content
    opened_at: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class CauseCount:
    """Of how many graduates of a group a plan names a cause; `group` is None of who has none."""

    group: str | None
    cause: str
    graduates: int


def must_be_listed(content: Content) -> None:
    """Raises Invalid for codes that their lists do not have."""
    if problems := [*_unlisted(content)]:
        raise Invalid(problems)


def must_be_open(plan: SupportPlan) -> None:
    """Raises TransitionNotAllowed for a closed plan, which is reopened before it is changed."""
    if plan.state is not PlanState.OPEN:
        raise TransitionNotAllowed(plan.state.value, allowed_steps(plan.state))


def next_state(plan: SupportPlan, step: Step) -> PlanState:
    """The state after a step; raises TransitionNotAllowed."""
    before, after = _STEPS[step]
    if plan.state is not before:
        raise TransitionNotAllowed(plan.state.value, allowed_steps(plan.state))
    return after


def allowed_steps(state: PlanState) -> list[Step]:
    """What can be done to a plan in a state."""
    return [step for step, (before, _) in _STEPS.items() if before is state]


def counted(causes: Mapping[GraduateId, tuple[str | None, frozenset[str]]]) -> Sequence[CauseCount]:
    """The causes of graduates by their group, in the order of the codes, those without a group at the end."""
    counts: dict[tuple[str | None, str], int] = {}
    for group, named in causes.values():
        for cause in named:
            counts[group, cause] = counts.get((group, cause), 0) + 1
    ordered = sorted(counts.items(), key=lambda each: (each[0][0] is None, each[0][0] or "", each[0][1]))
    return [CauseCount(group, cause, graduates) for (group, cause), graduates in ordered]


def _unlisted(content: Content) -> Iterator[FieldProblem]:
    lists = CodeLists.load()
    for at, cause in enumerate(content.causes):
        if cause not in lists.get(CAUSES):
            yield rule("unknown_code").problem(f"/causes/{at}")
    for at, measure in enumerate(content.measures):
        if measure.kind not in lists.get(MEASURES):
            yield rule("unknown_code").problem(f"/measures/{at}/kind")
