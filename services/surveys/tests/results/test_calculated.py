"""What is calculated of answers: which of it has a table, and what an answer is worth there."""

import json
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest

from common.identifiers import QuestionnaireId
from surveys.questionnaires.domain.content import PublishedVersion
from surveys.questionnaires.wire import NewQuestionnaire
from surveys.results.domain.calculated import Calculating
from surveys.results.domain.questions import Shape, tabled

WORDS = {"zh": "文字", "en": "words"}
GROUP = ("bachelor", "C01", "M1", "employed", "full_time")


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
    ("calculation", "result", "values", "day", "said"),
    [
        ("${hours} div 4", "number", {"hours": 1}, None, Fraction(1, 4)),
        ("${hours} * 0.1", "number", {"hours": 3}, None, Fraction(3, 10)),
        ("${hours} > 40", "boolean", {"hours": 41}, None, ("true",)),
        ("${hours} > 40", "boolean", {}, None, ("false",)),
        ("${hours} + 1", "number", {}, None, None),
        ("today() - '2026-11-01'", "number", {}, None, Fraction(30)),
        ("today() - '2026-11-01'", "number", {}, date(2026, 11, 3), Fraction(2)),
        ("${roster_cohort} + ${wave_cycle}", "number", {}, None, Fraction(2025)),
        ("${roster_major} = 'M1' and ${roster_education_level} = 'bachelor'", "boolean", {}, None, ("true",)),
        ("${employer_hires} * 2", "number", {}, None, Fraction(14)),
    ],
)
def test_what_an_answer_says_of_it(calculation: str, result: str, values: Any, day: Any, said: Any) -> None:
    content = version(asks("hours", "number"), calculates("found", calculation, result))
    known = {"roster_cohort": 2024, "roster_school": "10001", "wave_cycle": 1}
    whole = Calculating(content, known, date(2026, 12, 1)).of(values, GROUP, day, {"employer_hires": 7})
    [table] = [each for each in tabled(content) if each.variable == "found"]
    found = table.said(whole)
    assert (found and (found.number if found.number is not None else found.cells)) == said
    assert {name: value for name, value in whole.items() if name != "found"} == values
