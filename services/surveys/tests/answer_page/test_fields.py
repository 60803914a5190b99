"""Fields of forms and values, in both directions."""

import json
from dataclasses import replace
from typing import Any

import pytest
from every_type import EVERY_TYPE, FORMS, VALUES

from surveys.answer_page.domain.fields import fields_of, values_in
from surveys.questionnaires.domain.meanings import refusal
from surveys.questionnaires.wire import NewQuestionnaire

CONTENT = NewQuestionnaire.model_validate_json(json.dumps(EVERY_TYPE)).content()
ASKED = {question.id: question for question in CONTENT.questions}


def read(name: str, fields: dict[str, list[str]], before: dict[str, Any] | None = None) -> dict[str, object]:
    return values_in([ASKED[name]], fields, before or {})


def test_a_form_gives_the_values_and_values_the_form() -> None:
    sent = {
        name: given if isinstance(given, list) else [given] for form in FORMS.values() for name, given in form.items()
    }
    assert values_in(ASKED.values(), sent, {}) == VALUES
    for language in ("zh", "en"):
        assert values_in(ASKED.values(), fields_of(ASKED.values(), VALUES, language), {}) == VALUES


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("hours", "  ４０．５ ", 40.5),
        ("hours", "40.0", 40),
        ("hours", "-0.5", -0.5),
        ("hours", "viel", "viel"),
        ("hours", "1e3", "1e3"),
        ("hours", "9" * 5000, "9" * 5000),
        ("hours", "6,5", "6,5"),
        ("hours", "   ", None),
        ("pay", "12,345", 12345),
        ("fair", "true", True),
        ("fair", "maybe", "maybe"),
        ("since", "2024/7/1", "2024-07-01"),
        ("since", "2024年7月1日", "2024-07-01"),
        ("left", "2024年6月", "2024-06"),
        ("left", "soon", "soon"),
        ("story", "a\r\nb", "a\nb"),
        ("story", "", None),
        ("county", "410102", "410102"),
        ("county", "郑州 中原", "410102"),
        ("county", "城区", "城区"),
        ("county", "境外", "abroad"),
        ("county", "Abroad", "abroad"),
        ("match", "9", 9),
    ],
)
def test_what_is_typed_is_read_or_given_on(name: str, typed: str, value: object) -> None:
    assert read(name, {name: [typed]}) == {name: value}


@pytest.mark.parametrize(
    ("places", "value"),
    [
        ({"a": "3", "b": "1"}, ["b", "a"]),
        ({"a": "", "b": "", "c": ""}, None),
        ({"a": "1", "b": "1"}, {"a": "1", "b": "1"}),
        ({"a": "first"}, {"a": "first"}),
    ],
)
def test_a_ranking_is_read_by_its_places(places: dict[str, str], value: object) -> None:
    found = read("order", {f"order_{option}": [place] for option, place in places.items()})
    assert found == {"order": value}
    assert value is None or (refusal(ASKED["order"], value) is not None) == isinstance(value, dict)


@pytest.mark.parametrize(
    ("fields", "before", "value"),
    [
        ({"pay": [""], "pay__missing": ["refused"]}, {}, {"missing": "refused"}),
        ({"pay": ["6500"], "pay__missing": ["refused"]}, {"pay": 6500}, {"missing": "refused"}),
        ({"pay": ["6500"], "pay__missing": ["refused"]}, {"pay": {"missing": "refused"}}, 6500),
        ({"pay": [""], "pay__missing": ["refused"]}, {"pay": {"missing": "refused"}}, {"missing": "refused"}),
        ({"pay": [""], "pay__missing": ["unknown"]}, {"pay": {"missing": "refused"}}, {"missing": "unknown"}),
        ({"pay__missing": [""]}, {"pay": {"missing": "refused"}}, None),
        ({"pay": ["6500"], "pay__missing": [""]}, {}, 6500),
    ],
)
def test_a_reason_counts_unless_an_answer_has_come_since(
    fields: dict[str, list[str]], before: dict[str, Any], value: object
) -> None:
    assert read("pay", fields, before) == {"pay": value}


def test_what_is_absent_stays_and_what_is_empty_is_cleared() -> None:
    assert read("many", {}) == {}
    assert read("many", {"many": [""]}) == {"many": None}
    assert read("grid", {"grid_a": ["2"]}, {"grid": {"a": "1", "b": "3"}}) == {"grid": {"a": "2", "b": "3"}}
    assert read("grid", {"grid_a": [""]}, {"grid": {"a": "1"}}) == {"grid": None}
    assert read("proof", {"proof": ["x", ""]}) == {"proof": None}
    assert read("one", {"one": ["", "1"], "one_other": [""]}) == {"one": "1", "one_other": None}


def test_a_field_of_no_question_is_left_to_the_logic_but_for_those_of_the_page() -> None:
    assert read("one", {"other": ["1"], "_version": ["3"], "one__missing": ["refused"]}) == {
        "other": "1",
        "one": {"missing": "refused"},
    }
    assert refusal(replace(ASKED["one"], refusable=None), {"missing": "refused"}) is not None
