"""Which caps an answer falls under, and which change of them takes nothing away."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from surveys.caps.domain import Cap, lowered, matching, problems_of
from surveys.expressions.values import Value
from surveys.questionnaires.wire import NewQuestionnaire

MEN, PAID, ALL = Cap("men", "${sex} = '1'", 3), Cap("paid", "${pay} >= 5000", 2), Cap("all", "true()", 9)
DAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("variables", "names"),
    [
        ({}, ["all"]),
        ({"sex": "1"}, ["men", "all"]),
        ({"sex": "2", "pay": Decimal(5000)}, ["paid", "all"]),
        ({"sex": "1", "pay": Decimal(4999)}, ["men", "all"]),
        ({"sex": "1", "pay": Decimal(9000)}, ["men", "paid", "all"]),
    ],
)
def test_a_blank_condition_holds_for_nobody(variables: dict[str, Value], names: list[str]) -> None:
    assert [cap.id for cap in matching([MEN, PAID, ALL], variables, DAY)] == names


@pytest.mark.parametrize(
    ("after", "places"),
    [
        ([MEN, PAID], []),
        ([Cap("men", MEN.condition, 3), Cap("paid", PAID.condition, 99)], []),
        ([Cap("men", MEN.condition, 2), PAID], ["caps/0/limit"]),
        ([MEN, Cap("paid", "${pay} > 1", 2)], ["caps"]),
        ([PAID, MEN], ["caps"]),
        ([MEN], ["caps"]),
        ([MEN, PAID, ALL], ["caps"]),
    ],
)
def test_only_higher_limits_take_nothing_away(after: list[Cap], places: list[str]) -> None:
    assert lowered([MEN, PAID], after) == places


def test_conditions_are_linted_against_the_questionnaire(questionnaire: dict[str, Any]) -> None:
    content = NewQuestionnaire.model_validate(questionnaire, strict=False).content()
    conditions = [
        "${satisfied} = 'y' and ${match} > 3",
        "${roster_education_level} = 'bachelor'",
        "${nobody} = 'y'",
        "${satisfied} = 'x'",
        "${match}",
        "${match} > 'a'",
        "((",
        ". = 1",
        "${match} = 1 and ${match} = 2",
    ]
    caps = [Cap(f"c{at}", each, 1) for at, each in enumerate(conditions)]
    found = [(each.pointer, each.rule) for each in problems_of(content, [*caps, Cap("c0", "true()", 1)])]
    assert found == [
        ("/caps/0/id", "duplicate_id"),
        ("/caps/9/id", "duplicate_id"),
        ("/caps/2/condition", "unknown_variable"),
        ("/caps/3/condition", "unknown_option"),
        ("/caps/4/condition", "expression_type"),
        ("/caps/5/condition", "expression_type"),
        ("/caps/6/condition", "expression_syntax"),
        ("/caps/7/condition", "unknown_variable"),
        ("/caps/8/condition", "unreachable"),
    ]
