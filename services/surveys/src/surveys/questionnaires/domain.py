"""What a questionnaire is made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from common.errors import Message


class QuestionType(StrEnum):
    """题型: decides the shape of an answer."""

    SINGLE_CHOICE = "single_choice"
    MULTIPLE_CHOICE = "multiple_choice"
    TEXT = "text"
    NUMBER = "number"
    SCALE = "scale"
    DATE = "date"
    BOOLEAN = "boolean"


CHOICES = frozenset({QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE})


class QuestionnaireState(StrEnum):
    """Draft while its content differs from the last published version."""

    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Option:
    """选项: the value that is stored and the text that is read."""

    value: str
    text: Message


@dataclass(frozen=True)
class Scale:
    """量表: whole numbers from `min` to `max`, both included."""

    min: int
    max: int


@dataclass(frozen=True)
class Question:
    """题目. `minimum` and `maximum` bound a number, `max_length` a text."""

    id: str
    type: QuestionType
    required: bool
    text: Message
    options: tuple[Option, ...] | None = None
    scale: Scale | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None


@dataclass(frozen=True)
class Page:
    """One page, saved as a whole."""

    id: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Content:
    """Everything a respondent sees."""

    title: Message
    pages: tuple[Page, ...]

    @property
    def questions(self) -> Iterator[Question]:
        """All questions in the order of the pages."""
        return (question for page in self.pages for question in page.questions)

    def page(self, page_id: str) -> Page | None:
        """The page with this id."""
        return next((page for page in self.pages if page.id == page_id), None)


@dataclass(frozen=True)
class Questionnaire:
    """问卷, being worked on. Without a school it is kept for all of them."""

    id: UUID
    version: int
    school_code: str | None
    state: QuestionnaireState
    published_version: int | None
    content: Content
    created_at: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class PublishedVersion:
    """已发布版本: never changes."""

    questionnaire_id: UUID
    number: int
    school_code: str | None
    content: Content
    published_at: datetime
