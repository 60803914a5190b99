"""Response topic of surveys: which wave of a tracking survey (跟踪调查) a graduate was asked in and answered."""

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


class ResponseState(StrEnum):
    """Asked, answered, or taken back (答卷状态)."""

    REQUESTED = "requested"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


class ResponseData(EventData):
    """State of one graduate in one wave; no answer, only how completely was answered."""

    graduate_id: UUID
    wave_id: UUID
    questionnaire_id: UUID
    questionnaire_version: Version
    cohort: CohortField
    cycle: Annotated[int, Field(ge=0, le=10, description="Years after graduation: 0, 1, 3 or 5")]
    state: Annotated[ResponseState, ADDITIVE]
    questions_answered: Annotated[int, Field(ge=0)] = 0
    questions_total: Annotated[int, Field(ge=0)] = 0


def _example(state: ResponseState, answered: int) -> ResponseData:
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
        changed_fields=("state",),
    )


EVENTS = (
    Event(REQUESTED, ResponseData, "A graduate was asked in a wave", _example(ResponseState.REQUESTED, 0)),
    Event(SUBMITTED, ResponseData, "An answer was submitted", _example(ResponseState.SUBMITTED, 11)),
    Event(WITHDRAWN, ResponseData, "An answer was withdrawn", _example(ResponseState.WITHDRAWN, 11)),
)

STATES = States(gone=WITHDRAWN, says={"state": ResponseState.WITHDRAWN}, thing=("wave_id",))

TOPIC_SPEC = TopicSpec(
    TOPIC, "surveys", "graduate_id", "Who was asked in a wave and who answered", EVENTS, states=STATES
)
