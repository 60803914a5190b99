"""A registration as it is stored, and what an act makes of it: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from common.clock import day_in_shanghai
from common.identifiers import RegistrationId
from destinations.cases.domain import CaseId
from destinations.employers.domain import Linked
from destinations.registrations.domain.content import NAMING, PROVED, Destination, changed_fields
from destinations.registrations.domain.filed import Filed, FiledState
from destinations.registrations.domain.lifecycle import (
    Action,
    Confirmation,
    Course,
    Party,
    Stage,
    State,
    Word,
    course_of,
    levels_for,
)
from destinations.roster.domain import Graduate
from destinations.seasons.domain import ALWAYS, Level, Phase


class Source(Word):
    """Who entered the newest content."""

    GRADUATE = "graduate"
    PROXY = "proxy"
    IMPORT = "import"


class Announcement(Word):
    """The kinds of events; an act without one publishes nothing."""

    DECIDED = "decided"
    CHANGED = "changed"
    VOIDED = "voided"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"


@dataclass(frozen=True)
class Person:
    """A person who acts: the party, and the subject that keeps two persons of one role apart."""

    party: Party
    subject: str


class LateReason(Word):
    """Why something changes after the last day of changes (逾期变更原因)."""

    LEFT_LATE = "left_late"
    DISPUTE = "dispute"
    CHECK_FINDING = "check_finding"
    TIP_OFF = "tip_off"
    OUTSIDE_DATA = "outside_data"
    CONTRACT_ENDED = "contract_ended"
    NEW_DESTINATION = "new_destination"


@dataclass(frozen=True)
class Hands:
    """Subjects that wrote (edited last), submitted and reviewed what is judged: the newest content, or its void.

    Said of that, not of the registration's life: other content begins anew. Who asks for a void has submitted it, but
    the request of a college officer is the college's consent, a review. None where it was not done, or is not known of
    what an earlier release has written.
    """

    written_by: str | None = None
    submitted_by: str | None = None
    reviewed_by_class: str | None = None
    reviewed_by_college: str | None = None
    reviewed_by_school: str | None = None

    def with_review(self, level: Level, subject: str) -> "Hands":
        """The same with the review of a level."""
        return replace(self, **{REVIEWED_BY[level]: subject})

    def reviewer(self, level: Level) -> str | None:
        """The subject that filled a level."""
        reviewed_by: str | None = getattr(self, REVIEWED_BY[level])
        return reviewed_by


REVIEWED_BY: Mapping[Level, str] = {
    Level.COUNSELLOR: "reviewed_by_class",
    Level.COLLEGE: "reviewed_by_college",
    Level.SCHOOL: "reviewed_by_school",
}
"""The field of each level."""


@dataclass(frozen=True)
class Effective:
    """生效内容: the last approved content, which counts until it is replaced or voided.

    `confirmation` is the one last announced; the registration's own may be further, and not announced. `action` is the
    act by which it became effective.
    """

    version: int
    content: Destination
    source: Source
    confirmation: Confirmation | None
    decided_on: date
    action: Action
    hands: Hands
    late_reason: LateReason | None

    @property
    def single_handed(self) -> bool:
        """Whether one person alone made it effective: by a file, or by the correction of what was approved."""
        return self.action in {Action.IMPORT, Action.EDIT}


@dataclass(frozen=True)
class Registration:
    """去向登记 of one graduate, at one version.

    `levels` are those that the newest content passes: fixed when it was submitted, or given up for a void; until then
    those of the season.
    `phase` is that of the graduate on the day on which the registration was read; `submitted_at` the instant of the
    last submission, None if there was none. `employer` is that of the newest content, once it is linked;
    `evidence_complete` what the last submission or approval found of the evidence for this destination, None where none
    has looked.
    `by_case` is the case that was found true, within an act that is done for it, so after the closing day, too.
    `filed` is there for people who look at it.
    """

    id: RegistrationId
    graduate: Graduate
    version: int
    stage: Stage
    confirmation: Confirmation | None
    source: Source
    content: Destination
    incomplete: tuple[str, ...]
    hands: Hands
    effective: Effective | None
    decided_on: date
    recorded_at: datetime
    levels: tuple[Level, ...]
    phase: Phase
    late_reason: LateReason | None
    submitted_at: datetime | None
    employer: Linked | None = None
    evidence_complete: bool | None = None
    by_case: CaseId | None = None
    filed: Filed | None = None

    @property
    def course(self) -> Course:
        """What the table of this registration depends on."""
        levels, void_levels = levels_for(self.levels, self.graduate), levels_for(ALWAYS, self.graduate)
        return course_of(levels, void_levels, self.effective is not None, self.phase is Phase.OPEN)

    @property
    def state(self) -> State:
        """The state that callers see."""
        return self.stage.state

    @property
    def filing(self) -> FiledState | None:
        """What was filed last, and whether it is what counts in the figures."""
        return self.filed.compared(self.effective.version if self.effective else None) if self.filed else None

    @property
    def submitted_on(self) -> date:
        """The day of the last submission; that of the newest version, if there was none."""
        return day_in_shanghai(self.submitted_at) if self.submitted_at else self.decided_on

    @property
    def names_otherwise(self) -> bool:
        """Whether its employer has another name or USCC than the newest content says."""
        said = self.content.employer_name, self.content.employer_uscc
        return self.employer is not None and self.employer.differs(*said)

    @property
    def effective_or_newest(self) -> Destination:
        """What was decided last, whatever is under review: the effective content, or the newest without one."""
        return self.effective.content if self.effective else self.content


@dataclass(frozen=True)
class Terms:
    """What the season says for a graduate at a moment: the levels that a submission would pass, and the phase."""

    levels: tuple[Level, ...] = ALWAYS
    phase: Phase = Phase.OPEN


@dataclass(frozen=True)
class Change:
    """The next version of a registration: what an act writes, in which phase, and what it announces."""

    action: Action
    stage: Stage
    confirmation: Confirmation | None
    source: Source
    content: Destination
    incomplete: tuple[str, ...]
    hands: Hands
    levels: tuple[Level, ...]
    phase: Phase
    changed: tuple[str, ...]
    takes_effect: bool
    announcement: Announcement | None
    late_reason: LateReason | None = None
    note: str | None = None
    evidence_complete: bool | None = None

    def saying(self, content: Destination) -> "Change":
        """The same with another content."""
        made = object.__new__(type(self))
        # what `replace` does, but for a frozen dataclass it makes a call for each field
        made.__dict__.update(vars(self), content=content)
        return made

    @property
    def submits(self) -> bool:
        """Whether review begins anew with it: by a submission, or by a row of a file."""
        return self.action in {Action.SUBMIT, Action.IMPORT}


@dataclass(frozen=True)
class Stamp:
    """The database's part of a version: its day, its instant, and the id of a new registration."""

    id: RegistrationId
    decided_on: date
    recorded_at: datetime


def with_changes(before: Registration, change: Change) -> Change:
    """The same with the names of what differs, and with what was found of the evidence for the same destination."""
    changed = changed_fields(before.content, change.content)
    if change.evidence_complete is None and PROVED.isdisjoint(changed):
        change = replace(change, evidence_complete=before.evidence_complete)
    states = ("state",) if change.stage.state is not before.state else ()
    confirmations = ("confirmation",) if change.confirmation is not before.confirmation else ()
    return replace(change, changed=(*changed, *states, *confirmations))


def after(graduate: Graduate, before: Registration | None, change: Change, stamp: Stamp) -> Registration:
    """The registration once the change is written."""
    version = before.version + 1 if before else 1
    return Registration(
        id=stamp.id,
        graduate=graduate,
        version=version,
        stage=change.stage,
        confirmation=change.confirmation,
        source=change.source,
        content=change.content,
        incomplete=change.incomplete,
        hands=change.hands,
        effective=_effective_after(before, change, version, stamp.decided_on),
        decided_on=stamp.decided_on,
        recorded_at=stamp.recorded_at,
        levels=change.levels,
        phase=change.phase,
        late_reason=change.late_reason,
        submitted_at=_submitted_at(before, change, stamp.recorded_at),
        employer=_employer_after(before, change),
        evidence_complete=change.evidence_complete,
        filed=before.filed if before else None,
    )


def _submitted_at(before: Registration | None, change: Change, recorded_at: datetime) -> datetime | None:
    if change.submits:
        return recorded_at
    return before.submitted_at if before else None


def _employer_after(before: Registration | None, change: Change) -> Linked | None:
    """What is named anew is linked later, by an act of its own."""
    is_same = before is not None and NAMING.isdisjoint(change.changed)
    return before.employer if before and is_same and change.stage is not Stage.VOIDED else None


def _effective_after(before: Registration | None, change: Change, version: int, day: date) -> Effective | None:
    effective = before.effective if before else None
    if change.stage is Stage.VOIDED:
        return None
    if change.takes_effect:
        said = (change.content, change.source, change.confirmation, day)
        return Effective(version, *said, change.action, change.hands, change.late_reason)
    if effective and change.announcement:
        return replace(effective, confirmation=change.confirmation)
    return effective
