"""Cases (核查事项): kinds, states, who handles one first, who may do what to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NewType
from uuid import UUID

from common.errors import Forbidden
from common.identifiers import Cohort, CollegeCode, RegistrationId, SchoolCode
from destinations.cases.domain.rules import OF_ONE_RECORD

CaseId = NewType("CaseId", UUID)

SCHOOL = "school"
"""`accused` of a case against the school itself; one against a college says `college:` and its code."""


class Kind(StrEnum):
    """Where a case comes from: a rule (疑点), a tip-off (举报), a graduate's dispute, or a check (核查)."""

    SIGNAL = "signal"
    TIP_OFF = "tip_off"
    DISPUTE = "dispute"
    CHECK = "check"


class State(StrEnum):
    """Where a case stands; `cleared` is a signal whose facts have gone while it was open."""

    OPEN = "open"
    ASSIGNED = "assigned"
    FOUND = "found"
    CLOSED = "closed"
    CLEARED = "cleared"


STANDING = (State.OPEN, State.ASSIGNED)
"""Where nothing has been found yet: a registration with such a case is approved with a note only."""


class Finding(StrEnum):
    """What was found: the doubt was right, wrong, or could not be proved."""

    TRUE = "true"
    FALSE = "false"
    UNPROVEN = "unproven"


class Handler(StrEnum):
    """The level that looks at a case, never a person."""

    COLLEGE = "college"
    SCHOOL = "school"
    PROVINCE = "province"


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Who makes a case: the system, or the subject of a caller in a role."""

    subject: str = "system"
    role: str = "system"


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A case as it is asked for.

    `rule` says why, `subject` what it is about: of one rule and subject one case is open at a time, and what was found
    of the same `facts` is not opened again; without a rule every case is one of its own. `college_code` is the college
    that may handle it; where it is left out, the one that all linked registrations belong to. The streams of the
    graduates of `registrations` must be locked.
    """

    kind: Kind
    school_code: SchoolCode
    rule: str | None = None
    subject: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    registrations: tuple[RegistrationId, ...] = ()
    cohort: Cohort | None = None
    college_code: CollegeCode | None = None
    accused: str | None = None
    note: str | None = field(default=None, repr=False)
    by: Maker = Maker()

    @property
    def handler(self) -> Handler:
        """Who handles it first."""
        return first_handler(self.rule, self.accused, has_college=self.college_code is not None)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case as it stands."""

    id: CaseId
    school_code: SchoolCode
    cohort: Cohort | None
    college_code: CollegeCode | None
    kind: Kind
    rule: str | None
    subject: str | None
    facts: Mapping[str, Any]
    accused: str | None
    handler: Handler
    state: State
    finding: Finding | None
    version: int
    recorded_at: datetime


@dataclass(frozen=True)
class Step:
    """One row of a case's history; `note` is None where nothing was said, or the text was erased."""

    version: int
    act: str
    by_role: str
    state: State
    handler: Handler
    finding: Finding | None
    note: str | None = field(repr=False)
    recorded_at: datetime


def first_handler(rule: str | None, accused: str | None, *, has_college: bool) -> Handler:
    """The college for signals about one registration, the school for all else, the province where that is accused."""
    if accused == SCHOOL:
        return Handler.PROVINCE
    is_of_college = rule in OF_ONE_RECORD and has_college
    return Handler.COLLEGE if is_of_college else Handler.SCHOOL


ACTS: Mapping[str, frozenset[State]] = MappingProxyType(
    {
        "assign": frozenset({State.OPEN}),
        "find": frozenset({State.OPEN, State.ASSIGNED, State.CLOSED}),
        "close": frozenset({State.FOUND}),
        "link": frozenset({State.OPEN, State.ASSIGNED, State.FOUND}),
    }
)
"""The states in which an act is possible; what is found of a signal is not found anew once it is closed."""


def is_possible(case: Case, act: str) -> bool:
    """Whether the state allows the act."""
    settled = act == "find" and case.kind is Kind.SIGNAL and case.state is State.CLOSED
    return case.state in ACTS[act] and not settled


def must_handle(case: Case, handler: Handler | None) -> None:
    """Raises Forbidden for another level than the one that handles the case."""
    if handler is not case.handler:
        raise Forbidden


def is_accused(case: Case, handler: Handler, college_code: str | None) -> bool:
    """Whether the unit of who acts at a level is the accused one."""
    if handler is Handler.COLLEGE:
        return case.accused == f"college:{college_code}"
    return handler is Handler.SCHOOL and case.accused == SCHOOL


def passes_by(case: Case, college_code: str | None) -> bool:
    """Whether a college is never to see the case: a graduate's dispute that passes it by, or one that accuses it."""
    return case.kind is Kind.DISPUTE or is_accused(case, Handler.COLLEGE, college_code)
