"""What a questionnaire is made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from common.errors import Conflict, Message
from common.identifiers import QuestionnaireId, SchoolCode


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


class PostLevel(StrEnum):
    """岗位层级: 基层, 中层, 高层."""

    JUNIOR = "junior"
    MIDDLE = "middle"
    SENIOR = "senior"


@dataclass(frozen=True)
class Binding:
    """数据项绑定: to which measure of `common.measures` the answers of a question are given.

    `map` says which code an option stands for; one without a code gives no value. Without a map the options' values are
    the codes. `post_level` is whom an employer judges by this question.
    """

    id: str
    map: Mapping[str, str] | None = None
    post_level: PostLevel | None = None


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
    measure: Binding | None = None


@dataclass(frozen=True)
class QuestionnairePage:
    """One page, saved as a whole."""

    id: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Content:
    """Everything a respondent sees."""

    title: Message
    pages: tuple[QuestionnairePage, ...]

    @property
    def questions(self) -> Iterator[Question]:
        """All questions in the order of the pages."""
        return (question for page in self.pages for question in page.questions)

    def page(self, page_id: str) -> QuestionnairePage | None:
        """The page with this id."""
        return next((page for page in self.pages if page.id == page_id), None)

    def asks_the_same_as(self, other: "Content") -> bool:
        """True if a respondent sees no difference."""
        return (self.title, self.pages) == (other.title, other.pages)


@dataclass(frozen=True)
class ContentChange:
    """A merge patch: words of the title by language; pages as a whole, None where they stay."""

    title: Mapping[str, str]
    pages: tuple[QuestionnairePage, ...] | None

    def applied_to(self, content: Content) -> Content:
        """The content after the change."""
        return Content(replace(content.title, **self.title), content.pages if self.pages is None else self.pages)


@dataclass(frozen=True)
class Questionnaire(Content):
    """问卷, being worked on. Without a school it is kept for all of them."""

    id: QuestionnaireId
    version: int
    school_code: SchoolCode | None
    state: QuestionnaireState
    published_version: int | None
    created_at: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class PublishedVersion(Content):
    """已发布版本: never changes."""

    questionnaire_id: QuestionnaireId
    number: int
    school_code: SchoolCode | None
    published_at: datetime


class AlreadyPublished(Conflict):
    """The content is that of the newest version; two versions with one content would pass for two questionnaires."""

    code = "already_published"
    title = Message("内容已发布，没有改动", "This content is published already")
