"""What a publication is, and who may do what with it; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType, Self
from uuid import UUID

from common.approvals.domain import SameReviewer, TransitionNotAllowed
from common.errors import Conflict, Gone, Invalid, Message
from common.identifiers import Cohort, SchoolCode
from indicators.publishing.domain.tables import TableAsked, TableKind
from indicators.snapshots.domain.snapshots import Snapshot, SnapshotId, SnapshotKind, SnapshotState

PublicationId = NewType("PublicationId", UUID)

POLICY = "publication-1"
PROPOSE = "publication_proposal"
"""Kind of the operation that counts and protects the tables."""

LEAST = 23
"""With fewer graduates nothing is published (policy publication-1)."""


class State(StrEnum):
    """From the draft to its release, and how that ends."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    RELEASED = "released"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What people do with a publication."""

    PATCH = "patch"
    PROPOSE = "propose"
    RETURN = "return"
    RELEASE = "release"
    WITHDRAW = "withdraw"


_FROM: Mapping[Action, State] = {
    Action.PATCH: State.DRAFT,
    Action.PROPOSE: State.DRAFT,
    Action.RETURN: State.PROPOSED,
    Action.RELEASE: State.PROPOSED,
    Action.WITHDRAW: State.RELEASED,
}


@dataclass(frozen=True)
class Consent:
    """The province's consent to a release."""

    authority: str
    reference: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What the authors of a publication say; `title` is a text, or one in each language by `zh` and `en`."""

    school_code: SchoolCode
    cohort: Cohort
    snapshot_id: UUID
    title: Any
    tables: tuple[TableAsked, ...]

    def with_changes(self, changes: Mapping[str, Any]) -> Self:
        """The draft with what a patch says."""
        return replace(self, **changes)


@dataclass(frozen=True, kw_only=True)
class Publication:
    """发布: `proposed_by` is a subject of a token, which no answer shows."""

    id: PublicationId
    version: int
    school_code: SchoolCode
    cohort: Cohort
    snapshot_id: SnapshotId
    kind: SnapshotKind
    title: Any
    tables: Sequence[Mapping[str, Any]]
    policy: str
    state: State
    preview: Sequence[Mapping[str, Any]] | None
    hash: bytes | None
    consent: Consent | None
    supersedes: PublicationId | None
    proposed_by: str | None
    return_reason: str | None
    withdraw_reason: str | None
    released_at: datetime | None
    ended_at: datetime | None
    recorded_at: datetime

    @property
    def asked(self) -> tuple[TableAsked, ...]:
        """Its tables as the authors want them."""
        return tuple(
            TableAsked(
                **{
                    **table,
                    "kind": TableKind(table["kind"]),
                    "by": tuple(table["by"]),
                    "measures": tuple(table["measures"]),
                }
            )
            for table in self.tables
        )

    @property
    def draft(self) -> Draft:
        """What its authors say."""
        return Draft(
            school_code=self.school_code,
            cohort=self.cohort,
            snapshot_id=self.snapshot_id,
            title=self.title,
            tables=self.asked,
        )

    def allowed_transitions(self, subject: str, *, writes: bool) -> list[Action]:
        """What a person could do now; whether the role writes publications, the caller says."""
        possible = [action for action, state in _FROM.items() if state is self.state] if writes else []
        return [each for each in possible if each is not Action.RELEASE or subject != self.proposed_by]


@dataclass(frozen=True, kw_only=True)
class Released:
    """A publication that is open to all, as it is listed."""

    id: PublicationId
    school_code: SchoolCode
    cohort: Cohort
    kind: SnapshotKind
    as_of: date
    title: Any
    policy: str
    released_at: datetime
    state: State
    hash: bytes


@dataclass(frozen=True, kw_only=True)
class Opened(Released):
    """The whole of it: the tables as they were asked for and as they were counted."""

    snapshot_id: SnapshotId
    snapshot_hash: bytes
    asked: Sequence[Mapping[str, Any]]
    counted: Sequence[Mapping[str, Any]]
    tracked: Mapping[str, Any]
    consent: Consent
    successor: PublicationId | None


class NotFrozen(Conflict):
    """The snapshot that is to be published is not frozen."""

    code = "not_frozen"
    title = Message("快照尚未冻结，不能发布", "The snapshot is not frozen yet")


class RevisionOutdated(Conflict):
    """A newer revision of the snapshot is frozen, or another publication was released since."""

    code = "revision_outdated"
    title = Message("已有更新的快照修订版或发布，请重新提交", "A newer revision or release exists: propose anew")


class ConsentRequired(Invalid):
    """A release names the province's consent."""

    code = "consent_required"
    title = Message("发布须注明省级主管部门的同意", "A release needs the consent of the province")


class PublicationGone(Gone):
    """It was withdrawn, or another one took its place."""

    code = "publication_gone"
    title = Message("该发布已撤回或被取代", "The publication was withdrawn or superseded")

    def __init__(self, state: str, successor: UUID | None) -> None:
        super().__init__(extra={"state": state, "successor": successor and f"{successor}"})


def must_allow(publication: Publication, action: Action, subject: str) -> None:
    """Raises TransitionNotAllowed in another state, SameReviewer for a release by who proposed."""
    allowed = publication.allowed_transitions(subject, writes=True)
    if publication.state is not _FROM[action]:
        raise TransitionNotAllowed(publication.state, allowed)
    if action not in allowed:
        raise SameReviewer(allowed)


def must_be_publishable(snapshot: Snapshot) -> None:
    """Raises NotFrozen, or RevisionOutdated where a newer revision is frozen."""
    if snapshot.state is not SnapshotState.FROZEN:
        raise NotFrozen(state=snapshot.state.value, allowed_transitions=[])
    if snapshot.superseded:
        raise RevisionOutdated(state=snapshot.state.value, allowed_transitions=[])
