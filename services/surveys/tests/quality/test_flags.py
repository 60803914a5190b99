"""Flags of answers by hand."""

from typing import Any

import pytest

from common.errors import Message
from surveys.quality.domain import contradicts, is_straight, may_be_straight, may_contradict
from surveys.questionnaires.domain.content import (
    Binding,
    Content,
    Option,
    Prefill,
    Question,
    QuestionnairePage,
    QuestionType,
)
from surveys.roster.domain import Registered

TEXT = Message("文字", "words")


def options(*values: str) -> tuple[Option, ...]:
    return tuple(Option(value, TEXT) for value in values)


def matrix(name: str, rows: int) -> Question:
    asked = options(*(f"r{row}" for row in range(rows)))
    return Question(name, QuestionType.MATRIX, required=False, text=TEXT, options=options(*"12345"), rows=asked)


def content(*questions: Question) -> Content:
    return Content(TEXT, (QuestionnairePage("p", questions),))


def line(rows: int, option: str = "4") -> dict[str, str]:
    return {f"r{row}": option for row in range(rows)}


LONG = content(matrix("a", 4), matrix("b", 5), matrix("c", 4), matrix("short", 3))


@pytest.mark.parametrize(
    ("values", "straight"),
    [
        ({"a": line(4), "b": line(5)}, True),
        # each by itself: another option in another matrix is a straight line, too
        ({"a": line(4, "1"), "b": line(5, "5")}, True),
        ({"a": line(4), "b": line(5), "c": line(4, "2")}, True),
        ({"a": line(4), "b": line(5), "c": line(4) | {"r3": "1"}}, False),
        ({"a": line(4), "b": line(5) | {"r4": "1"}}, False),
        ({"a": line(4)}, False),
        ({"a": line(4), "short": line(3)}, False),
        # too few rows are answered
        ({"a": line(4), "b": line(3)}, False),
        ({"a": line(4), "b": line(3) | {"r3": None, "r4": None}}, False),
        ({"a": line(4), "b": {"missing": "refused"}}, False),
        ({}, False),
    ],
)
def test_a_straight_line_is_two_long_matrices_of_one_option_each(values: dict[str, Any], straight: bool) -> None:
    assert is_straight(LONG, values) is straight


def test_only_long_matrices_can_be_straight_lines() -> None:
    assert may_be_straight(LONG)
    assert not may_be_straight(content(matrix("a", 4), matrix("short", 3)))


NOW = Question(
    "now",
    QuestionType.SINGLE_CHOICE,
    required=False,
    text=TEXT,
    options=options("1", "2", "3"),
    measure=Binding("situation", {"1": "employed", "2": "studying", "3": "seeking"}),
)
TRADE = Question("trade", QuestionType.CODE, required=False, text=TEXT, code_list="industry", prefill=Prefill.INDUSTRY)


@pytest.mark.parametrize(
    ("values", "registered", "against"),
    [
        ({"now": "1"}, Registered("10"), False),
        ({"now": "2"}, Registered("10"), True),
        ({"now": "2"}, Registered("801"), False),
        ({"now": "3"}, Registered("801"), True),
        ({"now": "3"}, Registered("70"), False),
        # nothing is registered, or nothing answered
        ({"now": "2"}, Registered(), False),
        ({}, Registered("10", industry_code="33"), False),
        ({"trade": "33"}, Registered("10", industry_code="33"), False),
        ({"trade": "31"}, Registered("10", industry_code="33"), True),
        ({"trade": {"missing": "refused"}}, Registered("10", industry_code="33"), False),
        # what does not fit the question presets nothing
        ({"trade": "31"}, Registered("10", industry_code="no such"), False),
    ],
)
def test_an_answer_contradicts_what_is_registered(
    values: dict[str, Any], registered: Registered, against: bool
) -> None:
    assert contradicts(content(NOW, TRADE), 0, values, registered) is against


def test_only_what_is_registered_too_can_contradict() -> None:
    assert [may_contradict(content(each)) for each in (NOW, TRADE, matrix("a", 4))] == [True, True, False]
