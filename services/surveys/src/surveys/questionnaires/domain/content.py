"""What a questionnaire is made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from common.errors import Conflict, Message
from common.identifiers import QuestionnaireId, SchoolCode
from surveys.units.domain import OF_SCHOOL, Unit


class QuestionType(StrEnum):
    """题型: decides the shape of an answer."""

    SINGLE_CHOICE = "single_choice"
    MULTIPLE_CHOICE = "multiple_choice"
    MATRIX = "matrix"
    RANKING = "ranking"
    SCALE = "scale"
    NPS = "nps"
    BOOLEAN = "boolean"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    MONTH = "month"
    TEXT = "text"
    CODE = "code"
    PLACE = "place"
    EMPLOYER = "employer"
    FILE = "file"
    NOTE = "note"
    CALCULATED = "calculated"


CHOICES = frozenset({QuestionType.SINGLE_CHOICE, QuestionType.MULTIPLE_CHOICE})


class QuestionnaireState(StrEnum):
    """Draft while its content differs from the last published version."""

    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Option:
    """选项: the value that is stored and the text that is read.

    `other` opens a text beside it; an `exclusive` one is chosen alone. A row of a matrix is an option, too.
    """

    value: str
    text: Message
    other: bool | None = None
    exclusive: bool | None = None


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


class Display(StrEnum):
    """How a scale looks."""

    BUTTONS = "buttons"
    STARS = "stars"
    SLIDER = "slider"


class Period(StrEnum):
    """What an amount of money is for."""

    MONTH = "month"
    YEAR = "year"
    ONCE = "once"


class TextFormat(StrEnum):
    """What a text must be."""

    EMAIL = "email"
    URL = "url"


class Depth(StrEnum):
    """How exactly a place is asked for."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


class Result(StrEnum):
    """What a calculation gives."""

    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"


class Prefill(StrEnum):
    """Which code of the effective registration presets an answer."""

    DESTINATION = "destination_code"
    EMPLOYER_NATURE = "employer_nature_code"
    INDUSTRY = "industry_code"
    PLACE = "place_code"
    POSITION = "position_code"


@dataclass(frozen=True)
class Constraint:
    """What a value must fulfil, as an expression, and what is said where it does not."""

    expression: str
    message: Message


@dataclass(frozen=True)
class Question:
    """题目. From `options` on, which of the members it has depends on its type (`questions` knows).

    `core`: without it an answer is only partial. `sensitive`: asked after separate consent. `refusable`: can be
    answered by a refusal. `same_meaning`: other words than in the version before, but the same question. `units`, by
    code, are never stored: those of the school that asks, while it does (`with_units`).
    """

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
    hint: Message | None = None
    core: bool | None = None
    sensitive: bool | None = None
    refusable: bool | None = None
    visible_if: str | None = None
    constraint: Constraint | None = None
    prefill: Prefill | None = None
    same_meaning: bool | None = None
    rows: tuple[Option, ...] | None = None
    min_selected: int | None = None
    max_selected: int | None = None
    max_ranked: int | None = None
    min_label: Message | None = None
    max_label: Message | None = None
    display: Display | None = None
    decimals: int | None = None
    unit: Message | None = None
    period: Period | None = None
    format: TextFormat | None = None
    lines: int | None = None
    code_list: str | None = None
    depth: Depth | None = None
    calculation: str | None = None
    result: Result | None = None
    units: Mapping[str, Unit] | None = None

    @property
    def is_of_school(self) -> bool:
        """Whether it asks for one of the school's own majors or colleges."""
        return self.type is QuestionType.CODE and self.code_list in OF_SCHOOL

    @cached_property
    def option_values(self) -> tuple[str, ...]:
        """The values of its options, in their order."""
        return tuple(option.value for option in self.options or ())


@dataclass(frozen=True)
class QuestionnairePage:
    """One page, saved as a whole."""

    id: str
    questions: tuple[Question, ...]
    title: Message | None = None
    visible_if: str | None = None


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


class VariableFate(StrEnum):
    """What became of a variable, from the least to the greatest change; of a new one nothing is known before."""

    NEW = "new"
    SAME = "same"
    REWORDED = "reworded"
    CHANGED = "changed"


@dataclass(frozen=True)
class VariableChange:
    """A variable against the version before; `comparable` says whether its answers can stand in one series."""

    variable: str
    change: VariableFate
    comparable: bool


@dataclass(frozen=True)
class Questionnaire(Content):
    """问卷, being worked on. Without a school it is kept for all of them.

    `changes` are those of the newest published version; None before there is one.
    """

    id: QuestionnaireId
    version: int
    school_code: SchoolCode | None
    state: QuestionnaireState
    published_version: int | None
    created_at: datetime
    recorded_at: datetime
    changes: tuple[VariableChange, ...] | None


@dataclass(frozen=True)
class PublishedVersion(Content):
    """已发布版本: never changes, so that what is made of it is found by its number."""

    questionnaire_id: QuestionnaireId
    number: int
    school_code: SchoolCode | None
    published_at: datetime

    def __hash__(self) -> int:
        return hash((self.questionnaire_id, self.number))


class AlreadyPublished(Conflict):
    """The content is that of the newest version; two versions with one content would pass for two questionnaires."""

    code = "already_published"
    title = Message("内容已发布，没有改动", "This content is published already")
