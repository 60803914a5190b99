"""What is known of a response beside what was answered."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from common.errors import Conflict, Message
from common.identifiers import EmployerId, GraduateId, InvitationId, ResponseId, SchoolCode, WaveId


class ResponseState(StrEnum):
    """答卷状态."""

    OPEN = "open"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    SCREENED_OUT = "screened_out"


class Completeness(StrEnum):
    """答卷完整程度: with `core` each visible core question is answered, with `complete` each visible one."""

    EMPTY = "empty"
    PARTIAL = "partial"
    CORE = "core"
    COMPLETE = "complete"


class Mode(StrEnum):
    """作答方式: how an answer came."""

    WEB = "web"
    API = "api"
    PHONE = "phone"
    PAPER = "paper"
    IMPORT = "import"


class CompletedBy(StrEnum):
    """Who completed an answer: the respondent, or the close of the wave, which submits what is complete."""

    RESPONDENT = "respondent"
    CLOSE = "close"


@dataclass(frozen=True)
class Response:
    """答卷, without what was answered.

    `measured_version` is the one whose answers gave values to measures last; None where none do. `effective_version` is
    the one that was submitted last, also while a newer one is edited; `completeness` and `mode` are of that one.
    Since `detached_at` the answer is kept without the person, since `excluded_at` it counts in no figure. `shown_…` is
    the privacy statement that the holder of the link was shown last before consent: without `shown_statement_id` the
    one that is shipped. `full_cap` is the cap that has just screened it out; which it was is not stored.

    It is a graduate's or an employer's. An employer's speaks for `hires` graduates, as they were counted when the wave
    was created; `number` tells answers of one link apart.
    """

    id: ResponseId
    invitation_id: InvitationId
    wave_id: WaveId
    graduate_id: GraduateId | None
    employer_id: EmployerId | None
    number: int
    hires: int | None
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
    effective_version: int | None
    completeness: Completeness | None
    mode: Mode | None
    completed_by: CompletedBy | None
    detached_at: datetime | None
    excluded_at: datetime | None
    shown_statement_id: UUID | None
    shown_statement_version: int | None
    full_cap: str | None = None

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it is left to be taken back: it was, or a cap has screened it out."""
        return self.state in (ResponseState.WITHDRAWN, ResponseState.SCREENED_OUT)

    @property
    def subject_id(self) -> UUID:
        """The graduate or the employer: the key of the events about it."""
        found = self.graduate_id or self.employer_id
        assert found is not None, "the database holds that a response has one of them"
        return found

    @property
    def is_edited(self) -> bool:
        """Whether something newer is written while what was submitted counts."""
        return self.state is ResponseState.OPEN and self.effective_version is not None


@dataclass(frozen=True)
class Submission:
    """How completely an answer is given that is submitted now, and how it came."""

    answered: int
    total: int
    completeness: Completeness
    mode: Mode
    completed_by: CompletedBy


@dataclass(frozen=True)
class Editing:
    """Until when what was submitted may be edited, None where it may not, and whether that is still so."""

    until: datetime | None
    is_possible: bool


class AlreadySubmitted(Conflict):
    """What was submitted is opened again before it is changed."""

    code = "already_submitted"
    title = Message("答卷已提交，修改前请先重新打开", "This was submitted; reopen it before you change it")

    def __init__(self) -> None:
        super().__init__(state=ResponseState.SUBMITTED.value, allowed_transitions=["reopen", "withdraw"])


@dataclass(frozen=True)
class Moment:
    """The place of the next event of a graduate or an employer: its sequence, and the day from which it counts."""

    sequence: int
    decided_on: date
