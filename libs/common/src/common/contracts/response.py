"""Response topic of surveys: which wave of a tracking survey (跟踪调查) a graduate was asked in and answered."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

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
