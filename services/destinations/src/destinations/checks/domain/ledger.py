"""The ledger (核查台账): what a college found about each graduate in a round, and when that no longer holds. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType
from uuid import UUID

from common.codes.rules import rule
from common.errors import Conflict, FieldProblem, Message, RulesBroken
from common.identifiers import Cohort, GraduateId, RegistrationId, SchoolCode
from destinations.evidence.domain import EvidenceId
from destinations.seasons.domain import Round, Season

EntryId = NewType("EntryId", UUID)

MOST_EVIDENCE = 10
"""Pieces that one entry names."""


class CheckMethod(StrEnum):
    """How it was checked (核查方式)."""

    DOCUMENT = "document"
    PHONE = "phone"
    EMPLOYER = "employer"
    SYSTEM = "system"
    INTERVIEW = "interview"


class CallOutcome(StrEnum):
    """What came of a call (通话结果)."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"


class CheckResult(StrEnum):
    """What was found (核查结果)."""

    CORRECT = "correct"
    CORRECTED = "corrected"
    WRONG = "wrong"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What an entry says of one graduate."""

    method: CheckMethod
    outcome: CallOutcome | None
    result: CheckResult
    evidence_ids: tuple[EvidenceId, ...]
    note: str | None

    def __repr__(self) -> str:
        return "Finding(…)"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The effective content that was looked at; both None where there was none."""

    registration_id: RegistrationId | None = None
    effective_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry of the ledger; `stale` once the effective content is another than the one that was looked at.

    `note` is None where there is none, or once the person is erased.
    """

    id: EntryId
    school_code: SchoolCode
    cohort: Cohort
    graduate_id: GraduateId
    round: int
    version: int
    finding: Finding
    seen: Seen
    stale: bool
    recorded_at: datetime

    def __repr__(self) -> str:
        return "Entry(…)"


_CODES = (
    *("note_required", "no_version_in_round", "unknown_round", "unknown_evidence", "unknown_graduate"),
    "must_be_empty",
)


class LedgerRefused(RulesBroken):
    """What is entered breaks a rule; the code is the rule where one alone is broken."""

    codes = MappingProxyType({each: rule(each).text for each in _CODES})


class AlreadyEntered(Conflict):
    """A graduate has one entry in a round, which a PATCH renews."""

    code = "already_entered"
    title = Message("该生本轮核查已登记，请修改已有记录", "The graduate has an entry in this round; change that one")

    def __init__(self, entry_id: EntryId) -> None:
        super().__init__(entry_id=str(entry_id))


def round_of(season: Season, number: int) -> Round:
    """The round of the season; raises LedgerRefused for another number."""
    for each in season.rounds:
        if each.number == number:
            return each
    rounds = "、".join(f"{each.number}" for each in season.rounds)
    message = Message(f"本届核查轮次：{rounds}", f"Rounds of this season: {rounds.replace('、', ', ')}")
    raise LedgerRefused([FieldProblem("/round", "unknown_round", message)])


def broken_rules(finding: Finding, *, has_version: bool) -> Iterator[tuple[str, str]]:
    """Fields with the rules that they break; `has_version` if the content was written or judged in the round."""
    if finding.outcome is not None and finding.method is not CheckMethod.PHONE:
        yield "outcome", "must_be_empty"
    if finding.result is CheckResult.WRONG and not finding.note:
        yield "note", "note_required"
    if finding.result is CheckResult.CORRECTED and not has_version:
        yield "result", "no_version_in_round"


def must_fit(finding: Finding) -> None:
    """Raises LedgerRefused for what came of a call where there was none."""
    if finding.outcome is not None and finding.method is not CheckMethod.PHONE:
        raise LedgerRefused([rule("must_be_empty").problem("/outcome")])


def must_hold(finding: Finding, *, has_version: bool, of_graduate: Collection[EvidenceId]) -> None:
    """Raises LedgerRefused; `of_graduate` are the pieces that an entry about the graduate may name."""
    problems = [rule(broken).problem(f"/{field}") for field, broken in broken_rules(finding, has_version=has_version)]
    foreign = (at for at, each in enumerate(finding.evidence_ids) if each not in of_graduate)
    problems += [rule("unknown_evidence").problem(f"/evidence_ids/{at}") for at in foreign]
    if problems:
        raise LedgerRefused(problems)
