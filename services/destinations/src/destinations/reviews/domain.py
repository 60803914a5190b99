"""Bulk decisions (批量审核): what they select, what is sealed, and what becomes of each row; pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal, NewType, Self, TypeAlias
from uuid import UUID

from common.errors import Invalid, Message
from common.identifiers import (
    ClassCode,
    Cohort,
    CollegeCode,
    GraduateId,
    MajorCode,
    OperationId,
    RegistrationId,
    SchoolCode,
)
from destinations.evidence.domain import NOTHING_ASKED, Demand, Kind
from destinations.registrations.domain import deciding, refusals, targeted
from destinations.registrations.domain.lifecycle import Action, Party, Stage, stages_of_review
from destinations.registrations.domain.registration import Change, Person, Registration, Source

BulkDecisionId = NewType("BulkDecisionId", UUID)

REGISTRATIONS: Literal["registrations"] = "registrations"
"""What bulk decisions are about."""

SEALING, APPLYING = "bulk_decision_seal", "bulk_decision_apply"
"""Kinds of long work."""

KEPT = "24 hours"
"""After these a bulk decision that was not applied has expired."""


class BulkAct(StrEnum):
    """What can be done to many registrations at once: neither confirmation nor void."""

    COUNSELLOR_APPROVE = "counsellor-approve"
    COLLEGE_APPROVE = "college-approve"
    SCHOOL_APPROVE = "school-approve"
    RETURN = "return"

    @property
    def action(self) -> Action:
        """The act on each registration."""
        return Action(self.value)


class BulkState(StrEnum):
    """Where a bulk decision stands."""

    PREPARED = "prepared"
    APPLIED = "applied"
    EXPIRED = "expired"


class Skip(StrEnum):
    """Why a sealed row is left as it is, in the order in which the reasons are looked for."""

    CHANGED_SINCE = "changed_since"
    OPEN_CASE = "open_case"
    EVIDENCE_MISSING = "evidence_missing"
    TARGETED_UNIT_MISMATCH = "targeted_unit_mismatch"
    SAME_REVIEWER = "same_reviewer"
    OWN_RECORD = "own_record"
    EXCEPTED = "excepted"


READY, DONE = "ready", "done"
"""What a row is that is not skipped: before it is decided, and after."""


class NothingSelected(Invalid):
    """The filter matches no registration that waits for this act of the caller."""

    code = "nothing_selected"
    title = Message(
        "筛选条件下没有等待本人处理的登记", "The filter matches no registration that waits for this act of yours"
    )


class NotSealed(Invalid):
    """An exception names a registration that is not part of the bulk decision."""

    code = "not_sealed"
    title = Message("该登记不在这批之内", "The registration is not part of this bulk decision")


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """Which of the registrations that wait for the act are meant; None narrows nothing."""

    school_code: SchoolCode
    cohort: Cohort | None = None
    college_code: CollegeCode | None = None
    major_code: MajorCode | None = None
    class_code: ClassCode | None = None
    destination_codes: tuple[str, ...] | None = None
    source: Source | None = None
    submitted_before: datetime | None = None

    @property
    def given(self) -> Mapping[str, Any]:
        """What narrows, by name."""
        return {name: value for name, value in vars(self).items() if value is not None}

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        given = dict(self.given)
        if self.submitted_before is not None:
            given["submitted_before"] = self.submitted_before.isoformat()
        return given

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """The filter of what `to_json` gave."""
        codes, source, before = (stored.get(name) for name in ("destination_codes", "source", "submitted_before"))
        return cls(
            **{
                **stored,
                "destination_codes": None if codes is None else tuple(codes),
                "source": source and Source(source),
                "submitted_before": before and datetime.fromisoformat(before),
            }
        )


@dataclass(frozen=True)
class Counts:
    """How many rows were sealed, wait, were decided, and were or would be skipped, by reason: they add up."""

    ready: int = 0
    done: int = 0
    skipped: Mapping[Skip, int] = field(default_factory=dict)

    @property
    def selected(self) -> int:
        """All sealed rows."""
        return self.ready + self.done + sum(self.skipped.values())

    @classmethod
    def of(cls, rows: Mapping[str, int]) -> Self:
        """The counts of rows by what became of them."""
        skipped = {reason: rows[reason] for reason in Skip if reason in rows}
        return cls(rows.get(READY, 0), rows.get(DONE, 0), skipped)


@dataclass(frozen=True)
class Asked:
    """What is asked for: an act on what a filter means, with the note of an approval or the reason of a return."""

    act: BulkAct
    filter: Narrowing
    note: str | None
    reason: str | None


@dataclass(frozen=True)
class BulkDecision:
    """One act on many registrations, each at the version that was sealed; `college_code` is that of its maker."""

    id: BulkDecisionId
    school_code: SchoolCode
    college_code: CollegeCode | None
    act: BulkAct
    filter: Narrowing
    note: str | None
    reason: str | None
    made_by: str
    made_by_role: str
    state: BulkState
    sealed_at: datetime | None
    expires_at: datetime | None
    applied_at: datetime | None
    operation_id: OperationId | None
    excepted: frozenset[RegistrationId]

    @property
    def version(self) -> int:
        """It changes once: when it is applied."""
        return 1 if self.applied_at is None else 2

    @property
    def said(self) -> str | None:
        """What the history of each registration keeps: the reason of a return, or the note of an approval."""
        return self.reason or self.note


@dataclass(frozen=True)
class Sealed:
    """A row of a bulk decision: the registration at the version that was seen, and the graduate whom it is about."""

    n: int
    registration_id: RegistrationId
    graduate_id: GraduateId
    version: int


@dataclass(frozen=True)
class Item(Sealed):
    """A row as its readers see it: `outcome` is READY, DONE or a reason."""

    outcome: str

    @property
    def reason(self) -> Skip | None:
        """Why it is skipped, if it is."""
        return None if self.outcome in {READY, DONE} else Skip(self.outcome)


def stages_of(act: BulkAct, party: Party) -> frozenset[Stage]:
    """The stages of review in which the act may wait for this party; a requested void is decided one by one."""
    return stages_of_review(act.action, party)


Units: TypeAlias = Mapping[GraduateId, str | None]
"""For whom graduates were trained, of those of whom that must be known."""

NO_UNITS: Units = MappingProxyType({})


def foreseen(
    registration: Registration,
    act: BulkAct,
    person: Person,
    note: str | None,
    demand: Demand = NOTHING_ASKED,
    units: Units = NO_UNITS,
    doubted: Collection[RegistrationId] = (),
) -> Change | Skip | None:
    """What the act makes of a registration now, or why it is skipped; None where it does not wait for the act.

    `demand` is what an approval asks of its evidence; `doubted` have an open case, which a single approval answers by
    a note of its own.
    """
    outcome = _outcome(registration, act, person, note, demand, units)
    return Skip.OPEN_CASE if outcome is not None and registration.id in doubted else outcome


def _outcome(
    registration: Registration, act: BulkAct, person: Person, note: str | None, demand: Demand, units: Units
) -> Change | Skip | None:
    """The same, whatever is doubted."""
    is_last, graduate, content = act is BulkAct.SCHOOL_APPROVE, registration.graduate, registration.content
    is_elsewhere = (
        is_last
        and Kind.TARGETED_RELEASE not in demand.standing.accepted
        and targeted.is_elsewhere(graduate, content, units.get(graduate.id))
    )
    try:
        change = deciding.act(registration, act.action, person, note, demand=demand)
    except refusals.EvidenceNotThere:
        return Skip.EVIDENCE_MISSING
    except (refusals.SamePerson, refusals.OwnRecord) as refusal:
        if not demand.is_met(content.destination_code, last=is_last):
            return Skip.EVIDENCE_MISSING
        if is_elsewhere:
            return Skip.TARGETED_UNIT_MISMATCH
        return Skip.SAME_REVIEWER if isinstance(refusal, refusals.SamePerson) else Skip.OWN_RECORD
    except (refusals.ActNotPossible, refusals.GraduateWithdrawn, refusals.ErasedPerson):
        return None
    return Skip.TARGETED_UNIT_MISMATCH if is_elsewhere else change


def decided(
    sealed: Sealed,
    standing: Registration | None,
    act: BulkAct,
    person: Person,
    note: str | None,
    excepted: Collection[RegistrationId],
    demand: Demand = NOTHING_ASKED,
    units: Units = NO_UNITS,
    doubted: Collection[RegistrationId] = (),
) -> Change | Skip:
    """What becomes of a sealed row; `standing` is the registration as the maker sees it now, if it is still seen.

    Who left the roster, or the maker's scope, has changed since, whatever the version.
    """
    if standing is None or (standing.id, standing.version) != (sealed.registration_id, sealed.version):
        return Skip.CHANGED_SINCE
    outcome = foreseen(standing, act, person, note, demand, units, doubted) or Skip.CHANGED_SINCE
    return Skip.EXCEPTED if isinstance(outcome, Change) and sealed.registration_id in excepted else outcome
