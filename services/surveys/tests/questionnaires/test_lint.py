"""Every error and warning of lint, at its place; publishing refuses the errors alone."""

from typing import Any

import pytest

from surveys.questionnaires.domain.checks import findings
from surveys.questionnaires.domain.content import Content
from surveys.questionnaires.wire import NewQuestionnaire

WORDS = {"zh": "文字", "en": "words"}
Json = dict[str, Any]


def asked(name: str, kind: str = "number", **members: Any) -> Json:
    return {"id": name, "type": kind, "text": WORDS, **members}


def options(*values: str) -> list[Json]:
    return [{"value": value, "text": WORDS} for value in values]


def content(*pages: list[Json], **of_page: Any) -> Content:
    made = [{"id": f"p{place}", "questions": questions} for place, questions in enumerate(pages)]
    made[-1] |= of_page
    return NewQuestionnaire.model_validate({"title": WORDS, "pages": made}, strict=False).content()


def found(*pages: list[Json], severity: str = "error", **of_page: Any) -> list[tuple[str, str]]:
    return [
        (each.problem.pointer.removeprefix("/pages/"), each.problem.rule)
        for each in findings(content(*pages, **of_page))
        if each.severity == severity
    ]


CHOICE = asked("c", "single_choice", options=options("1", "2"))
MANY = asked("m", "multiple_choice", options=options("1", "2", "3"))
MATRIX = asked("x", "matrix", options=options("1", "2"), rows=options("a", "b"))
RANKED = asked("r", "ranking", options=options("a", "b"))
OPEN = [*options("1"), {"value": "2", "text": WORDS, "other": True}]
SCALE = asked("s", "scale", scale={"min": 1, "max": 5})


def constraint(expression: str) -> Json:
    return {"expression": expression, "message": WORDS}


@pytest.mark.parametrize(
    "questions",
    [
        [CHOICE, asked("q", visible_if="${c} = '1'")],
        [MANY, asked("q", visible_if="selected(${m}, '2') and count-selected(${m}) > 1")],
        [MATRIX, asked("q", visible_if="${x_a} = '1'")],
        [SCALE, asked("q", visible_if="${s} >= 4")],
        [asked("q", constraint=constraint(". > 0 and . < 100"))],
        [MATRIX | {"constraint": constraint("${x_a} = ${x_b}")}],
        [asked("q", visible_if="${roster_education_level} = 'undergraduate' and ${roster_cohort} >= 2024")],
        [asked("e", "employer"), asked("q", visible_if="${e} != ''")],
        [CHOICE, asked("k", "calculated", calculation="concat(${c}, 'x')", result="text")],
        [CHOICE, asked("k", "calculated", calculation="${c}", result="text")],
        [asked("q", visible_if="today() > '2030-01-01'")],
        # of single_choice no option has a field or a column; the text beside an option and that option are one question
        [CHOICE, asked("c_1")],
        [asked("m", "multiple_choice", options=[*options("1"), {"value": "other", "text": WORDS, "other": True}])],
        [asked("n", "note"), asked("n__missing")],
        # a name of the roster is no field
        [asked("employer", "employer")],
        # columns of who answered give way in exports
        [asked("sex", "text"), asked("major", "text"), asked("name", "text"), asked("respondent", "text")],
        [
            asked("q")
            | {"constraint": constraint(". > 0") | {"message": {"zh": "${q} 太小", "en": "${q} is too small"}}}
        ],
    ],
)
def test_what_is_in_order(questions: list[Json]) -> None:
    assert found(questions) == []


@pytest.mark.parametrize(
    ("questions", "pointer", "rule"),
    [
        ([asked("Q")], "id", "bad_variable"),
        ([asked("q-1")], "id", "bad_variable"),
        ([asked("q" * 33)], "id", "bad_variable"),
        ([asked("q", "matrix", options=options("1", "2"), rows=options("工资"))], "rows/0/value", "bad_variable"),
        ([asked("x_a"), MATRIX], "rows/0/value", "variable_clash"),
        ([asked("roster_cohort")], "id", "variable_clash"),
        # fields of pages and columns of files
        ([asked("e", "employer"), asked("e_name", "text")], "id", "variable_clash"),
        ([asked("e_uscc", "text"), asked("e", "employer")], "id", "variable_clash"),
        ([RANKED, asked("r_b", "text")], "id", "variable_clash"),
        ([asked("r_b", "text"), RANKED], "options/1/value", "variable_clash"),
        ([MANY, asked("m_3")], "id", "variable_clash"),
        ([asked("a"), asked("a__missing")], "id", "variable_clash"),
        ([MATRIX | {"rows": options("a", "_missing")}], "rows/1/value", "variable_clash"),
        ([CHOICE | {"options": OPEN}, asked("c_other", "text")], "id", "variable_clash"),
        ([asked("q", visible_if="1 +")], "visible_if", "expression_syntax"),
        ([asked("q", visible_if="(" * 33 + "true()" + ")" * 33)], "visible_if", "expression_syntax"),
        ([asked("q", visible_if="1 + 1")], "visible_if", "expression_type"),
        ([CHOICE, asked("q", visible_if="${c} > 1")], "visible_if", "expression_type"),
        ([asked("q", constraint=constraint(". = 'x'"))], "constraint/expression", "expression_type"),
        ([asked("k", "calculated", calculation="1", result="text")], "calculation", "expression_type"),
        ([asked("q", visible_if="${nothing} = 1")], "visible_if", "unknown_variable"),
        ([MATRIX, asked("q", visible_if="${x} = '1'")], "visible_if", "unknown_variable"),
        ([asked("q", text={"zh": "${nothing}", "en": "words"})], "text/zh", "unknown_variable"),
        ([CHOICE, asked("q", visible_if="${c} = '7'")], "visible_if", "unknown_option"),
        (
            [asked("d", "code", code_list="industry"), asked("q", visible_if="${d} = 'x'")],
            "visible_if",
            "unknown_option",
        ),
        ([asked("d", "place"), asked("q", visible_if="${d} = '410100'")], "visible_if", "unknown_option"),
        ([asked("q", visible_if="${c} = '1'"), CHOICE], "visible_if", "forward_reference"),
        ([asked("q", constraint=constraint(". > ${n}")), asked("n")], "constraint/expression", "forward_reference"),
        ([asked("q", text={"zh": "${c}", "en": "words"}), CHOICE], "text/zh", "forward_reference"),
        ([asked("q", visible_if="${q} = 1")], "visible_if", "cyclic"),
        ([asked("q", visible_if=". = 1")], "visible_if", "cyclic"),
        ([asked("q", constraint=constraint("${q} > 1"))], "constraint/expression", "cyclic"),
        ([asked("k", "calculated", calculation="${k} + 1", result="number")], "calculation", "cyclic"),
        ([asked("q", visible_if="false()")], "visible_if", "unreachable"),
        ([CHOICE, asked("q", visible_if="${c} = '1' and ${c} = '2'")], "visible_if", "unreachable"),
        ([SCALE, asked("q", visible_if="${s} > 5")], "visible_if", "unreachable"),
        ([MANY, asked("q", visible_if="count-selected(${m}) > 3")], "visible_if", "unreachable"),
        ([MATRIX, asked("q", visible_if="${x_a} = '' and ${x_a} = '1'")], "visible_if", "unreachable"),
        ([asked("q", sensitive=True)], "refusable", "sensitive_not_refusable"),
        (
            [asked("q", "text", constraint=constraint("regex(., '(?=a)')"))],
            "constraint/expression",
            "regex_unsupported",
        ),
        ([asked("q", measure={"id": "happiness"})], "measure/id", "measure_unknown"),
        ([asked("q", "nps", measure={"id": "job_satisfaction"})], "measure/id", "measure_type"),
        ([MATRIX | {"measure": {"id": "situation"}}], "measure/id", "measure_type"),
        ([asked("q", "money", period="once", measure={"id": "salary"})], "period", "measure_type"),
        ([asked("q", "code", code_list="position", measure={"id": "industry"})], "code_list", "measure_codes"),
        ([asked("q", "place", depth="province", measure={"id": "work_place"})], "depth", "measure_codes"),
        ([asked("q", "code")], "code_list", "no_code_list"),
        ([asked("q", "code", code_list="stars")], "code_list", "unknown_code_list"),
        ([asked("q", "money")], "period", "no_period"),
        ([asked("q", "matrix", options=options("1", "2"))], "rows", "no_rows"),
        ([asked("k", "calculated", result="text")], "calculation", "no_calculation"),
        ([MANY | {"min_selected": 3, "max_selected": 2}], "max_selected", "bad_bounds"),
        ([MANY | {"max_selected": 4}], "max_selected", "bad_bounds"),
        ([asked("q", "note", required=True)], "required", "not_for_type"),
        ([asked("q", prefill="industry_code")], "prefill", "not_for_type"),
        ([asked("q", hint={"zh": "提示", "en": " "})], "hint/en", "untranslated"),
    ],
)
def test_what_is_not(questions: list[Json], pointer: str, rule: str) -> None:
    places = {f"0/questions/{place}/{pointer}" for place in range(len(questions))}
    errors = found(questions)
    assert [each for _, each in errors] == [rule], errors
    assert errors[0][0] in places


def test_a_cycle_over_pages_is_named_at_each_of_its_expressions_and_is_no_forward_reference() -> None:
    first, second = asked("a", visible_if="${b} = 1"), asked("b")
    assert found([first], [second], visible_if="${a} = 1") == [
        ("0/questions/0/visible_if", "cyclic"),
        ("1/visible_if", "cyclic"),
    ]
    assert found([asked("a")], visible_if="${a} = 1") == [("0/visible_if", "cyclic")]
    # beside it a name that only comes too late is what it is
    assert found([first, asked("c", visible_if="${b} = 1")], [second], visible_if="${a} = 1")[1] == (
        "0/questions/1/visible_if",
        "forward_reference",
    )


def test_a_page_has_no_own_value() -> None:
    assert found([asked("a")], [asked("b")], visible_if=". = 1") == [("1/visible_if", "unknown_variable")]


def test_more_combinations_than_can_be_tried_are_no_fault() -> None:
    many = [asked(f"s{place}", "scale", scale={"min": 1, "max": 5}) for place in range(6)]
    condition, shorter = (" and ".join(f"${{s{place}}} > 5" for place in range(count)) for count in (6, 5))
    assert found([*many, asked("q", visible_if=condition)]) == []
    assert found([*many, asked("q", visible_if=shorter)]) == [("0/questions/6/visible_if", "unreachable")]


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        ([asked("q", core=True)], []),
        ([asked("q")], [("/pages", "no_core")]),
        (
            [CHOICE | {"core": True, "options": options("1", "b")}],
            [("0/questions/0/options/1/value", "option_not_numeric")],
        ),
        (
            [
                CHOICE
                | {"core": True, "options": [*options("1"), {"value": "2", "text": {"zh": "字" * 41, "en": "w" * 120}}]}
            ],
            [("0/questions/0/options/1/text/zh", "long_label")],
        ),
    ],
)
def test_warnings(questions: list[Json], expected: list[tuple[str, str]]) -> None:
    assert found(questions, severity="warning") == expected
