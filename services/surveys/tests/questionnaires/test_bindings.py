"""A binding to a measure that could not give its values is not published: where, and which rule it breaks."""

from dataclasses import replace
from typing import Any

import pytest

from common.errors import Message
from surveys.questionnaires.domain.bindings import GIVEN_BY
from surveys.questionnaires.domain.checks import obstacles
from surveys.questionnaires.domain.content import (
    Binding,
    Content,
    Option,
    PostLevel,
    Question,
    QuestionnairePage,
    QuestionType,
    Scale,
)

TEXT = Message("文字", "words")
AT = "/pages/0/questions/0"


def question(kind: str, measure: Binding, *options: str, **more: Any) -> Question:
    given = tuple(Option(value, TEXT) for value in options) or None
    scale = Scale(1, 5) if kind == "scale" else None
    return Question(
        more.pop("id", "q"), QuestionType(kind), required=False, text=TEXT, options=given, scale=scale, measure=measure
    )


def problems(*questions: Question) -> list[tuple[str, str]]:
    return [(each.pointer, each.rule) for each in obstacles(Content(TEXT, (QuestionnairePage("p", questions),)))]


@pytest.mark.parametrize(
    "bound",
    [
        question("boolean", Binding("worked_12m")),
        question("single_choice", Binding("worked_12m", {"1": "true", "2": "false"}), "1", "2"),
        question("single_choice", Binding("worked_12m"), "true", "false"),
        question("scale", Binding("job_satisfaction")),
        question("number", Binding("offers")),
        question("number", Binding("search_months")),
        question("number", Binding("salary")),
        question("number", Binding("financing_amount")),
        question("single_choice", Binding("situation"), "employed", "seeking"),
        # an option that stands for nothing gives no value
        question("single_choice", Binding("situation", {"1": "employed"}), "1", "2"),
        question("single_choice", Binding("industry", {"it": "34", "else": "11"}), "it", "else"),
        question("single_choice", Binding("work_place"), "410100", "110100"),
        question("single_choice", Binding("hire_major"), "080901", "软件工程"),
        question("multiple_choice", Binding("leave_reason"), "salary", "other"),
        question("single_choice", Binding("leave_reason"), "salary", "other"),
        question("multiple_choice", Binding("ability_gaps", {"1": "other", "2": "other"}, PostLevel.JUNIOR), "1", "2"),
    ],
)
def test_what_can_give_a_value_may_be_published(bound: Question) -> None:
    assert problems(bound) == []


@pytest.mark.parametrize(
    ("bound", "pointer", "rule"),
    [
        (question("boolean", Binding("happiness")), "/measure/id", "measure_unknown"),
        (question("text", Binding("salary")), "/measure/id", "measure_type"),
        (question("scale", Binding("salary")), "/measure/id", "measure_type"),
        (question("number", Binding("job_satisfaction")), "/measure/id", "measure_type"),
        (question("date", Binding("promotion_months")), "/measure/id", "measure_type"),
        # an answer names one group of hires at most
        (question("multiple_choice", Binding("hire_major"), "a", "b"), "/measure/id", "measure_type"),
        (
            question("single_choice", Binding("hire_education_level", None, PostLevel.SENIOR), "31", "41"),
            "/measure/post_level",
            "measure_type",
        ),
        (question("scale", Binding("skill_use", None, PostLevel.SENIOR)), "/measure/post_level", "measure_type"),
        (question("scale", Binding("skill_use", {"1": "2"})), "/measure/map", "not_for_type"),
        (question("single_choice", Binding("situation"), "employed", "retired"), "/options/1/value", "measure_codes"),
        (question("single_choice", Binding("promoted"), "true", "0"), "/options/1/value", "measure_codes"),
        (question("single_choice", Binding("promoted", {"y": "yes"}), "y", "n"), "/measure/map/y", "measure_codes"),
        (question("single_choice", Binding("industry", {"a": "9999"}), "a", "b"), "/measure/map/a", "measure_codes"),
        (
            question("single_choice", Binding("work_place", {"a": "410102"}), "a", "b"),
            "/measure/map/a",
            "measure_codes",
        ),
        (
            question("single_choice", Binding("promoted", {"a/b": "true"}), "a", "b"),
            "/measure/map/a~1b",
            "measure_codes",
        ),
        (question("single_choice", Binding("promoted", {}), "a", "b"), "/measure/map", "measure_codes"),
    ],
)
def test_what_could_not_is_refused(bound: Question, pointer: str, rule: str) -> None:
    assert problems(bound) == [(AT + pointer, rule)]


def test_a_measure_is_given_by_one_question_for_each_level() -> None:
    levels = [
        question("scale", Binding("ethics", None, level), id=f"q_{level or 'all'}".lower())
        for level in (None, *PostLevel)
    ]
    assert problems(*levels) == []
    assert problems(*levels, replace(levels[1], id="again")) == [("/pages/0/questions/4/measure/id", "measure_twice")]


def test_every_type_of_measure_can_be_asked() -> None:
    assert all(GIVEN_BY.values())
