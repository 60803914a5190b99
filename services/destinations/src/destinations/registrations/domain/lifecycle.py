"""Who may do what to a registration in which state: plain tables, one for each course that a review can take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from destinations.roster.domain import Graduate
from destinations.seasons.domain import ALWAYS, Level


class Word(StrEnum):
    """An enumeration that hashes as its words do; by default that is a call in Python, ten of them for a file's row."""

    __hash__ = str.__hash__


class State(Word):
    """Where the review of the newest content stands (审核状态)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    COUNSELLOR_APPROVED = "counsellor_approved"
    COLLEGE_APPROVED = "college_approved"
    SCHOOL_APPROVED = "school_approved"
    RETURNED = "returned"
    VOID_REQUESTED = "void_requested"
    VOIDED = "voided"


class Confirmation(Word):
    """What the graduate said of the approved record (毕业生确认)."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"


class Action(Word):
    """Acts on a registration, by the names that the HTTP contract and the history use."""

    CREATE = "create"
    EDIT = "edit"
    IMPORT = "import"
    SUBMIT = "submit"
    COUNSELLOR_APPROVE = "counsellor-approve"
    COLLEGE_APPROVE = "college-approve"
    SCHOOL_APPROVE = "school-approve"
    RETURN = "return"
    CONFIRM = "confirm"
    DISPUTE = "dispute"
    REQUEST_VOID = "request-void"
    VOID = "void"


class Party(Word):
    """The parties to a registration, by the names of the roles."""

    GRADUATE = "graduate"
    COUNSELLOR = "counsellor"
    COLLEGE_OFFICER = "college_officer"
    SCHOOL_OFFICER = "school_officer"


class Stage(Word):
    """A state, with the level that holds a requested void (作废申请)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    COUNSELLOR_APPROVED = "counsellor_approved"
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


APPROVALS = frozenset({Action.COUNSELLOR_APPROVE, Action.COLLEGE_APPROVE, Action.SCHOOL_APPROVE})
VOID_STAGES = frozenset({Stage.VOID_AT_COLLEGE, Stage.VOID_AT_SCHOOL})
WRITTEN_ANEW = frozenset({Stage.DRAFT, Stage.RETURNED})
"""Where the newest content is still being written: it passes the levels that its next submission finds."""

_STATES = {stage: State.VOID_REQUESTED if stage in VOID_STAGES else State(stage.value) for stage in Stage}


@dataclass(frozen=True)
class Course:
    """What the table of one registration depends on.

    `levels` are those that its content passes, `void_levels` those that its void does, each in their order and with the
    school at the end; `effective` says if there is content in the figures, `at_once` if a correction by the school is
    effective at once.
    """

    levels: tuple[Level, ...] = ALWAYS
    void_levels: tuple[Level, ...] = ALWAYS
    effective: bool = True
    at_once: bool = True


# a list makes one for each row, and there are few
course_of = cache(Course)


def levels_for(levels: tuple[Level, ...], graduate: Graduate) -> tuple[Level, ...]:
    """Of these levels those that a graduate has: without a class no counsellor, without a college only the school."""
    if graduate.college_code is None:
        return (Level.SCHOOL,)
    return levels if graduate.class_code is not None else _without_counsellor(levels)


@cache
def _without_counsellor(levels: tuple[Level, ...]) -> tuple[Level, ...]:
    return tuple(level for level in levels if level is not Level.COUNSELLOR)


_REVIEWERS: Mapping[Level, tuple[Party, Action, Stage]] = {
    Level.COUNSELLOR: (Party.COUNSELLOR, Action.COUNSELLOR_APPROVE, Stage.COUNSELLOR_APPROVED),
    Level.COLLEGE: (Party.COLLEGE_OFFICER, Action.COLLEGE_APPROVE, Stage.COLLEGE_APPROVED),
    Level.SCHOOL: (Party.SCHOOL_OFFICER, Action.SCHOOL_APPROVE, Stage.SCHOOL_APPROVED),
}
"""Who approves at a level, by which act, and what is reached by that."""

_LEVELS: Mapping[Action, Level] = {
    **{approve: level for level, (_, approve, _) in _REVIEWERS.items()},
    Action.VOID: Level.SCHOOL,
}

_PASSED: Mapping[Stage, tuple[Level, ...]] = {
    Stage.SUBMITTED: (),
    Stage.COUNSELLOR_APPROVED: (Level.COUNSELLOR,),
    Stage.COLLEGE_APPROVED: (Level.COUNSELLOR, Level.COLLEGE),
}
"""The stages of review, and the levels that content has behind it there."""

UNDER_REVIEW = frozenset(_PASSED)
"""Where content waits for a level."""

_G, _K, _C, _S = Party.GRADUATE, Party.COUNSELLOR, Party.COLLEGE_OFFICER, Party.SCHOOL_OFFICER
AUTHORS = frozenset({_G, _K, _C, _S})
"""Who creates, edits and submits; staff as a proxy (代填), which never counts as the graduate's own act."""

TRANSITIONS = tuple(action for action in Action if action not in {Action.CREATE, Action.EDIT, Action.IMPORT})
"""The acts that have a route of their own."""

_Step = tuple[Stage, Action, Party, Stage]


@cache
def table(course: Course) -> Mapping[tuple[Stage, Action, Party], Stage]:
    """What each party may do in each stage, and where that leads."""
    steps = (*_writing(course), *_review(course), *_after_approval(course), *_voiding(course))
    return {(stage, action, party): following for stage, action, party, following in steps}


def _writing(course: Course) -> Iterator[_Step]:
    for stage in (Stage.DRAFT, Stage.RETURNED):
        for party in AUTHORS:
            yield stage, Action.EDIT, party, stage
            yield stage, Action.SUBMIT, party, Stage.SUBMITTED
        # a draft has effective content where it is to replace it; what never was effective needs no void
        if course.effective:
            yield from _requests(stage, course)


def _review(course: Course) -> Iterator[_Step]:
    for stage, passed in _PASSED.items():
        party, approve, reached = _REVIEWERS[next(level for level in course.levels if level not in passed)]
        yield stage, approve, party, reached
        yield stage, Action.RETURN, party, Stage.RETURNED


def _after_approval(course: Course) -> Iterator[_Step]:
    stage = Stage.SCHOOL_APPROVED
    for party in (_G, _K, _C):
        yield stage, Action.EDIT, party, Stage.DRAFT
    yield stage, Action.EDIT, _S, stage if course.at_once else Stage.DRAFT
    yield stage, Action.CONFIRM, _G, stage
    yield stage, Action.DISPUTE, _G, stage
    if course.effective:
        yield from _requests(stage, course)


def _requests(stage: Stage, course: Course) -> Iterator[_Step]:
    """Requests for a void: that of an officer is the consent of the officer's level."""
    first = Stage.VOID_AT_COLLEGE if Level.COLLEGE in course.void_levels else Stage.VOID_AT_SCHOOL
    for party, following in {_G: first, _K: first, _C: Stage.VOID_AT_SCHOOL, _S: Stage.VOID_AT_SCHOOL}.items():
        yield stage, Action.REQUEST_VOID, party, following


def _voiding(course: Course) -> Iterator[_Step]:
    for stage in (Stage.VOID_AT_COLLEGE, Stage.VOID_AT_SCHOOL):
        if stage is Stage.VOID_AT_COLLEGE and Level.COLLEGE in course.void_levels:
            yield stage, Action.COLLEGE_APPROVE, _C, Stage.VOID_AT_SCHOOL
            yield stage, Action.RETURN, _C, Stage.SCHOOL_APPROVED
        else:
            yield stage, Action.VOID, _S, Stage.VOIDED
            yield stage, Action.RETURN, _S, Stage.SCHOOL_APPROVED


@cache
def parties_of(action: Action, levels: tuple[Level, ...] = ALWAYS) -> frozenset[Party]:
    """The parties that may do this in some state of what passes these levels; the others may never do it.

    Who reviews at a level is a party to its approval, whatever the levels of one registration.
    """
    approving = {party for party, approve, _ in _REVIEWERS.values() if approve is action}
    return frozenset({party for _, act, party in table(Course(levels)) if act is action} | approving)


def next_stage(stage: Stage, action: Action, party: Party, course: Course) -> Stage | None:
    """Where the act leads, or None when it is not possible there for this party."""
    return table(course).get((stage, action, party))


@cache
def transitions_from(stage: Stage, party: Party, course: Course) -> tuple[Action, ...]:
    """The transitions that the table gives a party in a stage."""
    return tuple(action for action in TRANSITIONS if next_stage(stage, action, party, course))


@cache
def stages_of_review(action: Action, party: Party) -> frozenset[Stage]:
    """The stages of review in which this act waits for this party, by some list of levels."""
    courses = [Course(ALWAYS), Course(tuple(Level)), Course((Level.SCHOOL,))]
    return frozenset(stage for stage in _PASSED if any(next_stage(stage, action, party, each) for each in courses))


def level_of(action: Action) -> Level | None:
    """The level that an approval fills; a void is the school's."""
    return _LEVELS.get(action)
