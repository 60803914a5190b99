"""A registration as it is stored, and what an act makes of it: frozen values."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from common.identifiers import RegistrationId
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.lifecycle import Action, Confirmation, Party, Stage, State
from destinations.roster.domain import Graduate


class Source(StrEnum):
    """Who entered the newest content."""

    GRADUATE = "graduate"
    PROXY = "proxy"
    IMPORT = "import"


class Announcement(StrEnum):
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


@dataclass(frozen=True)
class Reviewers:
    """Subjects that filled the review levels of the newest content and of a requested void."""

    approved_by_college: str | None = None
    approved_by_school: str | None = None
    void_by_college: str | None = None
    void_by_school: str | None = None


@dataclass(frozen=True)
class Effective:
    """生效内容: the last approved content, which counts until it is replaced or voided.

    `confirmation` is the one last announced; the registration's own may be further, and not announced.
    """

    version: int
    content: Destination
    source: Source
    confirmation: Confirmation | None
    decided_on: date


@dataclass(frozen=True)
class Registration:
    """去向登记 of one graduate, at one version."""

    id: RegistrationId
    graduate: Graduate
    version: int
    stage: Stage
    confirmation: Confirmation | None
    source: Source
    content: Destination
    incomplete: tuple[str, ...]
    reviewers: Reviewers
    effective: Effective | None
    decided_on: date
    recorded_at: datetime

    @property
    def state(self) -> State:
        """The state that callers see."""
        return self.stage.state

    @property
    def effective_or_newest(self) -> Destination:
        """What was decided last, whatever is under review: the effective content, or the newest without one."""
        return self.effective.content if self.effective else self.content


@dataclass(frozen=True)
class Change:
    """The next version of a registration: what an act writes, and what it announces."""

    action: Action
    stage: Stage
    confirmation: Confirmation | None
    source: Source
    content: Destination
    incomplete: tuple[str, ...]
    reviewers: Reviewers
    changed: tuple[str, ...]
    takes_effect: bool
    announcement: Announcement | None
    note: str | None = None


@dataclass(frozen=True)
class Stamp:
    """The database's part of a version: its day, its instant, and the id of a new registration."""

    id: RegistrationId
    decided_on: date
    recorded_at: datetime


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
        reviewers=change.reviewers,
        effective=_effective_after(before, change, version, stamp.decided_on),
        decided_on=stamp.decided_on,
        recorded_at=stamp.recorded_at,
    )


def _effective_after(before: Registration | None, change: Change, version: int, day: date) -> Effective | None:
    effective = before.effective if before else None
    if change.stage is Stage.VOIDED:
        return None
    if change.takes_effect:
        return Effective(version, change.content, change.source, change.confirmation, day)
    if effective and change.announcement:
        return replace(effective, confirmation=change.confirmation)
    return effective
