"""Response topic of surveys: whom a wave of a tracking survey (跟踪调查) asked, and who of them answered."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from common.contracts.events import EXAMPLE_FACTS, EXAMPLE_GRADUATE, Event, States, TopicSpec
from common.contracts.fields import ADDITIVE, CohortField, EventData, Version

TOPIC = "quxiang.surveys.response.v1"
REQUESTED = "quxiang.response.requested"
SUBMITTED = "quxiang.response.submitted"
WITHDRAWN = "quxiang.response.withdrawn"
RELEASED = "quxiang.response.released"
EMPLOYER_REQUESTED = "quxiang.employer_response.requested"
EMPLOYER_SUBMITTED = "quxiang.employer_response.submitted"
EMPLOYER_WITHDRAWN = "quxiang.employer_response.withdrawn"
EMPLOYER_RELEASED = "quxiang.employer_response.released"


class ResponseState(StrEnum):
    """Asked, answered, or taken back (答卷状态); released: not asked any more, before the wave has opened."""

    REQUESTED = "requested"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"


class Completeness(StrEnum):
    """How much of what was asked is answered; `core` is each question that must be."""

    EMPTY = "empty"
    PARTIAL = "partial"
    CORE = "core"
    COMPLETE = "complete"


class Mode(StrEnum):
    """How the answer came."""

    WEB = "web"
    API = "api"
    PHONE = "phone"
    PAPER = "paper"
    IMPORT = "import"


class Unit(StrEnum):
    """What an employer's link takes: one answer, or one for each graduate hired."""

    EMPLOYER = "employer"
    HIRE = "hire"


class ResponseData(EventData):
    """State of one graduate in one wave; no answer, only how completely was answered."""

    graduate_id: UUID
    wave_id: UUID
    questionnaire_id: UUID
    questionnaire_version: Version
    cohort: CohortField
    cycle: Annotated[int, Field(ge=0, le=10)] | None = Field(
        default=None, description="Years after graduation: 0, 1, 3 or 5; null: a career update, at any time"
    )
    state: Annotated[ResponseState, ADDITIVE]
    questions_answered: Annotated[int, Field(ge=0)] = 0
    questions_total: Annotated[int, Field(ge=0)] = 0
    completeness: Annotated[Completeness, ADDITIVE] | None = Field(
        default=None, description="Of what was submitted; null without, and in an older event"
    )
    mode: Annotated[Mode, ADDITIVE] | None = Field(default=None, description="How it came; null in the same way")


class EmployerResponseData(EventData):
    """State of one employer in one wave; with `unit` `hire` it is submitted from the first answer on."""

    employer_id: UUID
    wave_id: UUID
    year: Annotated[CohortField, Field(description="Of the wave's opening, in Shanghai")]
    unit: Annotated[Unit, ADDITIVE]
    questionnaire_id: UUID
    questionnaire_version: Version
    state: Annotated[ResponseState, ADDITIVE]
    hires: Annotated[int, Field(ge=0, description="Graduates whom the employer has hired")] = 0


def _example(state: ResponseState, answered: int) -> ResponseData:
    submitted = state is ResponseState.SUBMITTED
    return ResponseData(
        **EXAMPLE_FACTS,
        graduate_id=EXAMPLE_GRADUATE,
        wave_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f002"),
        questionnaire_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f003"),
        questionnaire_version=1,
        cohort=2024,
        cycle=1,
        state=state,
        questions_answered=answered,
        questions_total=12,
        completeness=Completeness.CORE if submitted else None,
        mode=Mode.WEB if submitted else None,
        changed_fields=("state",),
    )


def _employer_example(state: ResponseState) -> EmployerResponseData:
    return EmployerResponseData(
        **EXAMPLE_FACTS,
        employer_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f006"),
        wave_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f007"),
        year=2024,
        unit=Unit.EMPLOYER,
        questionnaire_id=UUID("01902f0e-6f5c-7b61-9e0b-3a55c1a8f003"),
        questionnaire_version=1,
        state=state,
        hires=9,
        changed_fields=("state",),
    )


_OF_EMPLOYERS = (
    (EMPLOYER_REQUESTED, "An employer was asked in a wave", ResponseState.REQUESTED),
    (EMPLOYER_SUBMITTED, "An employer answered", ResponseState.SUBMITTED),
    (EMPLOYER_WITHDRAWN, "An employer's answer was withdrawn", ResponseState.WITHDRAWN),
    (EMPLOYER_RELEASED, "An employer is not asked any more in a wave that has not opened", ResponseState.RELEASED),
)

EVENTS = (
    Event(REQUESTED, ResponseData, "A graduate was asked in a wave", _example(ResponseState.REQUESTED, 0)),
    Event(SUBMITTED, ResponseData, "An answer was submitted", _example(ResponseState.SUBMITTED, 11)),
    Event(WITHDRAWN, ResponseData, "An answer was withdrawn", _example(ResponseState.WITHDRAWN, 11)),
    Event(
        RELEASED,
        ResponseData,
        "A graduate is not asked any more in a wave that has not opened",
        _example(ResponseState.RELEASED, 0),
    ),
    *(
        Event(name, EmployerResponseData, summary, _employer_example(state), key="employer_id")
        for name, summary, state in _OF_EMPLOYERS
    ),
)

STATES = States(gone=(WITHDRAWN, EMPLOYER_WITHDRAWN), says={"state": ResponseState.WITHDRAWN}, thing=("wave_id",))

TOPIC_SPEC = TopicSpec(
    TOPIC, "surveys", "graduate_id", "Who was asked in a wave and who answered", EVENTS, states=STATES
)
