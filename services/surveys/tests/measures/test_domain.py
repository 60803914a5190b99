"""What answers give to measures, against values worked out by hand."""

from typing import Any

import pytest

from common.errors import Message
from surveys.measures.domain import Given, measures_anything, values_given
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


def asks(kind: str, measure: Binding | None, *options: str, scale: Scale | None = None) -> Content:
    given = tuple(Option(value, TEXT) for value in options) or None
    asked = Question("q", QuestionType(kind), required=False, text=TEXT, options=given, scale=scale, measure=measure)
    return Content(TEXT, (QuestionnairePage("p", (asked,)),))


GAPS = {"1": "learning", "2": "teamwork", "3": "learning"}
CHANGED = asks("single_choice", Binding("left_job_12m", {"1": "true", "2": "false"}), "1", "2", "3")


@pytest.mark.parametrize(
    ("asked", "answer", "value"),
    [
        (asks("boolean", Binding("left_job_12m")), False, False),
        (CHANGED, "1", True),
        (CHANGED, "2", False),
        (CHANGED, "3", None),
        (asks("scale", Binding("major_match"), scale=Scale(1, 5)), 4, 75),
        (asks("scale", Binding("major_match"), scale=Scale(0, 8)), 1, 13),
        (asks("number", Binding("salary")), 6_549.9, 6_500),
        (asks("number", Binding("salary")), 500_049, 500_000),
        (asks("number", Binding("salary")), 500_050, None),
        (asks("number", Binding("salary")), -100, None),
        (asks("number", Binding("financing_amount")), 125_000, 13),
        (asks("number", Binding("patents")), 3, 3),
        (asks("number", Binding("patents")), 10_001, None),
        (asks("single_choice", Binding("situation"), "employed", "seeking"), "seeking", "seeking"),
        (asks("single_choice", Binding("leave_reason"), "salary", "other"), "other", ("other",)),
        # in the order of the options, each code once
        (
            asks("multiple_choice", Binding("ability_gaps", GAPS), "1", "2", "3"),
            ["3", "2", "1"],
            ("learning", "teamwork"),
        ),
        (asks("multiple_choice", Binding("ability_gaps", {"2": "other"}), "1", "2"), ["1"], None),
        (asks("multiple_choice", Binding("ability_gaps"), "other", "learning"), [], None),
        (asks("boolean", None), True, None),
    ],
)
def test_an_answer_becomes_a_value(asked: Content, answer: Any, value: Any) -> None:
    found = values_given(asked, {"q": answer}, 1)
    assert [(type(each.value), each.value) for each in found] == ([] if value is None else [(type(value), value)])


def test_what_is_not_answered_gives_no_value() -> None:
    assert values_given(CHANGED, {}, 1) == values_given(CHANGED, {"q": None}, 1) == ()


def test_a_measure_is_given_in_its_cycles_alone() -> None:
    assert measures_anything(CHANGED, 1)
    assert not measures_anything(CHANGED, 3)
    assert values_given(CHANGED, {"q": "1"}, 3) == ()


def test_employers_give_levels_of_posts() -> None:
    asked = asks("scale", Binding("ethics", None, PostLevel.SENIOR), scale=Scale(1, 5))
    assert values_given(asked, {"q": 5}, None) == (Given("ethics", 100, PostLevel.SENIOR),)
