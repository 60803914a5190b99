"""Questionnaires on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, TypeAdapter

from common.http import StrictModel
from surveys.questionnaires.domain.content import (
    Content,
    ContentChange,
    QuestionnairePage,
    QuestionnaireState,
    VariableFate,
)
from surveys.questionnaires.wire.forms import PageForm, QuestionForm, TextForm, Words, unset

MAX_PAGES = 100

_CONTENT = TypeAdapter(Content)
_PAGES = TypeAdapter(tuple[QuestionnairePage, ...])

Pages = Annotated[list[PageForm], Field(max_length=MAX_PAGES)]


class NewQuestionnaire(StrictModel):
    """A questionnaire to begin with."""

    title: TextForm
    pages: Pages

    def content(self) -> Content:
        """The domain value."""
        return _CONTENT.validate_python(self.model_dump())


class TextPatch(StrictModel):
    """Words to change."""

    zh: Words = ""
    en: Words = ""


class QuestionnairePatch(StrictModel):
    """Merge patch: what is absent stays, pages are replaced as a whole."""

    title: TextPatch = Field(default_factory=TextPatch)
    pages: Pages = Field(default_factory=list)

    def change(self) -> ContentChange:
        """The domain value."""
        pages = _PAGES.validate_python(self.model_dump()["pages"]) if "pages" in self.model_fields_set else None
        return ContentChange(self.title.model_dump(exclude_unset=True), pages)


# lax, because the domain keeps tuples where JSON has lists
class QuestionBody(QuestionForm, from_attributes=True, strict=False):
    """A question as it is served: members that its type does not need are absent."""


class PageBody(BaseModel, from_attributes=True):
    """A page as it is served."""

    id: str
    title: TextForm | None = unset("Read above its questions")
    visible_if: str | None = unset("The condition under which its questions are asked")
    questions: list[QuestionBody]


class ChangeBody(BaseModel, from_attributes=True):
    """A variable against the version before: `reworded` is comparable with `same_meaning` alone, `changed` never."""

    variable: str
    change: VariableFate
    comparable: bool


class QuestionnaireBody(BaseModel, from_attributes=True):
    """A questionnaire with its draft content; `published_version` is the newest frozen one."""

    id: UUID
    version: int
    change_token: None = None
    school_code: str | None = Field(description="Null: for every school")
    state: QuestionnaireState
    published_version: int | None
    title: TextForm
    pages: list[PageBody]
    changes: list[ChangeBody] | None = unset("Of the variables of the newest published version against the one before")
    created_at: datetime
    recorded_at: datetime


class VersionBody(BaseModel, from_attributes=True):
    """A published version; it never changes."""

    questionnaire_id: UUID
    number: int
    title: TextForm
    pages: list[PageBody]
    published_at: datetime
