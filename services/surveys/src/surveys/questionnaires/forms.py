"""Questionnaires on the wire: what is received and what is served."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from common.http.models import StrictModel
from surveys.questionnaires.documents import Document, from_documents, to_documents
from surveys.questionnaires.domain import (
    Content,
    PublishedVersion,
    Questionnaire,
    QuestionnaireState,
    QuestionType,
)

MAX_PAGES = 100
MAX_QUESTIONS = 200
MAX_OPTIONS = 500

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="Letters, digits and _ . -")]
Words = Annotated[str, Field(max_length=2_000)]
Step = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
Bound = Annotated[float, Field(ge=-1e15, le=1e15)]


class TextForm(StrictModel):
    """The same words in both languages; a draft may leave one empty."""

    zh: Words
    en: Words


class OptionForm(StrictModel):
    """One option of a choice."""

    value: Annotated[str, Field(min_length=1, max_length=200, description="What is stored")]
    text: TextForm


class ScaleForm(StrictModel):
    """Whole numbers from `min` to `max`."""

    min: Step
    max: Step


class QuestionForm(StrictModel):
    """A question; which of the optional members it needs depends on its type."""

    id: Name
    type: QuestionType
    required: bool = False
    text: TextForm
    options: Annotated[list[OptionForm], Field(max_length=MAX_OPTIONS)] | None = Field(
        default=None, description="Of single_choice and multiple_choice"
    )
    scale: ScaleForm | None = Field(default=None, description="Of scale")
    minimum: Bound | None = Field(default=None, description="Of number")
    maximum: Bound | None = Field(default=None, description="Of number")
    max_length: Annotated[int, Field(ge=1, le=100_000)] | None = Field(default=None, description="Of text")


class PageForm(StrictModel):
    """A page is saved as a whole."""

    id: Name
    questions: Annotated[list[QuestionForm], Field(max_length=MAX_QUESTIONS)]


Pages = Annotated[list[PageForm], Field(max_length=MAX_PAGES)]


class NewQuestionnaire(StrictModel):
    """A questionnaire to begin with."""

    title: TextForm
    pages: Pages

    def content(self) -> Content:
        """As the value that is worked with."""
        document = self.model_dump(mode="json")
        return from_documents(document["title"], document["pages"])


class TextPatch(StrictModel):
    """Words to change."""

    zh: Words = ""
    en: Words = ""


class QuestionnairePatch(StrictModel):
    """Merge patch: what is absent stays, pages are replaced as a whole."""

    title: TextPatch = Field(default_factory=TextPatch)
    pages: Pages = Field(default_factory=list)

    def applied_to(self, content: Content) -> Content:
        """The content after the change."""
        kept, given = to_documents(content), self.model_dump(mode="json", include=self.model_fields_set)
        words = self.title.model_dump(exclude_unset=True)
        return from_documents(kept.title | words, given.get("pages", kept.pages))


class QuestionBody(QuestionForm):
    """A question as it is served: members that its type does not need are absent."""


class PageBody(BaseModel):
    """A page as it is served."""

    id: str
    questions: list[QuestionBody]


class QuestionnaireBody(BaseModel):
    """A questionnaire with its draft content; `published_version` is the newest frozen one."""

    id: UUID
    version: int
    change_token: None = None
    school_code: str | None = Field(description="Null: for every school")
    state: QuestionnaireState
    published_version: int | None
    title: TextForm
    pages: list[PageBody]
    created_at: datetime
    recorded_at: datetime


class VersionBody(BaseModel):
    """A published version; it never changes."""

    questionnaire_id: UUID
    number: int
    title: TextForm
    pages: list[PageBody]
    published_at: datetime


def questionnaire_body(questionnaire: Questionnaire) -> Document:
    """A questionnaire as `QuestionnaireBody` describes it."""
    document = to_documents(questionnaire.content)
    return {
        "id": questionnaire.id,
        "version": questionnaire.version,
        "change_token": None,
        "school_code": questionnaire.school_code,
        "state": questionnaire.state,
        "published_version": questionnaire.published_version,
        "title": document.title,
        "pages": document.pages,
        "created_at": questionnaire.created_at,
        "recorded_at": questionnaire.recorded_at,
    }


def version_body(version: PublishedVersion) -> Document:
    """A published version as `VersionBody` describes it."""
    document = to_documents(version.content)
    return {
        "questionnaire_id": version.questionnaire_id,
        "number": version.number,
        "title": document.title,
        "pages": document.pages,
        "published_at": version.published_at,
    }
