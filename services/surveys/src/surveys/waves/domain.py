"""What a wave of a tracking survey is."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID

from common.errors import FieldProblem, Invalid, Message


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


@dataclass(frozen=True)
class WavePlan:
    """A wave as it is asked for."""

    school_code: str
    cohort: int
    cycle: Cycle
    questionnaire_id: UUID
    questionnaire_version: int
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class Wave:
    """跟踪调查轮次. `eligible` counts the cohort's population at the moment the wave was created."""

    id: UUID
    version: int
    plan: WavePlan
    eligible: int
    created_at: datetime


_ORDER = Message("截止时间须晚于开始时间", "The wave must close after it opens")
_OVER = Message("截止时间已过", "The closing time has passed already")
_UNKNOWN_VERSION = Message("没有这份已发布的问卷版本", "There is no such published questionnaire version")


def must_open_before_it_closes(plan: WavePlan) -> None:
    """Refuses a period that never comes."""
    if plan.closes_at <= plan.opens_at:
        raise Invalid((FieldProblem("/closes_at", "opens_before_closes", _ORDER),))


def already_over() -> Invalid:
    """The error for a period that has passed: nobody could answer any more."""
    return Invalid((FieldProblem("/closes_at", "closes_in_future", _OVER),))


def unknown_questionnaire_version() -> Invalid:
    """The error for a version that was never published, or that another school keeps to itself."""
    return Invalid((FieldProblem("/questionnaire_version", "unknown_questionnaire_version", _UNKNOWN_VERSION),))
