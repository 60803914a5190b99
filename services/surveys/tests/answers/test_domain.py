import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Message
from surveys.answers.domain import answered, completeness, missing, problems_of
from surveys.questionnaires.domain.content import Content, Option, Question, QuestionnairePage, QuestionType, Scale

TEXT = Message("文字", "words")
OPTIONS = (Option("y", TEXT), Option("n", TEXT))
QUESTIONS = {
    QuestionType.SINGLE_CHOICE: {"options": OPTIONS},
    QuestionType.MULTIPLE_CHOICE: {"options": OPTIONS},
    QuestionType.TEXT: {"max_length": 5},
    QuestionType.NUMBER: {"minimum": 0, "maximum": 10},
    QuestionType.SCALE: {"scale": Scale(1, 5)},
    QuestionType.DATE: {},
    QuestionType.BOOLEAN: {},
    QuestionType.MATRIX: {"options": OPTIONS, "rows": OPTIONS},
    QuestionType.RANKING: {"options": OPTIONS},
    QuestionType.CODE: {"code_list": "industry"},
}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def questions_of(kind: QuestionType, *, required: bool = False) -> tuple[Question, ...]:
    return (Question("q", kind, required, TEXT, **QUESTIONS.get(kind, {})),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (QuestionType.SINGLE_CHOICE, "y"),
        (QuestionType.MULTIPLE_CHOICE, ["n", "y"]),
        (QuestionType.MULTIPLE_CHOICE, []),
        (QuestionType.TEXT, "五个字以内"),
        (QuestionType.NUMBER, 0),
        (QuestionType.NUMBER, 9.5),
        (QuestionType.SCALE, 5),
        (QuestionType.DATE, "2024-02-29"),
        (QuestionType.BOOLEAN, False),
    ],
)
def test_a_fitting_value_is_taken(kind: QuestionType, value: object) -> None:
    assert problems_of(questions_of(kind), {"q": value}) == []


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (QuestionType.SINGLE_CHOICE, "z"),
        (QuestionType.SINGLE_CHOICE, ["y"]),
        (QuestionType.MULTIPLE_CHOICE, "y"),
        (QuestionType.MULTIPLE_CHOICE, ["y", "y"]),
        (QuestionType.MULTIPLE_CHOICE, ["y", 1]),
        (QuestionType.TEXT, "超过五个字了"),
        (QuestionType.TEXT, "a\x00"),
        (QuestionType.TEXT, "\ud800"),
        (QuestionType.TEXT, 1),
        (QuestionType.NUMBER, "1"),
        (QuestionType.NUMBER, True),
        (QuestionType.NUMBER, -1),
        (QuestionType.NUMBER, 10.5),
        (QuestionType.NUMBER, math.nan),
        (QuestionType.NUMBER, 10**400),
        (QuestionType.SCALE, 0),
        (QuestionType.SCALE, 2.0),
        (QuestionType.SCALE, True),
        (QuestionType.DATE, "2024-02-30"),
        (QuestionType.DATE, "20240229"),
        (QuestionType.BOOLEAN, 1),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_field_and_rule(kind: QuestionType, value: object) -> None:
    assert [(found.pointer, found.rule) for found in problems_of(questions_of(kind), {"q": value})] == [
        ("/values/q", kind.value)
    ]


def test_a_question_of_another_page_is_refused() -> None:
    found = problems_of(questions_of(QuestionType.TEXT), {"a/b~c": "x"})
    assert [(problem.pointer, problem.rule) for problem in found] == [("/values/a~1b~0c", "unknown_question")]


@given(kind=st.sampled_from(list(QuestionType)), value=JSON)
def test_any_json_is_either_taken_or_refused(kind: QuestionType, value: Any) -> None:
    assert len(problems_of(questions_of(kind), {"q": value})) <= 1


def test_a_page_may_be_saved_with_required_questions_open() -> None:
    assert problems_of(questions_of(QuestionType.TEXT, required=True), {"q": None}) == []
    assert problems_of(questions_of(QuestionType.TEXT, required=True), {}) == []


def content_of(questions: tuple[Question, ...]) -> Content:
    return Content(TEXT, (QuestionnairePage("p1", questions),))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "empty"),
        ({"must": "", "may": None}, "empty"),
        ({"may": "x"}, "partial"),
        ({"must": "x"}, "core"),
        ({"must": "x", "may": " "}, "core"),
        ({"must": "x", "may": "y"}, "complete"),
    ],
)
def test_how_complete_an_answer_is(values: dict[str, object], expected: str) -> None:
    questions = (Question("must", QuestionType.TEXT, True, TEXT), Question("may", QuestionType.TEXT, False, TEXT))
    assert completeness(content_of(questions), values) == expected


@pytest.mark.parametrize("blank", [None, "", "  ", []])
def test_a_blank_answers_nothing(blank: object) -> None:
    content = content_of(questions_of(QuestionType.TEXT, required=True))
    assert [problem.pointer for problem in missing(content, {"q": blank})] == ["/values/q"]
    assert answered(content, {"q": blank}) == (0, 1)


@pytest.mark.parametrize(
    ("kind", "value"), [(QuestionType.BOOLEAN, False), (QuestionType.NUMBER, 0), (QuestionType.TEXT, "x")]
)
def test_false_and_zero_are_answers(kind: QuestionType, value: object) -> None:
    content = content_of(questions_of(kind, required=True))
    assert missing(content, {"q": value}) == []
    assert answered(content, {"q": value}) == (1, 1)
