"""Questions and pages on the wire, as they are sent."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from common.http import StrictModel
from surveys.expressions.tokens import MAX_LENGTH
from surveys.questionnaires.domain.content import (
    Depth,
    Display,
    Period,
    PostLevel,
    Prefill,
    QuestionType,
    Result,
    TextFormat,
)

MAX_QUESTIONS = 200
MAX_OPTIONS = 500

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="Letters, digits and _ . -")]
Words = Annotated[str, Field(max_length=2_000)]
Step = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
Bound = Annotated[float, Field(ge=-1e15, le=1e15)]


def unset(description: str) -> Any:
    """A member that only some types need: absent from what is served where it is not set."""
    return Field(
        default=None,
        description=description,
        exclude_if=lambda value: value is None,
        json_schema_extra={"default": None},
    )


class TextForm(StrictModel, from_attributes=True):
    """The same words in both languages; a draft may leave one empty."""

    zh: Words
    en: Words


def _in_both(value: object) -> object:
    return {"zh": value, "en": value} if isinstance(value, str) else value


Label = Annotated[TextForm, BeforeValidator(_in_both)]
"""Words in both languages; one text stands for both."""

Expression = Annotated[
    str,
    Field(max_length=MAX_LENGTH, description="Of the typed subset of XLSForm's language: docs/questionnaires.md"),
]
Count = Annotated[int, Field(ge=0, le=MAX_OPTIONS)]


class OptionForm(StrictModel, from_attributes=True):
    """One option of a choice, or one row of a matrix."""

    value: Annotated[str, Field(min_length=1, max_length=200, description="What is stored")]
    text: TextForm
    other: bool | None = unset("Of choices: opens the text `<id>_other`")
    exclusive: bool | None = unset("Of multiple_choice: chosen alone")


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
        unset("Of choices: option value → code; an option that is missing here gives no value")
    )
    post_level: PostLevel | None = unset("Of questions to employers: the level of the posts that is judged")


class ConstraintForm(StrictModel, from_attributes=True):
    """What a value must fulfil; it is not asked of a blank."""

    expression: Expression
    message: TextForm


Options = Annotated[list[OptionForm], Field(max_length=MAX_OPTIONS)]


class QuestionForm(StrictModel):
    """A question; which of the optional members it needs depends on its type."""

    id: Name
    type: QuestionType
    required: bool = False
    text: TextForm
    options: Options | None = unset("Of single_choice, multiple_choice, matrix and ranking")
    rows: Options | None = unset("Of matrix: each row is a variable `<id>_<value>`")
    min_selected: Count | None = unset("Of multiple_choice")
    max_selected: Count | None = unset("Of multiple_choice")
    max_ranked: Annotated[int, Field(ge=1, le=MAX_OPTIONS)] | None = unset("Of ranking")
    scale: ScaleForm | None = unset("Of scale")
    min_label: Label | None = unset("Of scale")
    max_label: Label | None = unset("Of scale")
    display: Display | None = unset("Of scale")
    minimum: Bound | None = unset("Of number")
    maximum: Bound | None = unset("Of number")
    decimals: Annotated[int, Field(ge=0, le=10)] | None = unset("Of number: how many at most")
    unit: Label | None = unset("Of number")
    period: Period | None = unset("Of money: what the amount is for")
    max_length: Annotated[int, Field(ge=1, le=100_000)] | None = unset("Of text")
    format: TextFormat | None = unset("Of text")
    lines: Annotated[int, Field(ge=1, le=50)] | None = unset("Of text: how high its field is")
    code_list: Annotated[str, Field(max_length=64)] | None = unset("Of code: a list, or `majors` or `colleges`")
    depth: Depth | None = unset("Of place: `county` where it is absent")
    calculation: Expression | None = unset("Of calculated")
    result: Result | None = unset("Of calculated: the type of what it gives")
    hint: TextForm | None = unset("Read beside the question")
    core: bool | None = unset("Without it an answer is only partial")
    sensitive: bool | None = unset("Salary, family, health: asked after separate consent, and refusable")
    refusable: bool | None = unset('Takes `{"missing": "refused"}` and `{"missing": "unknown"}`, too')
    visible_if: Expression | None = unset("The condition under which it is asked")
    constraint: ConstraintForm | None = unset("What its value must fulfil")
    prefill: Prefill | None = unset("Which code of the effective registration presets it")
    same_meaning: bool | None = unset("Other words than in the version before, the same question")
    measure: MeasureForm | None = unset("What the answers give to the indicators")


class PageForm(StrictModel):
    """A page is saved as a whole."""

    id: Name
    title: TextForm | None = unset("Read above its questions")
    visible_if: Expression | None = unset("The condition under which its questions are asked")
    questions: Annotated[list[QuestionForm], Field(max_length=MAX_QUESTIONS)]
