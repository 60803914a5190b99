"""Questionnaires on the wire."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter

from common.http import StrictModel
from surveys.questionnaires.domain.content import (
    Content,
    ContentChange,
    PostLevel,
    QuestionnairePage,
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


def _unset(description: str) -> Any:
    """A member that only some types need: absent from what is served where it is not set."""
    return Field(
        default=None,
        description=description,
        exclude_if=lambda value: value is None,
        json_schema_extra={"default": None},
    )


_CONTENT = TypeAdapter(Content)
_PAGES = TypeAdapter(tuple[QuestionnairePage, ...])


class TextForm(StrictModel, from_attributes=True):
    """The same words in both languages; a draft may leave one empty."""

    zh: Words
    en: Words


class OptionForm(StrictModel, from_attributes=True):
    """One option of a choice."""

    value: Annotated[str, Field(min_length=1, max_length=200, description="What is stored")]
    text: TextForm


class ScaleForm(StrictModel, from_attributes=True):
    """Whole numbers from `min` to `max`."""

    min: Step
    max: Step


def _word(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


MeasureCode = Annotated[str, BeforeValidator(_word), Field(min_length=1, max_length=100)]
"""A code that an option stands for; true and false are words, too."""


class MeasureForm(StrictModel, from_attributes=True):
    """The measure to which the answers are given; see `indicators` for what it is."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
    map: Annotated[dict[Annotated[str, Field(max_length=200)], MeasureCode], Field(max_length=MAX_OPTIONS)] | None = (
        _unset("Of choices: option value → code; an option that is missing here gives no value")
    )
    post_level: PostLevel | None = _unset("Of questions to employers: the level of the posts that is judged")


class QuestionForm(StrictModel):
    """A question; which of the optional members it needs depends on its type."""

    id: Name
    type: QuestionType
    required: bool = False
    text: TextForm
    options: Annotated[list[OptionForm], Field(max_length=MAX_OPTIONS)] | None = _unset(
        "Of single_choice and multiple_choice"
    )
    scale: ScaleForm | None = _unset("Of scale")
    minimum: Bound | None = _unset("Of number")
    maximum: Bound | None = _unset("Of number")
    max_length: Annotated[int, Field(ge=1, le=100_000)] | None = _unset("Of text")
    measure: MeasureForm | None = _unset("What the answers give to the indicators")


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
    questions: list[QuestionBody]


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
    created_at: datetime
    recorded_at: datetime


class VersionBody(BaseModel, from_attributes=True):
    """A published version; it never changes."""

    questionnaire_id: UUID
    number: int
    title: TextForm
    pages: list[PageBody]
    published_at: datetime
