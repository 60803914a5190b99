"""What is known of a response beside what was answered."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from common.errors import Conflict, Message
from common.identifiers import GraduateId, InvitationId, ResponseId, SchoolCode, WaveId


class ResponseState(StrEnum):
    """答卷状态."""

    OPEN = "open"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Response:
    """答卷, without what was answered.

    `measured_version` is the one whose answers gave values to measures last; None where none do.
    """

    id: ResponseId
    invitation_id: InvitationId
    wave_id: WaveId
    graduate_id: GraduateId
    school_code: SchoolCode
    version: int
    state: ResponseState
    questions_answered: int
    questions_total: int
    created_at: datetime
    recorded_at: datetime
    submitted_at: datetime | None
    announced_sequence: int | None
    measured_version: int | None


class NotSubmitted(Conflict):
    """Only what was submitted can be withdrawn."""

    code = "not_submitted"
    title = Message("只有已提交的答卷才能撤回", "Only a submitted response can be withdrawn")


@dataclass(frozen=True)
class Moment:
    """The place of the next event of a graduate: its sequence, and the day from which it counts."""

    sequence: int
    decided_on: date
