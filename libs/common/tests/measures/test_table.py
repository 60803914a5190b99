"""The table of measures against the contract, written down here once more, and what each type takes."""

import pytest

from common.codes import CodeLists
from common.measures import MEASURES, MeasureType

CONTRACT = {
    MeasureType.CODE: {
        "situation": "0135",
        "work_place": "0135",
        "industry": "0135",
        "employer_nature": "0135",
        "position": "0135",
        "post_level": "135",
        "first_industry": "35",
        "promotion_kind": "35",
        "higher_degree_level": "135",
        "financing": "135",
        "hire_college": "E",
        "hire_major": "E",
        "hire_education_level": "E",
        "rehire": "E",
    },
    MeasureType.YUAN: {"salary": "0135"},
    MeasureType.SCORE: {
        "major_match": "0135",
        "interest_match": "0135",
        "job_satisfaction": "135",
        "skill_use": "135",
        "guidance_satisfaction": "0135",
        "teaching_satisfaction": "0135",
        "search_satisfaction": "0",
        **dict.fromkeys(("ethics", "professional_skill", "teamwork", "learning", "professional_quality"), "E"),
        **dict.fromkeys(("fit_knowledge", "fit_problem_solving", "fit_professionalism", "fit_need"), "E"),
    },
    MeasureType.COUNT: {
        "offers": "0",
        "qualifications": "135",
        "jobs_created": "135",
        "patents": "135",
        "proposals": "135",
        "technical_results": "5",
        "honours": "5",
    },
    MeasureType.MONTHS: {"search_months": "0", "promotion_months": "35"},
    MeasureType.CODES: {"not_working_reason": "0135", "leave_reason": "13", "ability_gaps": "0135E"},
    MeasureType.FLAG: {
        "worked_12m": "1",
        "left_job_12m": "1",
        "promoted": "35",
        "higher_degree": "135",
        "training": "135",
        "firm_operating": "135",
    },
    MeasureType.WAN: {"financing_amount": "135", "technology_income": "135"},
}

WORDS = {
    "situation": "employed own_business freelance studying seeking not_seeking",
    "post_level": "junior middle senior",
    "not_working_reason": "skills direction exam waiting expectations health_family other",
    "leave_reason": "salary growth interest family health employer other",
    "promotion_kind": "management technical",
    "financing": "none own_funds bank angel venture grant other",
    "ability_gaps": (
        "data_analysis cross_cultural engineering_practice knowledge_application problem_solving innovation teamwork"
        " communication learning professionalism digital_tools other"
    ),
    "rehire": "yes no unsure",
}


def test_the_table_is_that_of_the_contract() -> None:
    asked = {
        measure.id: "".join(map(str, sorted(measure.cycles))) + ("E" if measure.of_employers else "")
        for measure in MEASURES.values()
    }
    assert asked == {name: cycles for of_type in CONTRACT.values() for name, cycles in of_type.items()}
    assert {measure.id: measure.type for measure in MEASURES.values()} == {
        name: kind for kind, of_type in CONTRACT.items() for name in of_type
    }
    assert {measure.id: " ".join(measure.words) for measure in MEASURES.values() if measure.words} == WORDS


def test_every_code_has_words_or_a_list() -> None:
    lists = {*CodeLists.load().names(), "prefecture", "unit"}
    for measure in MEASURES.values():
        coded = measure.type in {MeasureType.CODE, MeasureType.CODES}
        assert coded == (bool(measure.words) != (measure.code_list in lists)), measure.id


@pytest.mark.parametrize(
    ("measure", "taken", "refused"),
    [
        ("worked_12m", [True, False], [1, 0, "true", None]),
        ("major_match", [0, 25, 100], [-1, 101, 50.0, "50", True]),
        ("offers", [0, 10_000], [10_001, -1, 2.5]),
        ("search_months", [0, 600], [601]),
        ("salary", [0, 6_500, 500_000], [500_001, -100, "6500"]),
        ("technology_income", [0, 12], [-1, True]),
        ("situation", ["employed", "not_seeking"], ["retired", "", 1, ("employed",)]),
        ("work_place", ["410100", "110100"], ["410102", "410000", "4101", "990100"]),
        ("industry", ["34"], ["99", "I"]),
        ("hire_education_level", ["31"], ["bachelor"]),
        ("hire_college", ["C01", "计算机学院"], ["", "x" * 101]),
        (
            "leave_reason",
            [("salary",), ("salary", "other")],
            [(), ("salary", "salary"), ("boss",), "salary", ["salary"]],
        ),
    ],
)
def test_a_value_is_of_the_type_and_of_the_codes(measure: str, taken: list[object], refused: list[object]) -> None:
    assert [MEASURES[measure].takes(value) for value in taken] == [True] * len(taken)
    assert [value for value in refused if MEASURES[measure].takes(value)] == []


def test_a_measure_is_asked_in_its_cycles_and_of_employers() -> None:
    assert [MEASURES["ability_gaps"].asked_in(cycle) for cycle in (0, 5, None)] == [True, True, True]
    assert [MEASURES["honours"].asked_in(cycle) for cycle in (3, 5, None)] == [False, True, False]
    assert [MEASURES["rehire"].asked_in(cycle) for cycle in (0, None)] == [False, True]
