"""Bodies of snapshots."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from common.approvals.wire import Reason
from common.auth import Principal
from common.change_feed.barrier import Why
from common.http import Day, StrictModel
from common.http.models import Instant
from common.identifiers import Cohort, SchoolCode
from indicators.reading.answers import FigureBody
from indicators.snapshots.commands import ASKERS, DECIDERS, SEE_REASONS
from indicators.snapshots.domain.differences import Difference
from indicators.snapshots.domain.snapshots import NewSnapshot, Snapshot, SnapshotAction, SnapshotKind, SnapshotState

Moment = Annotated[Instant, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC))]


class NewSnapshotBody(StrictModel):
    """What is asked for."""

    school_code: SchoolCode = Field(pattern=r"^[0-9]{5}$")
    cohort: Cohort = Field(ge=1977, le=2200)
    kind: SnapshotKind
    as_of: Day | None = Field(default=None, description="The day, inclusive; of a free one only")
    known_at: Moment | None = Field(default=None, description="Only what was recorded before it counts; null: now")

    def asked(self) -> NewSnapshot:
        """The same as the domain has it."""
        return NewSnapshot(**dict(self))


class RevisionBody(StrictModel):
    """Why a frozen snapshot is revised, and by what was known when."""

    reason: Reason
    known_at: Moment | None = Field(default=None, description="Only what was recorded before it counts; null: now")


class WaitingFor(BaseModel):
    """What a pending snapshot waits for."""

    model_config = ConfigDict(from_attributes=True)

    owner: str = Field(description="The service that records these versions")
    topic: str
    why: Why


class SnapshotItem(BaseModel):
    """A day of a school's cohort as it was known at a moment; once `frozen` it never changes."""

    id: UUID
    version: int
    school_code: SchoolCode
    cohort: Cohort
    kind: SnapshotKind
    as_of: date
    known_at: datetime = Field(description="Exactly what was recorded before it counts")
    revision: int = Field(description="0, then one more for each revision that was approved")
    of: UUID | None = Field(description="The snapshot that it revises")
    state: SnapshotState
    waiting_for: list[WaitingFor] = Field(description="Of a pending one: what is not here yet, as far as looked")
    dead_letters: int = Field(description="Open ones of the school when it was last looked at: they hold nothing up")
    base: int | None = Field(description="N: the number of rows")
    hash: str | None = Field(description="SHA-256 of the body of `…/rows`, in 64 hexadecimal digits")
    definitions: list[dict[str, Any]] | None = Field(description="The definitions in force when it was frozen")
    watermark: datetime | None = Field(description="Everything published before this instant was included")
    reason: str | None = Field(description="Why it was revised; for school, province and auditors")
    decision_reason: str | None = Field(description="Why the revision was refused; for the same")
    requested_by_role: str | None = Field(description="None of an official one that fell due")
    decided_by_role: str | None
    frozen_at: datetime | None
    allowed_transitions: list[SnapshotAction] = Field(description="What the caller may do now")

    @classmethod
    def of_snapshot(cls, snapshot: Snapshot, caller: Principal, **further: object) -> Self:
        """The snapshot as the caller sees it."""
        allowed = snapshot.allowed_transitions(
            caller.subject, asks=caller.role in ASKERS, decides=caller.role in DECIDERS
        )
        hidden = {} if caller.role in SEE_REASONS else {"reason": None, "decision_reason": None}
        return cls.model_validate(
            {
                **vars(snapshot),
                "waiting_for": [vars(each) for each in snapshot.waiting_for],
                "hash": snapshot.hash and snapshot.hash.hex(),
                "allowed_transitions": allowed,
                **hidden,
                **further,
            }
        )


class DifferenceBody(BaseModel):
    """A measure that would be another one if the day were frozen now."""

    measure: str
    college: str | None = Field(description="null: the whole school")
    before: FigureBody = Field(description="As it was frozen")
    after: FigureBody = Field(description="As it would be frozen now")

    @classmethod
    def of(cls, difference: Difference) -> Self:
        """The difference with its percentages."""
        before, after = (
            FigureBody(each.numerator, each.denominator, each.rate) for each in (difference.before, difference.after)
        )
        return cls(measure=difference.measure, college=difference.college, before=before, after=after)


class SnapshotAnswer(SnapshotItem):
    """One snapshot, with what has changed since it was frozen."""

    drift: int | None = Field(description="Graduates who would differ if it were frozen now; null before it is frozen")
    differences: list[DifferenceBody] | None = Field(
        description="By the scheme of the cohort, of the colleges that the caller sees"
    )
