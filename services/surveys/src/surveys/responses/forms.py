"""Responses on the wire: what is received and what is served."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from common.http import StrictModel
from surveys.questionnaires.forms import PageBody, TextForm
from surveys.responses.domain import ResponseState

Values = Annotated[
    dict[str, Any], Field(max_length=1_000, description="Question → value; null or absent: not answered")
]


class PageValues(StrictModel):
    """The answers of one page, all of them: a question left out is not answered."""

    values: Values


class AskedQuestionnaire(BaseModel):
    """The questionnaire version that is asked."""

    id: UUID
    version: int
    title: TextForm
    pages: list[PageBody]


class AskedWave(BaseModel):
    """What the respondent needs to know of the wave."""

    cohort: int
    cycle: int
    opens_at: datetime
    closes_at: datetime


class AskingSchool(BaseModel):
    """Who asks; names are null until they are known."""

    code: str
    name: str | None
    name_en: str | None


class AnswerBody(BaseModel):
    """An answer while it is being given."""

    version: int
    state: ResponseState
    change_token: str | None = Field(description="Of the submission; null before it")
    school: AskingSchool
    wave: AskedWave
    questionnaire: AskedQuestionnaire
    values: Values
    missing: list[str] = Field(description="Required questions that are not answered yet")


class ResponseBody(BaseModel):
    """A response without what was answered."""

    id: UUID
    version: int
    change_token: str | None
    wave_id: UUID
    graduate_id: UUID
    school_code: str
    state: ResponseState
    questions_answered: int
    questions_total: int
    created_at: datetime
    recorded_at: datetime
    submitted_at: datetime | None
