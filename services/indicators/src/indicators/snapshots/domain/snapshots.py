"""What a snapshot is, when it may be asked for and what may be done with it; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NewType
from uuid import UUID

from common.approvals.domain import SameReviewer, TransitionNotAllowed
from common.change_feed.barrier import Waiting
from common.clock import end_of
from common.codes.rules import rule
from common.errors import Conflict, FieldProblem, Message, RulesBroken
from common.identifiers import Cohort, SchoolCode
from common.season import SeasonDay, season_day
from indicators.schemes.schemes import default_scheme

SnapshotId = NewType("SnapshotId", UUID)

VERIFY = "snapshot_verification"
"""SnapshotKind of the operation that proves a snapshot."""


class SnapshotKind(StrEnum):
    """初次 and 年终 are official and stand once for each cohort; `free` is of any day."""

    INITIAL = "initial"
    YEAR_END = "year_end"
    FREE = "free"


OFFICIAL = {SnapshotKind.INITIAL: SeasonDay.INITIAL_RATE, SnapshotKind.YEAR_END: SeasonDay.YEAR_END_RATE}
"""The days of the official ones."""


class SnapshotState(StrEnum):
    """A revision is open until another person decides; what is pending waits for the owners' versions."""

    OPEN = "open"
    REFUSED = "refused"
    PENDING = "pending"
    FROZEN = "frozen"


class SnapshotAction(StrEnum):
    """What people do with a snapshot."""

    APPROVE = "approve"
    REFUSE = "refuse"
    REVISE = "revise"


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What a snapshot is of: a day of a school's cohort, by what was recorded before `known_at`."""

    school_code: SchoolCode
    cohort: Cohort
    kind: SnapshotKind
    as_of: date
    known_at: datetime
    revision: int = 0


@dataclass(frozen=True, kw_only=True)
class Snapshot(Moment):
    """数据快照: `of` is the one that it revises; what it comes to is None until it is frozen.

    `requested_by` and `decided_by` are subjects of tokens, which no answer shows. `superseded` and `in_the_making` tell
    whether a newer revision is frozen, or is open or pending.
    """

    id: SnapshotId
    version: int
    of: SnapshotId | None
    state: SnapshotState
    waiting_for: tuple[Waiting, ...]
    dead_letters: int
    requested_by: str | None
    requested_by_role: str | None
    decided_by_role: str | None
    reason: str | None
    decision_reason: str | None
    recorded_at: datetime
    superseded: bool = False
    in_the_making: bool = False
    base: int | None = None
    hash: bytes | None = None
    definitions: Sequence[Mapping[str, Any]] | None = None
    watermark: datetime | None = None
    frozen_at: datetime | None = None

    def allowed_transitions(self, subject: str, *, asks: bool, decides: bool) -> tuple[SnapshotAction, ...]:
        """What a person could do now; whether the role asks for revisions or decides them, the caller says."""
        if self.state is SnapshotState.OPEN and decides and subject != self.requested_by:
            return (SnapshotAction.APPROVE, SnapshotAction.REFUSE)
        is_newest = self.state is SnapshotState.FROZEN and not self.superseded and not self.in_the_making
        return (SnapshotAction.REVISE,) if is_newest and asks else ()


@dataclass(frozen=True, kw_only=True)
class NewSnapshot:
    """What is asked for: an official one has its day, a free one says it; `known_at` None is now."""

    school_code: SchoolCode
    cohort: Cohort
    kind: SnapshotKind
    as_of: date | None
    known_at: datetime | None

    @property
    def day(self) -> date:
        """The day that is frozen; raises SnapshotRefused where it is not said, or said of an official one."""
        if self.kind in OFFICIAL:
            if self.as_of is not None:
                raise SnapshotRefused([FieldProblem("/as_of", "must_be_empty", _FIXED_DAY)])
            return season_day(OFFICIAL[self.kind], self.cohort)
        if self.as_of is None:
            raise SnapshotRefused([rule("required").problem("/as_of")])
        return self.as_of

    @property
    def day_pointer(self) -> str:
        """The field of the request that says the day."""
        return "/cohort" if self.kind in OFFICIAL else "/as_of"


_CODES = ("in_the_future", "known_too_early", "must_be_empty", "required")

_DAY_NOT_OVER = Message("截止日须早于今天", "The day must be before today")
_NOT_KNOWN_YET = Message("知悉时刻不得晚于现在", "The moment of knowledge must not be after now")
_FIXED_DAY = Message(
    "初次与年终快照的日期由届别确定，请勿填写", "The cohort fixes the day of an official snapshot: leave it out"
)


class SnapshotRefused(RulesBroken):
    """The day or the moment cannot be frozen; the code is the rule where one alone is broken."""

    codes = MappingProxyType({each: rule(each).text for each in _CODES})


class AlreadyExists(Conflict):
    """There is one of this school, cohort and kind: it is revised, not asked for again."""

    code = "already_exists"
    title = Message("该届此类快照已存在，请对其提出修订", "This official snapshot exists: revise it instead")


class NotNewest(Conflict):
    """A newer revision is frozen."""

    code = "not_newest"
    title = Message("已有更新的修订版被冻结，请修订最新一版", "A newer revision is frozen: revise that one")


class RevisionOpen(Conflict):
    """A revision of it is open, or waits to be frozen."""

    code = "revision_open"
    title = Message("已有一个修订待审批或待冻结", "A revision of it is open or waits to be frozen")


def must_be_past(as_of: date, known_at: datetime, now: datetime, today: date, pointer: str = "/as_of") -> None:
    """Raises SnapshotRefused with each fault of day and moment; `pointer` is the field that says the day."""
    problems = []
    if as_of >= today:
        problems.append(FieldProblem(pointer, "in_the_future", _DAY_NOT_OVER))
    if known_at > now:
        problems.append(FieldProblem("/known_at", "in_the_future", _NOT_KNOWN_YET))
    elif as_of < today and known_at < end_of(as_of):
        problems.append(rule("known_too_early").problem("/known_at"))
    if problems:
        raise SnapshotRefused(problems)


def must_be_revisable(snapshot: Snapshot) -> None:
    """Raises TransitionNotAllowed, NotNewest or RevisionOpen."""
    if snapshot.state is not SnapshotState.FROZEN:
        raise TransitionNotAllowed(snapshot.state, ())
    if snapshot.superseded:
        raise NotNewest(state=snapshot.state.value, allowed_transitions=[])
    if snapshot.in_the_making:
        raise RevisionOpen(state=snapshot.state.value, allowed_transitions=[])


def must_be_decided_by_another(snapshot: Snapshot, subject: str) -> None:
    """Raises TransitionNotAllowed for one that is not open, SameReviewer for who asked."""
    if snapshot.state is not SnapshotState.OPEN:
        raise TransitionNotAllowed(snapshot.state, ())
    if snapshot.requested_by == subject:
        raise SameReviewer(())


def must_be_frozen(snapshot: Snapshot) -> None:
    """Raises TransitionNotAllowed for one that has no rows yet, or never will."""
    if snapshot.state is not SnapshotState.FROZEN:
        raise TransitionNotAllowed(snapshot.state, ())


def definitions_of(cohort: Cohort) -> Sequence[Mapping[str, Any]]:
    """The definitions under which a cohort's figures are read: that of its own scheme."""
    scheme = default_scheme(cohort)
    return [{"id": scheme.id, "version": scheme.version, "hash": scheme.hash}]
