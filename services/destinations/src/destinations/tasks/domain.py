"""Disputes (争议) of a registration, and the tasks (待办) that they make: who holds one, and how it ends. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from common.approvals.domain import TransitionNotAllowed
from common.identifiers import Cohort, CollegeCode, GraduateId, RegistrationId, SchoolCode
from destinations.registrations.domain.lifecycle import Action, Confirmation, Party, Stage
from destinations.registrations.domain.registration import Change, Registration

TaskId = NewType("TaskId", UUID)

WORKING_DAYS_TO_ANSWER = 5
"""Of a dispute, the day after it being the first."""


class DisputeKind(StrEnum):
    """What the graduate says is wrong."""

    WRONG_DATA = "wrong_data"
    CHANGED = "changed"
    NOT_MINE = "not_mine"
    PRESSED = "pressed"


PAST_COLLEGE = frozenset({DisputeKind.NOT_MINE, DisputeKind.PRESSED})
"""被就业, 被要求签约: what concerns those who may have entered it goes to the school alone, unseen by the college."""

SEE_ALL_DISPUTES = frozenset({Party.GRADUATE, Party.SCHOOL_OFFICER})
"""Who reads kind and reason of a dispute that passes the college by; all others see that there is one."""


class TaskKind(StrEnum):
    """What is to be done."""

    ANSWER_DISPUTE = "answer_dispute"


class Holder(StrEnum):
    """The level that has to do it, never a person."""

    COLLEGE = "college"
    SCHOOL = "school"


class TaskState(StrEnum):
    """Whether it is still to be done."""

    OPEN = "open"
    DONE = "done"


class Outcome(StrEnum):
    """How a task has ended: the content stays, other content is effective, the graduate took the dispute back."""

    KEPT = "kept"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Dispute:
    """What the graduate said of one version; `reason` is None once the person is erased."""

    registration_id: RegistrationId
    version: int
    kind: DisputeKind
    reason: str | None
    recorded_at: datetime

    def is_shown_to(self, party: Party | None) -> bool:
        """Whether this party, or another reader, reads its kind and reason."""
        return self.kind not in PAST_COLLEGE or party in SEE_ALL_DISPUTES


@dataclass(frozen=True, kw_only=True)
class Task:
    """待办: one thing to be done about a registration, by a level, until a day.

    Kind and reason are those of the newest dispute that it is about; the texts are None once the person is erased.
    """

    id: TaskId
    version: int
    graduate_id: GraduateId
    registration_id: RegistrationId
    school_code: SchoolCode
    college_code: CollegeCode | None
    cohort: Cohort
    kind: TaskKind
    held_by: Holder
    due_on: date
    state: TaskState
    outcome: Outcome | None
    dispute_kind: DisputeKind
    reason: str | None
    answer: str | None
    ended_at: datetime | None
    recorded_at: datetime


def holder_of(college_code: CollegeCode | None, last: Outcome | None) -> Holder:
    """The college, which knows the graduate; the school without one, or where the college has kept the content."""
    return Holder.SCHOOL if college_code is None or last is Outcome.KEPT else Holder.COLLEGE


def must_be_answerable(task: Task, level: Holder) -> None:
    """Raises TransitionNotAllowed for a task that has ended, or that another level holds."""
    if task.state is not TaskState.OPEN or level is not task.held_by:
        raise TransitionNotAllowed(task.state.value, ())


def outcome_of(before: Registration | None, change: Change) -> Outcome | None:
    """How a change of the registration ends what is to be done about its dispute; None where it ends nothing.

    What is voided is corrected, too: the content that was disputed is in no figure any more.
    """
    if before is None or before.effective is None or before.effective.confirmation is not Confirmation.DISPUTED:
        return None
    if change.takes_effect or change.stage is Stage.VOIDED:
        return Outcome.CORRECTED
    return Outcome.WITHDRAWN if change.action is Action.CONFIRM else None
