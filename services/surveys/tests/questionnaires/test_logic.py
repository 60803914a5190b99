"""What is shown, what is valid, what is missing: one function decides it, and a hidden question is blank everywhere."""

from datetime import date
from typing import Any

import pytest

from surveys.questionnaires.domain.facts import Facts, facts_of, wrong_facts
from surveys.questionnaires.domain.lint import unanswerable
from surveys.questionnaires.domain.logic import Completeness, Judged, Logic, json_of
from surveys.questionnaires.wire import NewQuestionnaire

DAY = date(2026, 11, 30)


def words(text: str = "文字", english: str | None = None) -> dict[str, str]:
    return {"zh": text, "en": english or "words"}


def asked(name: str, kind: str, **members: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "text": members.pop("text", words()), **members}


YES_NO = [
    {"value": "1", "text": words("在职", "employed")},
    {"value": "2", "text": words("其他", "other"), "other": True},
]
PAGES: list[dict[str, Any]] = [
    {
        "id": "now",
        "questions": [
            asked("situation", "single_choice", options=YES_NO, required=True, core=True),
            asked("salary", "money", period="month", visible_if="${situation} = '1'", required=True, core=True,
                  sensitive=True, refusable=True, constraint={"expression": ". >= 1000", "message": words()}),
            asked("yearly", "calculated", calculation="${salary} * 12 + 0.5", result="number"),
            asked("rated", "matrix", options=[*YES_NO[:1], {"value": "9", "text": words()}], rows=[
                {"value": "pay", "text": words()}, {"value": "boss", "text": words()}]),
        ],
    },
    {
        "id": "job",
        "title": words("工作：${situation}", "Job: ${situation}"),
        "visible_if": "${salary} > 3000 or ${rated_pay} = '9'",
        "questions": [
            asked("why", "text", text=words("月薪${salary}元，${situation_other}，为何？")),
            asked("since", "date", visible_if="${why} != ''",
                  constraint={"expression": ". <= today()", "message": words()}),
            asked("kept", "boolean", visible_if="${roster_cohort} = 2024"),
        ],
    },
]  # fmt: skip
LOGIC = Logic(NewQuestionnaire.model_validate({"title": words(), "pages": PAGES}, strict=False).content())


def judged(*, facts: dict[str, Any] | None = None, sensitive: bool = True, **values: Any) -> Judged:
    return LOGIC.judge(values, Facts(DAY, facts_of(facts or {}), sensitive))


def problems(found: Judged) -> list[tuple[str, str]]:
    return [(each.pointer, each.rule) for each in found.problems]


def test_its_expressions_are_in_order() -> None:
    content = NewQuestionnaire.model_validate({"title": words(), "pages": PAGES}, strict=False).content()
    assert unanswerable(content) == []


def test_pages_and_questions_appear_with_what_they_depend_on() -> None:
    assert (judged().pages, judged().questions) == (("now",), ("situation", "yearly", "rated"))
    assert judged(situation="1").questions == ("situation", "salary", "yearly", "rated")
    assert judged(situation="1", salary=3000).pages == ("now",)
    high = judged(situation="1", salary=3001)
    assert (high.pages, high.questions[4:]) == (("now", "job"), ("why",))
    assert judged(situation="1", salary=3001, why="x").questions[4:] == ("why", "since")
    assert judged(rated={"pay": "9"}, facts={"roster_cohort": 2024}).questions[-1] == "kept"


def test_a_hidden_value_is_blank_everywhere_and_not_kept() -> None:
    found = judged(situation="2", salary=5000, why="x", since="2020-01-01")
    assert found.pages == ("now",)
    assert found.kept == {"situation": "2"}
    assert problems(found) == []
    # it stays hidden however many questions lie between
    assert judged(situation="1", salary=5000, why="x", since="2020-01-01").kept.keys() == {
        "situation", "salary", "why", "since",
    }  # fmt: skip


def test_calculated_values_are_exact_and_null_where_they_rest_on_a_blank() -> None:
    assert json_of(judged(situation="1", salary=3001).calculated["yearly"]) == 36012.5
    assert judged(situation="2", salary=3001).calculated == {"yearly": None}


def test_constraints_bind_what_is_visible_and_not_blank() -> None:
    assert problems(judged(situation="1", salary=999)) == [("/values/salary", "constraint")]
    assert problems(judged(situation="2", salary=999)) == []
    assert problems(judged(situation="1", salary={"missing": "refused"})) == []
    later = judged(situation="1", salary=5000, why="x", since="2026-12-01")
    assert problems(later) == [("/values/since", "constraint")]
    assert later.problems[0].message.zh == "文字"


def test_what_is_no_value_is_a_problem_wherever_it_is_and_blank_for_others() -> None:
    found = judged(situation="7", salary="much", since=1, lost=2)
    assert sorted(problems(found)) == [
        ("/values/lost", "unknown_question"),
        ("/values/salary", "money"),
        ("/values/since", "date"),
        ("/values/situation", "single_choice"),
    ]
    assert found.kept == {}


def test_required_questions_bind_where_they_are_visible() -> None:
    assert [each.pointer for each in judged().missing] == ["/values/situation"]
    assert [each.pointer for each in judged(situation="1").missing] == ["/values/salary"]
    assert judged(situation="1", salary={"missing": "unknown"}).missing == ()


@pytest.mark.parametrize(
    ("values", "completeness", "counts"),
    [
        ({}, "empty", (0, 2)),
        ({"salary": 5000}, "empty", (0, 2)),
        ({"situation": "1"}, "partial", (1, 3)),
        ({"rated": {"pay": "1"}}, "partial", (0, 2)),
        ({"situation": "2"}, "core", (1, 2)),
        ({"situation": "1", "salary": {"missing": "refused"}}, "core", (2, 3)),
        ({"situation": "2", "rated": {"pay": "1", "boss": "9"}}, "complete", (2, 2)),
    ],
)
def test_how_complete_an_answer_is(values: dict[str, Any], completeness: str, counts: tuple[int, int]) -> None:
    found = judged(**values)
    assert found.completeness is Completeness(completeness)
    assert (found.answered, found.asked) == counts


def test_without_consent_to_them_sensitive_questions_are_hidden() -> None:
    found = judged(situation="1", salary=5000, sensitive=False)
    assert found.questions == ("situation", "yearly", "rated")
    assert found.kept == {"situation": "1"}
    assert found.missing == ()


def test_the_text_beside_an_option_is_hidden_without_it() -> None:
    assert judged(situation="2", situation_other="自由职业").kept == {"situation": "2", "situation_other": "自由职业"}
    assert judged(situation="1", situation_other="自由职业").kept == {"situation": "1"}
    assert problems(judged(situation="2", situation_other=5)) == [("/values/situation_other", "text")]


def test_texts_hold_labels_values_and_a_dash_for_a_blank() -> None:
    found = judged(situation="1", salary=5000)
    assert LOGIC.texts(found, "zh")["job"] == "工作：在职"
    assert LOGIC.texts(found, "en")["job"] == "Job: employed"
    assert LOGIC.texts(found, "zh")["why"] == "月薪5000元，—，为何？"
    marked = judged(situation="2", situation_other="<b>${salary}</b>", rated={"pay": "9"})
    assert LOGIC.texts(marked, "zh")["why"] == "月薪—元，<b>${salary}</b>，为何？"


def test_facts_are_named_in_full_and_typed() -> None:
    wrong = {"roster_cohort": "2024", "roster_school": 1, "roster_name": "x", "employer_name": None}
    assert [(each.pointer, each.rule) for each in wrong_facts(wrong)] == [
        ("/roster/roster_cohort", "number"),
        ("/roster/roster_school", "code"),
        ("/roster/roster_name", "unknown_variable"),
    ]
