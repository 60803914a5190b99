"""Self-check reports (自查报告) of a college: sealed, signed by two offices, submitted, accepted or returned. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType
from uuid import UUID

from common.approvals.domain import TransitionNotAllowed
from common.errors import Conflict, Message
from common.identifiers import Cohort, CollegeCode, GraduateId, RegistrationId, SchoolCode
from common.objects import ObjectName
from destinations.checks.domain.ledger import CallOutcome, CheckMethod, CheckResult, EntryId

ReportId = NewType("ReportId", UUID)


class Office(StrEnum):
    """Who signs: the party committee and the administration of the college."""

    PARTY = "party"
    ADMINISTRATION = "administration"

    @property
    def scope(self) -> str:
        """The OAuth scope of a token that signs for it."""
        return f"sign:{self.value}"


class ReportState(StrEnum):
    """Where a report stands."""

    DRAFT = "draft"
    SIGNED = "signed"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    RETURNED = "returned"


class ReportAct(StrEnum):
    """What is done to a report."""

    SIGN = "sign"
    SUBMIT = "submit"
    ACCEPT = "accept"
    RETURN = "return"


TRANSITIONS: Mapping[ReportState, tuple[ReportAct, ...]] = MappingProxyType(
    {
        ReportState.DRAFT: (ReportAct.SIGN,),
        ReportState.SIGNED: (ReportAct.SUBMIT,),
        ReportState.SUBMITTED: (ReportAct.ACCEPT, ReportAct.RETURN),
        ReportState.ACCEPTED: (),
        ReportState.RETURNED: (),
    }
)
STANDING = (ReportState.SUBMITTED, ReportState.ACCEPTED)
"""Of a college and round one report at most stands so."""


class LedgerIncomplete(Conflict):
    """Graduates are not entered, or were entered before their content changed."""

    code = "ledger_incomplete"
    title = Message(
        "本轮台账未登记完，或有已过期的记录", "The ledger of the round lacks graduates, or entries are stale"
    )

    def __init__(self, missing: int, stale: int) -> None:
        detail = Message(
            f"未登记 {missing} 人，已过期 {stale} 人", f"{missing} graduates are missing, {stale} are stale"
        )
        super().__init__(detail, missing=missing, stale=stale)


class ReportExists(Conflict):
    """A report of the college and round is submitted or accepted."""

    code = "report_exists"
    title = Message("本轮报告已提交或已接收", "A report of this round is submitted or accepted")


class AlreadySigned(Conflict):
    """An office signs once."""

    code = "already_signed"
    title = Message("该方已签署", "The office has signed already")


class SameSigner(Conflict):
    """The two offices are two persons."""

    code = "same_signer"
    title = Message("党政两方须由两人签署", "The two offices are signed for by two persons")


@dataclass(frozen=True)
class Line:
    """A counted graduate of the college with the entry of the round, if there is one."""

    graduate_id: GraduateId
    entry_id: EntryId | None
    entry_version: int | None
    registration_id: RegistrationId | None
    effective_version: int | None
    method: CheckMethod | None
    outcome: CallOutcome | None
    result: CheckResult | None
    stale: bool


@dataclass(frozen=True)
class Sealed:
    """What a draft has sealed about one graduate: the effective content of then, and what its entry said."""

    graduate_id: GraduateId
    registration_id: RegistrationId | None
    effective_version: int | None
    entry_id: EntryId
    entry_version: int
    method: CheckMethod
    outcome: CallOutcome | None
    result: CheckResult


@dataclass(frozen=True)
class Signature:
    """That an office has signed; the subject is in no answer."""

    office: Office
    by_subject: str
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report as it stands; the counts are those of its draft."""

    id: ReportId
    school_code: SchoolCode
    cohort: Cohort
    college_code: CollegeCode
    round: int
    version: int
    state: ReportState
    graduates: int
    results: Mapping[str, int]
    methods: Mapping[str, int]
    reason: str | None
    late: bool | None
    submitted_at: datetime | None
    file: ObjectName | None
    file_sha256: bytes | None
    recorded_at: datetime


@dataclass(frozen=True)
class Changed:
    """A graduate of whom something is another by now than what the draft has sealed."""

    graduate_id: GraduateId
    content: bool
    entry: bool


def must_be_complete(lines: Sequence[Line]) -> None:
    """Raises LedgerIncomplete unless each graduate is entered and no entry is stale."""
    missing = sum(each.entry_id is None for each in lines)
    stale = sum(each.entry_id is not None and each.stale for each in lines)
    if missing or stale:
        raise LedgerIncomplete(missing, stale)


def counted(words: Iterable[StrEnum | None]) -> dict[str, int]:
    """How often each word occurs."""
    return dict(sorted(Counter(each.value for each in words if each is not None).items()))


def must_allow(report: Report, act: ReportAct) -> None:
    """Raises TransitionNotAllowed where the state does not allow the act."""
    allowed = TRANSITIONS[report.state]
    if act not in allowed:
        raise TransitionNotAllowed(report.state, allowed)


def must_sign(report: Report, signatures: Sequence[Signature], office: Office, subject: str) -> bool:
    """Whether it is the last signature; raises AlreadySigned, SameSigner, TransitionNotAllowed."""
    if any(each.office is office for each in signatures):
        raise AlreadySigned
    must_allow(report, ReportAct.SIGN)
    if any(each.by_subject == subject for each in signatures):
        raise SameSigner
    return len(signatures) + 1 == len(Office)
