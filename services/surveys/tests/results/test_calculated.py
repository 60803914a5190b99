"""What is calculated of answers: which of it has a table, and what an answer is worth there."""

import json
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest

from common.identifiers import QuestionnaireId
from surveys.exports.domain.layout import layout_of
from surveys.questionnaires.domain.content import PublishedVersion
from surveys.questionnaires.wire import NewQuestionnaire
from surveys.results.domain.calculated import Calculating
from surveys.results.domain.questions import Shape, tabled

WORDS = {"zh": "文字", "en": "words"}


def asks(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "text": WORDS} | more


def calculates(name: str, calculation: str, result: str = "number") -> dict[str, Any]:
    return asks(name, "calculated", calculation=calculation, result=result)


def version(*questions: dict[str, Any]) -> PublishedVersion:
    body = {"title": WORDS, "pages": [{"id": "p", "questions": [asks("pay", "money", period="month"), *questions]}]}
    content = NewQuestionnaire.model_validate_json(json.dumps(body)).content()
    return PublishedVersion(
        content.title, content.pages, QuestionnaireId(uuid4()), 1, None, datetime(2026, 11, 30, tzinfo=UTC)
    )


ASKED = version(
    asks("hours", "number"),
    calculates("third", "${hours} div 3"),
    calculates("busy", "${hours} > 40", "boolean"),
    calculates("words", "concat(${hours}, '!')", "text"),
    calculates("year", "${pay} * 12"),
    calculates("rich", "${year} > 100000", "boolean"),
)


def test_numbers_and_booleans_have_a_table_and_what_comes_of_money_needs_as_many_answers() -> None:
    found = {each.variable: (each.shape, each.listed, each.least) for each in tabled(ASKED)}
    assert found == {
        "pay": (Shape.AMOUNTS, None, 8),
        "hours": (Shape.AMOUNTS, None, 5),
        "third": (Shape.AMOUNTS, None, 5),
        "busy": (Shape.ONE, ("true", "false"), 5),
        "year": (Shape.AMOUNTS, None, 8),
        "rich": (Shape.ONE, ("true", "false"), 8),
    }


@pytest.mark.parametrize(
    ("calculation", "result", "values", "said"),
    [
        ("${hours} div 4", "number", {"hours": 1}, Fraction(1, 4)),
        ("${hours} * 0.1", "number", {"hours": 3}, Fraction(3, 10)),
        ("${hours} > 40", "boolean", {"hours": 41}, ("true",)),
        ("${hours} > 40", "boolean", {}, ("false",)),
        ("${hours} + 1", "number", {}, None),
        ("${roster_cohort} + ${wave_cycle}", "number", {}, Fraction(2025)),
    ],
)
def test_what_an_answer_says_of_it(calculation: str, result: str, values: Any, said: Any) -> None:
    content = version(asks("hours", "number"), calculates("found", calculation, result))
    known = {"roster_cohort": 2024, "roster_school": "10001", "wave_cycle": 1}
    whole = Calculating(content, known, date(2026, 12, 1)).of(values)
    [table] = [each for each in tabled(content) if each.variable == "found"]
    found = table.said(whole)
    assert (found and (found.number if found.number is not None else found.cells)) == said
    assert {name: value for name, value in whole.items() if name != "found"} == values


@pytest.mark.parametrize(
    "few",
    [
        # of one major, employer or day: whoever knows who is in it would have the answer
        calculates("few", "${roster_major} = 'M1' and ${pay} > 9000", "boolean"),
        calculates("few", "if(${employer_hires} = 7, ${hours}, 0)"),
        calculates("few", "today() - '2026-11-01'"),
        # everybody but those of a college, whose difference from all is the college
        calculates("few", "${hours} + 0") | {"visible_if": "${roster_college} != 'C01'"},
    ],
)
def test_what_tells_more_of_who_answers_than_was_asked_has_no_table_nor_what_names_it(few: dict[str, Any]) -> None:
    """A group of one is a person, and no figure of n answers would say that it is of fewer."""
    asked = version(
        asks("hours", "number"), few, calculates("more", "${few} != ''", "boolean"), calculates("twice", "${hours} * 2")
    )
    assert [each.variable for each in tabled(asked)] == ["pay", "hours", "twice"]
    layout = {each: layout_of([], [asked], identified=each) for each in (False, True)}
    assert layout[False].header == ["pay", "hours", "twice"]
    assert layout[False].kept_out == ("few", "more")
    assert layout[True].header == ["pay", "hours", "few", "more", "twice"]


@pytest.mark.parametrize(
    ("calculations", "least"),
    [
        (["-round(${pay} * 12 div 1000, 1)"], 8),
        (["if(${hours} > 40, ${pay}, 0)"], None),
        (["coalesce(${pay}, 0)"], None),
        (["sum(${pay}, ${hours})"], None),
        (["${pay} * 12", "round(if(${hours} > 40, ${c0}, 0), 0)"], None),
    ],
)
def test_a_number_of_money_has_a_table_where_it_is_arithmetic(calculations: list[str], least: int | None) -> None:
    made = [calculates(f"c{at}", each) for at, each in enumerate(calculations)]
    found = {each.variable: each.least for each in tabled(version(asks("hours", "number"), *made))}
    assert found.get(f"c{len(made) - 1}") == least
