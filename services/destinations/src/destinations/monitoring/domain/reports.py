"""What a report says, when it is made, and how it is sealed; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, NewType
from uuid import UUID

from common.approvals.domain import TransitionNotAllowed
from common.canonical import canonical
from common.change_feed.barrier import Waiting
from common.codes import CodeList
from common.errors import Conflict, Message
from common.identifiers import Cohort, SchoolCode
from destinations.coverage.domain import Counts, CoveredDestination
from destinations.monitoring.domain.cut_offs import Kind

ReportId = NewType("ReportId", UUID)

Change = Mapping[str, Mapping[str, int]]
"""How many came into each class, and left it."""

Content = Mapping[str, Any]
"""What a report says, in the values of JSON: what is stored, sealed and answered."""


class State(StrEnum):
    """A report waits for what was recorded before its moment, then is made and never changes."""

    PENDING = "pending"
    MADE = "made"


class DestinationClass(StrEnum):
    """去向分类: the eight classes that add up to the population."""

    UNIT = "unit"
    OWN_BUSINESS = "own_business"
    FREELANCE = "freelance"
    STUDY_MAINLAND = "study_mainland"
    STUDY_ABROAD = "study_abroad"
    SEEKING = "seeking"
    NOT_SEEKING = "not_seeking"
    NOT_REGISTERED = "not_registered"


_CLASSES = {each.value: each for each in DestinationClass}


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What a report is about: everything of a school's cohort that was recorded before `at`."""

    school_code: SchoolCode
    cohort: Cohort
    kind: Kind
    period: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Report(Moment):
    """监测报告: pending while `content` is None."""

    id: ReportId
    waiting_for: tuple[Waiting, ...] = ()
    content: Content | None = None
    sha256: bytes | None = None
    made_at: datetime | None = None
    published_at: datetime | None = None

    @property
    def state(self) -> State:
        """Whether it is made."""
        return State.PENDING if self.content is None else State.MADE

    @property
    def version(self) -> int:
        """Rises when it is made, and when it is published."""
        return 1 + (self.content is not None) + (self.published_at is not None)

    @property
    def allowed_transitions(self) -> Sequence[str]:
        """What its school's officer may do now: a free report that is made is published once."""
        may = self.kind is Kind.FREE and self.content is not None and self.published_at is None
        return ("publish",) if may else ()


class ReportPending(Conflict):
    """The report is not made yet: `waiting_for` says what it waits for."""

    code = "report_pending"
    title = Message("监测报告尚未生成", "The report is not made yet")


def must_be_publishable(report: Report) -> None:
    """Raises TransitionNotAllowed."""
    if not report.allowed_transitions:
        state = "published" if report.published_at else report.state.value
        raise TransitionNotAllowed(state, report.allowed_transitions)


@dataclass(frozen=True)
class Move:
    """How many graduates stood at one destination before and stand at one now.

    A code is None without effective content; `before` and `now` say whether the population counts them.
    """

    before: bool
    before_code: str | None
    now: bool
    now_code: str | None
    graduates: int


def class_of(code: str | None, listed: CodeList) -> DestinationClass:
    """The class of a destination; a code that no class names is, like none, not registered."""
    entry = listed.lookup(code) if code else None
    named = entry.attributes.get("class_level2") if entry else None
    return _CLASSES.get(named or "", DestinationClass.NOT_REGISTERED)


def content_of(stand: Sequence[CoveredDestination], moves: Iterable[Move] | None, listed: CodeList) -> Content:
    """What a report says of a cohort that stands so, and moved so since the report before; None before the first."""
    colleges: dict[str | None, dict[str, int]] = {}
    classes = {each.value: 0 for each in DestinationClass}
    for each in stand:
        counts = colleges.setdefault(each.code, dict.fromkeys(vars(Counts()), 0))
        for name, count in vars(each.counts).items():
            counts[name] += count
        classes[class_of(each.destination_code, listed)] += each.counts.population
    return {
        "counts": {name: sum(counts[name] for counts in colleges.values()) for name in vars(Counts())},
        "classes": classes,
        "colleges": [
            {"college_code": code, "counts": colleges[code]}
            for code in sorted(colleges, key=lambda code: (code is None, code or ""))
        ],
        "change": _first(classes) if moves is None else _change(moves, listed),
    }


def _first(classes: Mapping[str, int]) -> Change:
    return {name: {"entered": count, "left": 0} for name, count in classes.items()}


def _change(moves: Iterable[Move], listed: CodeList) -> Change:
    """Now = before + entered − left, in each class."""
    change = {each.value: {"entered": 0, "left": 0} for each in DestinationClass}
    for move in moves:
        before = class_of(move.before_code, listed) if move.before else None
        now = class_of(move.now_code, listed) if move.now else None
        if now is not before:
            for held, way in ((now, "entered"), (before, "left")):
                if held is not None:
                    change[held][way] += move.graduates
    return change


def instant_text(at: datetime) -> str:
    """An instant as JSON has it: in UTC with `Z`, six decimals unless it is whole."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def sealed(moment: Moment, content: Content) -> bytes:
    """SHA-256 over the RFC 8785 JSON of what the report says and of what it is about."""
    about = {
        "school_code": moment.school_code,
        "cohort": moment.cohort,
        "kind": moment.kind.value,
        "period": moment.period,
        "at": instant_text(moment.at),
    }
    return sha256(canonical({**content, **about})).digest()
