"""Every type of question: what is a value of it, by which rule another is none, and its name in expressions."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.measures import MEASURES
from surveys.questionnaires.domain.content import Question
from surveys.questionnaires.domain.meanings import refusal
from surveys.questionnaires.domain.questions import KINDS, kind_of
from surveys.questionnaires.wire import NewQuestionnaire

WORDS = {"zh": "文字", "en": "words"}


def options(*values: str, **more: Any) -> list[dict[str, Any]]:
    return [{"value": value, "text": WORDS} | (more if place == 0 else {}) for place, value in enumerate(values)]


def question(kind: str, **members: Any) -> Question:
    asked = {"id": "q", "type": kind, "text": WORDS, **members}
    pages = [{"id": "p", "questions": [asked]}]
    return next(NewQuestionnaire.model_validate({"title": WORDS, "pages": pages}, strict=False).content().questions)


THREE = options("1", "2", "3")
ASKED = {
    "single_choice": question("single_choice", options=options("1", "2", other=True)),
    "multiple_choice": question(
        "multiple_choice", options=[*THREE, *options("0", exclusive=True)], min_selected=1, max_selected=2
    ),
    "pairs": question("multiple_choice", options=THREE, min_selected=2),
    "matrix": question("matrix", options=THREE, rows=options("pay", "boss")),
    "ranking": question("ranking", options=THREE, max_ranked=2),
    "scale": question("scale", scale={"min": 1, "max": 5}, display="stars", min_label=WORDS),
    "nps": question("nps"),
    "boolean": question("boolean", refusable=True),
    "number": question("number", minimum=0, maximum=10, decimals=1, unit="年"),
    "money": question("money", period="month"),
    "date": question("date"),
    "month": question("month"),
    "text": question("text", max_length=20),
    "email": question("text", format="email"),
    "url": question("text", format="url"),
    "code": question("code", code_list="employer-nature"),
    "majors": question("code", code_list="majors"),
    "province": question("place", depth="province"),
    "city": question("place", depth="city"),
    "place": question("place", depth="county"),
    "employer": question("employer"),
    "file": question("file"),
    "note": question("note"),
    "calculated": question("calculated", calculation="1", result="number"),
}
FILE = "01890a5d-ac96-774b-bcce-b302099a8057"


def test_every_type_is_tried() -> None:
    assert {each.type for each in ASKED.values()} == KINDS.keys()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("single_choice", "1"),
        ("multiple_choice", ["1", "3"]),
        ("multiple_choice", ["0"]),
        ("multiple_choice", []),
        ("pairs", []),
        ("matrix", {"pay": "1", "boss": "3"}),
        ("matrix", {"pay": "1"}),
        ("matrix", {"pay": None}),
        ("ranking", ["3", "1"]),
        ("scale", 5),
        ("nps", 0),
        ("nps", 10),
        ("boolean", {"missing": "refused"}),
        ("boolean", {"missing": "unknown"}),
        ("number", 9.5),
        ("money", 6500),
        ("date", "2024-06-30"),
        ("month", "2024-06"),
        ("text", "文字"),
        ("email", "li@example.edu.cn"),
        ("email", ""),
        ("url", "https://example.edu.cn/a?b=c"),
        ("code", "10"),
        ("majors", "080901"),
        ("province", "410000"),
        ("city", "410100"),
        ("city", "110100"),
        ("place", "410102"),
        ("place", "abroad"),
        # a city without counties, and a province without cities
        ("place", "441900"),
        ("place", "710000"),
        ("employer", {"name": "某单位"}),
        ("employer", {"name": "某单位", "uscc": None}),
        ("employer", {"name": "某单位", "uscc": "91350100M000100Y43"}),
        ("file", {"file_id": FILE}),
    ],
)
def test_what_is_a_value(name: str, value: object) -> None:
    assert refusal(ASKED[name], value) is None


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("single_choice", "4", "single_choice"),
        ("single_choice", 1, "single_choice"),
        ("single_choice", {"missing": "refused"}, "not_refusable"),
        ("multiple_choice", ["1", "1"], "multiple_choice"),
        ("multiple_choice", ["1", "9"], "multiple_choice"),
        ("multiple_choice", ["0", "1"], "exclusive"),
        ("multiple_choice", ["1", "2", "3"], "max_selected"),
        ("pairs", ["1"], "min_selected"),
        ("matrix", {"pay": "9"}, "matrix"),
        ("matrix", {"lunch": "1"}, "matrix"),
        ("matrix", ["1"], "matrix"),
        ("ranking", ["1", "2", "3"], "ranking"),
        ("ranking", ["1", "1"], "ranking"),
        ("scale", 0, "scale"),
        ("scale", 4.0, "scale"),
        ("nps", 11, "nps"),
        ("nps", True, "nps"),
        ("boolean", "true", "boolean"),
        ("boolean", {"missing": "lost"}, "boolean"),
        ("number", 9.55, "decimals"),
        ("number", 11, "number"),
        ("number", "1", "number"),
        ("money", 6500.5, "money"),
        ("money", -1, "money"),
        ("date", "2024-6-30", "date"),
        ("month", "2024-13", "month"),
        ("month", "2024-06-01", "month"),
        ("text", "x" * 21, "text"),
        ("text", "\ud800", "text"),
        ("email", "li@", "email"),
        ("email", "li li@example.cn", "email"),
        ("url", "javascript:alert(1)", "url"),
        ("url", "http://[", "url"),
        ("code", "00000", "code"),
        ("code", ["10"], "code"),
        ("majors", "", "code"),
        ("province", "410100", "place"),
        ("city", "410000", "place"),
        ("place", "410100", "place"),
        ("place", "990102", "place"),
        ("employer", "某单位", "employer"),
        ("employer", {"uscc": "91350100M000100Y43"}, "employer"),
        ("employer", {"name": " "}, "employer"),
        ("employer", {"name": "某单位", "uscc": "91350100M000100Y44"}, "uscc"),
        ("file", FILE, "file"),
        ("file", {"file_id": "x"}, "file"),
        ("note", "x", "note"),
        ("note", {"missing": "refused"}, "note"),
        ("calculated", 1, "calculated"),
    ],
)
def test_what_is_no_value_is_refused_by_its_rule(name: str, value: object, rule: str) -> None:
    found = refusal(ASKED[name], value)
    assert found is not None
    assert found.rule == rule


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(name=st.sampled_from(sorted(ASKED)), value=JSON)
def test_any_json_is_either_a_value_with_a_meaning_or_refused(name: str, value: Any) -> None:
    found = ASKED[name]
    if value is not None and refusal(found, value) is None:
        assert kind_of(found).values(found, value).keys() <= {each.name for each in kind_of(found).variables(found)}


@pytest.mark.parametrize("value", ["", "  ", []])
def test_a_blank_answers_nothing_and_false_and_zero_do(value: object) -> None:
    name = "multiple_choice" if value == [] else "text"
    assert refusal(ASKED[name], value) is None
    assert not kind_of(ASKED[name]).is_answered(ASKED[name], value)
    assert kind_of(ASKED["boolean"]).is_answered(ASKED["boolean"], value=False)
    assert kind_of(ASKED["number"]).is_answered(ASKED["number"], 0)


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("single_choice", {"q": "code", "q_other": "text"}),
        ("multiple_choice", {"q": "codes"}),
        ("matrix", {"q_pay": "code", "q_boss": "code"}),
        ("ranking", {"q": "codes"}),
        ("scale", {"q": "number"}),
        ("nps", {"q": "number"}),
        ("boolean", {"q": "boolean"}),
        ("number", {"q": "number"}),
        ("money", {"q": "number"}),
        ("date", {"q": "date"}),
        ("month", {"q": "date"}),
        ("text", {"q": "text"}),
        ("code", {"q": "code"}),
        ("place", {"q": "code"}),
        ("employer", {"q": "sealed"}),
        ("file", {"q": "sealed"}),
        ("note", {}),
        ("calculated", {"q": "number"}),
    ],
)
def test_names_in_expressions(name: str, types: dict[str, str]) -> None:
    found = kind_of(ASKED[name]).variables(ASKED[name])
    assert {variable.name: variable.typed.type.value for variable in found} == types


@pytest.mark.parametrize(
    ("kind", "members", "measure", "answer", "given"),
    [
        ("money", {"period": "month"}, "salary", 6450, 6500),
        ("money", {"period": "year"}, "salary", 78_600, 6600),
        ("money", {"period": "once"}, "financing_amount", 125_000, 13),
        ("money", {"period": "year"}, "technology_income", 125_000, 13),
        ("place", {"depth": "county"}, "work_place", "410102", "410100"),
        ("place", {"depth": "city"}, "work_place", "410100", "410100"),
        ("place", {"depth": "city"}, "work_place", "abroad", None),
        ("code", {"code_list": "industry"}, "industry", "11", "11"),
        ("code", {"code_list": "majors"}, "hire_major", "080901", "080901"),
        ("money", {"period": "month", "refusable": True}, "salary", {"missing": "refused"}, None),
    ],
)
def test_what_an_answer_gives_to_a_measure(
    kind: str, members: dict[str, Any], measure: str, answer: object, given: object
) -> None:
    bound = question(kind, measure={"id": measure}, **members)
    assert kind_of(bound).given(bound, MEASURES[measure], answer) == given
