"""Cases (核查事项): kinds, states, who handles one first, who sees it and who may do what to it. Pure."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NewType
from uuid import UUID

from common.errors import Conflict, Forbidden, Invalid, Message
from common.identifiers import Cohort, CollegeCode, RegistrationId, SchoolCode

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


class Rule(StrEnum):
    """The rules of signals (疑点规则)."""

    INTERNSHIP_WORDING = "internship_wording"
    CONTRACT_ENDS_EARLY = "contract_ends_early"
    AGREEMENT_AFTER_CUT_OFF = "agreement_after_cut_off"
    PAY_BELOW_MINIMUM = "pay_below_minimum"
    CODE_TITLE = "code_title"
    NATURE_USCC = "nature_uscc"
    TARGETED_UNIT = "targeted_unit"
    DUPLICATE_EVIDENCE = "duplicate_evidence"
    OUTSIDE_DATA = "outside_data"
    SINGLE_HANDED = "single_handed"
    SHARE_CODE_12 = "share_code_12"
    SHARE_CODE_76 = "share_code_76"
    MANY_IN_ONE_EMPLOYER = "many_in_one_employer"
    ONE_CONTACT = "one_contact"


OF_ONE_RECORD = frozenset(
    {
        Rule.INTERNSHIP_WORDING,
        Rule.CONTRACT_ENDS_EARLY,
        Rule.AGREEMENT_AFTER_CUT_OFF,
        Rule.PAY_BELOW_MINIMUM,
        Rule.CODE_TITLE,
        Rule.NATURE_USCC,
        Rule.TARGETED_UNIT,
    }
)
"""Rules that look at one registration and its evidence, in the transaction that writes them."""


@dataclass(frozen=True)
class RuleData:
    """What is set for a rule: the threshold that holds until a school sets its own, its unit, and the most it can be.

    A rule without a threshold doubts each record that breaks it.
    """

    rule: Rule
    unit: str | None
    threshold: int | None
    most: int | None
    verified: bool


@cache
def rule_data() -> Mapping[Rule, RuleData]:
    """The rules as the release has them."""
    return {
        Rule(each["rule"]): RuleData(
            Rule(each["rule"]),
            each["unit"] or None,
            int(each["threshold"]) if each["threshold"] else None,
            int(each["most"]) if each["most"] else None,
            each["verified"] == "true",
        )
        for each in _rows("signal-rules")
    }


@lru_cache(maxsize=256)
def title_words(destination_code: str) -> tuple[str, ...]:
    """The words of the list `code-title` that do not go with a destination code, in an employer, a school or a job."""
    return tuple(
        each["word"] for each in _rows("code-title") if destination_code.startswith(tuple(each["codes"].split()))
    )


@cache
def _rows(name: str) -> tuple[Mapping[str, str], ...]:
    content = files("destinations.cases").joinpath("data", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(io.StringIO(content)))


class NotIndependent(Conflict):
    """Who wrote or reviewed the content, or belongs to the accused unit, finds nothing in the case."""

    code = "not_independent"
    title = Message(
        "填写或审核过该登记的人员、被反映单位不得认定",
        "Who wrote or reviewed the content, and the accused unit, do not judge it",
    )


class NotCorrected(Conflict):
    """The case was found true, and a linked registration still says the same."""

    code = "not_corrected"
    title = Message(
        "情况属实，所涉登记尚未更正；如不更正，请说明理由",
        "It was found true and a registration is unchanged; correct it, or say why it is not corrected",
    )


class NoTipOff(Conflict):
    """Registrations are linked later to tip-offs alone: the other cases are made with theirs."""

    code = "not_a_tip_off"
    title = Message("仅举报事项可后续关联登记", "Only a tip-off is linked to registrations later")


class NoteRequired(Invalid):
    """An open case doubts the registration: an approval says why it is given all the same."""

    code = "note_required"
    title = Message(
        "该登记有未办结的疑点或核查事项，审核通过须填写说明",
        "An open case doubts the registration: an approval needs a note",
    )


class NoCollege(Invalid):
    """The case belongs to no one college, so none can handle it."""

    code = "no_college"
    title = Message("该事项不属于单一院系，不能交院系办理", "The case belongs to no single college")


class UnknownRegistration(Invalid):
    """A registration that is named is none of the school."""

    code = "unknown_registration"
    title = Message("本校没有该登记", "The school has no such registration")


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
