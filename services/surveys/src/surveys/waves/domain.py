"""What a wave of a tracking survey is."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from common.errors import Conflict, Message
from common.identifiers import Cohort, QuestionnaireId, SchoolCode, WaveId
from surveys.privacy.domain import StatementId


class Cycle(IntEnum):
    """跟踪周期: years after graduation."""

    AT_GRADUATION = 0
    ONE_YEAR = 1
    THREE_YEARS = 3
    FIVE_YEARS = 5


class WavePhase(StrEnum):
    """Where the database's clock stands against the wave's period."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class Anonymity(StrEnum):
    """匿名方式: who may see an answer with the person."""

    IDENTIFIED = "identified"
    PSEUDONYMOUS = "pseudonymous"


MAX_EDIT_HOURS = 168
"""A week."""


@dataclass(frozen=True, kw_only=True)
class WavePlan:
    """A wave as it is asked for; without a statement of its own its respondents read what the school published last.

    What was submitted may be edited for `edit_hours`, None: until the wave closes.
    """

    school_code: SchoolCode
    cohort: Cohort
    cycle: Cycle
    questionnaire_id: QuestionnaireId
    questionnaire_version: int
    opens_at: datetime
    closes_at: datetime
    privacy_statement_id: StatementId | None = None
    anonymity: Anonymity = Anonymity.PSEUDONYMOUS
    edit_hours: int | None = 0


@dataclass(frozen=True, kw_only=True)
class Wave(WavePlan):
    """跟踪调查轮次. `eligible` counts the cohort's population at the moment the wave was created."""

    id: WaveId
    version: int
    eligible: int
    created_at: datetime


class WaveNotOpen(Conflict):
    """The wave's period has not begun; names `opens_at`."""

    code = "wave_not_open"
    title = Message("调查尚未开始", "This survey has not opened yet")


class WaveClosed(Conflict):
    """The wave's period is over."""

    code = "wave_closed"
    title = Message("调查已截止，不能再邀请", "The wave has closed; nobody can be invited any more")


@dataclass(frozen=True, kw_only=True)
class CurrentWave(Wave):
    """A wave and the phase that it is in now."""

    phase: WavePhase

    def must_have_opened(self) -> None:
        """Raises WaveNotOpen while the period has not begun."""
        if self.phase is WavePhase.PLANNED:
            raise WaveNotOpen(opens_at=self.opens_at.isoformat())
