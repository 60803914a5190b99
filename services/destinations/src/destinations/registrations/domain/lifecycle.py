"""Who may do what to a registration in which state: one plain table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache


class State(StrEnum):
    """Where the review of the newest content stands (审核状态)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    COLLEGE_APPROVED = "college_approved"
    SCHOOL_APPROVED = "school_approved"
    RETURNED = "returned"
    VOID_REQUESTED = "void_requested"
    VOIDED = "voided"


class Confirmation(StrEnum):
    """What the graduate said of the approved record (毕业生确认)."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"


class Action(StrEnum):
    """Acts on a registration, by the names that the HTTP contract and the history use."""

    CREATE = "create"
    EDIT = "edit"
    IMPORT = "import"
    SUBMIT = "submit"
    COLLEGE_APPROVE = "college-approve"
    SCHOOL_APPROVE = "school-approve"
    RETURN = "return"
    CONFIRM = "confirm"
    DISPUTE = "dispute"
    REQUEST_VOID = "request-void"
    VOID = "void"


class Party(StrEnum):
    """The parties to a registration, by the names of the roles."""

    GRADUATE = "graduate"
    COUNSELLOR = "counsellor"
    COLLEGE_OFFICER = "college_officer"
    SCHOOL_OFFICER = "school_officer"


class Stage(StrEnum):
    """A state, with the level that holds a requested void (作废申请)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    COLLEGE_APPROVED = "college_approved"
    SCHOOL_APPROVED = "school_approved"
    RETURNED = "returned"
    VOID_AT_COLLEGE = "void_at_college"
    VOID_AT_SCHOOL = "void_at_school"
    VOIDED = "voided"

    @property
    def state(self) -> State:
        """The state that callers see."""
        return _STATES[self]


_VOID_STAGES = frozenset({Stage.VOID_AT_COLLEGE, Stage.VOID_AT_SCHOOL})
_STATES = {stage: State.VOID_REQUESTED if stage in _VOID_STAGES else State(stage.value) for stage in Stage}


class Review(StrEnum):
    """A review level that one person fills at most once for the same decision."""

    COLLEGE = "college"
    SCHOOL = "school"


@dataclass(frozen=True)
class Step:
    """One row of the table: in this stage these parties may do this, and so it goes on."""

    stage: Stage
    action: Action
    parties: frozenset[Party]
    next: Stage


_G, _C, _CO, _SO = Party.GRADUATE, Party.COUNSELLOR, Party.COLLEGE_OFFICER, Party.SCHOOL_OFFICER
AUTHORS = frozenset({_G, _C, _CO, _SO})
"""Who creates, edits and submits; staff as a proxy (代填), which never counts as the graduate's own act."""


def _step(stage: Stage, action: Action, parties: frozenset[Party] | set[Party], following: Stage) -> Step:
    return Step(stage, action, frozenset(parties), following)


STEPS: tuple[Step, ...] = (
    _step(Stage.DRAFT, Action.EDIT, AUTHORS, Stage.DRAFT),
    _step(Stage.DRAFT, Action.SUBMIT, AUTHORS, Stage.SUBMITTED),
    _step(Stage.DRAFT, Action.REQUEST_VOID, {_G, _C}, Stage.VOID_AT_COLLEGE),
    _step(Stage.DRAFT, Action.REQUEST_VOID, {_CO, _SO}, Stage.VOID_AT_SCHOOL),
    _step(Stage.RETURNED, Action.EDIT, AUTHORS, Stage.RETURNED),
    _step(Stage.RETURNED, Action.SUBMIT, AUTHORS, Stage.SUBMITTED),
    _step(Stage.RETURNED, Action.REQUEST_VOID, {_G, _C}, Stage.VOID_AT_COLLEGE),
    _step(Stage.RETURNED, Action.REQUEST_VOID, {_CO, _SO}, Stage.VOID_AT_SCHOOL),
    _step(Stage.SUBMITTED, Action.COLLEGE_APPROVE, {_CO}, Stage.COLLEGE_APPROVED),
    _step(Stage.SUBMITTED, Action.RETURN, {_CO}, Stage.RETURNED),
    _step(Stage.COLLEGE_APPROVED, Action.SCHOOL_APPROVE, {_SO}, Stage.SCHOOL_APPROVED),
    _step(Stage.COLLEGE_APPROVED, Action.RETURN, {_SO}, Stage.RETURNED),
    _step(Stage.SCHOOL_APPROVED, Action.EDIT, {_SO}, Stage.SCHOOL_APPROVED),
    _step(Stage.SCHOOL_APPROVED, Action.EDIT, {_G, _C, _CO}, Stage.DRAFT),
    _step(Stage.SCHOOL_APPROVED, Action.CONFIRM, {_G}, Stage.SCHOOL_APPROVED),
    _step(Stage.SCHOOL_APPROVED, Action.DISPUTE, {_G}, Stage.SCHOOL_APPROVED),
    _step(Stage.SCHOOL_APPROVED, Action.REQUEST_VOID, {_G, _C}, Stage.VOID_AT_COLLEGE),
    _step(Stage.SCHOOL_APPROVED, Action.REQUEST_VOID, {_CO, _SO}, Stage.VOID_AT_SCHOOL),
    _step(Stage.VOID_AT_COLLEGE, Action.COLLEGE_APPROVE, {_CO}, Stage.VOID_AT_SCHOOL),
    _step(Stage.VOID_AT_COLLEGE, Action.RETURN, {_CO}, Stage.SCHOOL_APPROVED),
    _step(Stage.VOID_AT_SCHOOL, Action.VOID, {_SO}, Stage.VOIDED),
    _step(Stage.VOID_AT_SCHOOL, Action.RETURN, {_SO}, Stage.SCHOOL_APPROVED),
)

_BY_ACT: Mapping[tuple[Stage, Action, Party], Stage] = {
    (step.stage, step.action, party): step.next for step in STEPS for party in step.parties
}
TRANSITIONS = tuple(action for action in Action if action not in {Action.CREATE, Action.EDIT, Action.IMPORT})
"""The acts that have a route of their own."""


def parties_of(action: Action) -> frozenset[Party]:
    """The parties that may do this in some state; the others may never do it."""
    return frozenset(party for step in STEPS if step.action is action for party in step.parties)


def next_stage(stage: Stage, action: Action, party: Party, *, effective: bool) -> Stage | None:
    """Where the act leads, or None when it is not possible there for this party.

    What was never `effective` needs no void: a draft has effective content where it is to replace it.
    """
    return None if action is Action.REQUEST_VOID and not effective else _BY_ACT.get((stage, action, party))


@cache
def transitions_from(stage: Stage, party: Party, *, effective: bool) -> tuple[Action, ...]:
    """The transitions that the table gives a party in a stage, with or without effective content."""
    return tuple(action for action in TRANSITIONS if next_stage(stage, action, party, effective=effective))


def review_of(action: Action, party: Party) -> Review | None:
    """The review level that this act fills, if it is an approval or counts as one."""
    if action is Action.COLLEGE_APPROVE:
        return Review.COLLEGE
    if action in {Action.SCHOOL_APPROVE, Action.VOID}:
        return Review.SCHOOL
    if action is Action.REQUEST_VOID:
        return {Party.COLLEGE_OFFICER: Review.COLLEGE, Party.SCHOOL_OFFICER: Review.SCHOOL}.get(party)
    return None
