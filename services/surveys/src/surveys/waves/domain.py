"""What a wave of a tracking survey is."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from common.clock import SHANGHAI
from common.errors import Conflict, FieldProblem, Invalid, Message
from common.identifiers import Cohort, QuestionnaireId, SchoolCode, WaveId
from surveys.caps.domain import Cap, lowered
from surveys.ladders.domain import Ladder
from surveys.populations.domain import CENSUS, Population
from surveys.privacy.domain import StatementId


class Cycle(IntEnum):
    """跟踪周期: years after graduation."""

    AT_GRADUATION = 0
    ONE_YEAR = 1
    THREE_YEARS = 3
    FIVE_YEARS = 5


class Audience(StrEnum):
    """调查对象类别: whom a wave asks."""

    GRADUATES = "graduates"
    EMPLOYERS = "employers"


class Unit(StrEnum):
    """What an employer's link takes: one answer, or one for each graduate hired, none of whom is named."""

    EMPLOYER = "employer"
    HIRE = "hire"


class WavePhase(StrEnum):
    """轮次阶段, by the database's clock; `closing` from the end of the period until the close act has ended."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    FROZEN = "frozen"


class Anonymity(StrEnum):
    """匿名方式: who may see an answer with the person; of `unlinkable` ones nothing leads to a person at all."""

    IDENTIFIED = "identified"
    PSEUDONYMOUS = "pseudonymous"
    UNLINKABLE = "unlinkable"


class SendingState(StrEnum):
    """发送状态 of a step. `interrupted`: its process ended before the last message, and the codes ended with it.

    Nothing was sent where the codes were `printed`, or for `too_few` people.
    """

    SENDING = "sending"
    SENT = "sent"
    INTERRUPTED = "interrupted"
    PRINTED = "printed"
    TOO_FEW = "too_few"


@dataclass(frozen=True)
class Sending:
    """What became of a step of an unlinkable wave; of the time its day is kept."""

    step: int
    state: SendingState
    begun_on: date


MAX_EDIT_HOURS = 168
"""A week."""

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that are read as one another: people type a code from a poster."""

CODE_LENGTH = 8

NO_CYCLE = -1
"""The cycle of career updates (自主填报), in which no measure is asked for."""

_WHOM = ("audience", "cohort", "population")
"""What says whom a wave asks."""

_WHILE_OPEN = frozenset({"closes_at", "caps", "shared_code", "ladder"})
"""What may be changed of a wave that is open, if at all."""

_LATER_ONLY = Message(
    "调查开始后只能推迟截止时间、提高配额上限、修改尚未到期的联系步骤",
    "Once a wave is open it can only close later, caps be raised, and steps be others that are not due",
)


@dataclass(frozen=True, kw_only=True)
class WavePlan:
    """A wave as it is asked for; without a statement of its own its respondents read what the school published last.

    Of employers there is neither cohort nor cycle, but the year of the opening; career updates have no cycle.

    What was submitted may be edited for `edit_hours`, None: until the wave closes. `plan_id` is the plan of waves that
    made it for a year. At the entry of `shared_code` everybody may ask for the own link; None: there is none. The steps
    of the `ladder` spend at most `budget_fen` (None: without limit); with `stop_when_known` a known destination ends
    contact.
    """

    school_code: SchoolCode
    audience: Audience = Audience.GRADUATES
    unit: Unit | None = None
    cohort: Cohort | None
    cycle: Cycle | None
    questionnaire_id: QuestionnaireId
    questionnaire_version: int
    opens_at: datetime
    closes_at: datetime
    privacy_statement_id: StatementId | None = None
    anonymity: Anonymity = Anonymity.PSEUDONYMOUS
    edit_hours: int | None = 0
    population: Population = CENSUS
    plan_id: UUID | None = None
    plan_year: int | None = None
    caps: tuple[Cap, ...] = ()
    shared_code: str | None = None
    ladder: Ladder = ()
    budget_fen: int | None = None
    stop_when_known: bool = False

    @property
    def has_groups(self) -> bool:
        """Whether the groups of who answered are known: not of employers, nor of who answers with a code."""
        return self.audience is Audience.GRADUATES and self.anonymity is not Anonymity.UNLINKABLE

    @property
    def measured_cycle(self) -> int | None:
        """The cycle by which measures are asked for: None of employers."""
        return measured_cycle(self.audience, self.cycle)

    @property
    def year(self) -> int | None:
        """Of employers, that of the opening, in Shanghai."""
        return self.opens_at.astimezone(SHANGHAI).year if self.audience is Audience.EMPLOYERS else None


@dataclass(frozen=True, kw_only=True)
class Wave(WavePlan):
    """跟踪调查轮次. `eligible` counts those of the population whom it asks, as of its creation."""

    id: WaveId
    version: int
    eligible: int
    created_at: datetime
    closed_at: datetime | None
    frozen_at: datetime | None
    dataset_hash: str | None
    withdrawn_after_freeze: int
    spent_fen: int
    phase: WavePhase
    sendings: tuple[Sending, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nothing is saved any more."""
        return self.phase not in (WavePhase.PLANNED, WavePhase.OPEN)

    @property
    def takes_more(self) -> bool:
        """Whether a link takes a further answer: one about each graduate hired."""
        return self.unit is Unit.HIRE and self.phase is WavePhase.OPEN

    def asks_others(self, after: WavePlan) -> bool:
        """Whether other people are asked than before."""
        return any(getattr(self, name) != getattr(after, name) for name in _WHOM)

    def must_have_opened(self) -> None:
        """Raises WaveNotOpen while the period has not begun."""
        if self.phase is WavePhase.PLANNED:
            raise WaveNotOpen(opens_at=self.opens_at.isoformat())


class CodeTaken(Conflict):
    """Another wave has this code of a shared entry."""

    code = "shared_code_taken"
    title = Message("此入口代码已被使用，请换一个", "Another wave has this code; choose another one")


class WaveNotOpen(Conflict):
    """The wave's period has not begun; names `opens_at`."""

    code = "wave_not_open"
    title = Message("调查尚未开始", "This survey has not opened yet")


class WaveClosed(Conflict):
    """The wave's period is over."""

    code = "wave_closed"
    title = Message("调查已截止", "The wave has closed")


class WaveFrozen(Conflict):
    """Nothing is done with a frozen wave but that answers are withdrawn."""

    code = "frozen"
    title = Message("本轮数据已冻结，只能撤回答卷", "The wave is frozen; answers can only be withdrawn")

    def __init__(self) -> None:
        super().__init__(state=WavePhase.FROZEN.value, allowed_transitions=["withdraw"])


class NotClosed(Conflict):
    """A wave is closed before it is frozen."""

    code = "not_closed"
    title = Message("调查尚未截止", "The wave has not closed yet")

    def __init__(self, phase: WavePhase) -> None:
        super().__init__(state=phase.value, allowed_transitions=[])


class NotChangeable(Invalid):
    """What may not be changed any more once a wave is open."""

    code = "not_changeable"
    title = Message("调查开始后不能修改", "This cannot be changed once the wave is open")

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__([FieldProblem(f"/{name}", self.code, _LATER_ONLY) for name in names])


def measured_cycle(audience: str, cycle: int | None) -> int | None:
    """The cycle by which a wave's measures are asked for: None of employers.

    >>> measured_cycle("employers", None), measured_cycle("graduates", 3), measured_cycle("graduates", None)
    (None, 3, -1)
    """
    return None if audience == Audience.EMPLOYERS else NO_CYCLE if cycle is None else int(cycle)


def changes_of(wave: Wave, patched: Callable[[Wave], WavePlan], said: Set[str]) -> Mapping[str, Any]:
    """What of a wave is to be something else; raises WaveClosed, WaveFrozen, NotChangeable, or Invalid.

    Before a wave opens everything that may be said can be changed; while it is open it may close later, with more
    places under its caps, its shared entry be opened or shut, and its steps be others, as far as none of those is due.
    """
    must_not_be_over(wave)
    is_open = wave.phase is WavePhase.OPEN
    try:
        asked = patched(wave)
    except Invalid:
        if is_open and not said <= _WHILE_OPEN:
            raise NotChangeable(sorted(said - _WHILE_OPEN)) from None
        raise
    changed = {name: value for name, value in vars(asked).items() if getattr(wave, name) != value}
    if is_open:
        longer = {"closes_at"} if changed.get("closes_at", wave.closes_at) > wave.closes_at else set()
        less = lowered(wave.caps, changed.get("caps", wave.caps))
        if kept := sorted((changed.keys() - longer - (_WHILE_OPEN - {"closes_at"})) | {*less}):
            raise NotChangeable(kept)
    return changed


def new_code() -> str:
    """A code for a shared entry."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def must_not_be_frozen(wave: Wave) -> None:
    """Raises WaveFrozen."""
    if wave.phase is WavePhase.FROZEN:
        raise WaveFrozen


def must_not_be_over(wave: Wave) -> None:
    """Raises WaveClosed, or WaveFrozen."""
    must_not_be_frozen(wave)
    if wave.is_over:
        raise WaveClosed(state=wave.phase.value, allowed_transitions=[])


def must_be_freezable(wave: Wave) -> None:
    """Raises NotClosed, or WaveFrozen."""
    must_not_be_frozen(wave)
    if wave.phase is not WavePhase.CLOSED:
        raise NotClosed(wave.phase)
