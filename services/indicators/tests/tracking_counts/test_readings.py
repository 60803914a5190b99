"""Whose answers each indicator has, and what it reads of them."""

from fractions import Fraction
from typing import Any

import pytest

from common.measures import MEASURES
from indicators.tracking_counts.answers import Said
from indicators.tracking_counts.indicators import FIRST_INDUSTRY, FIRST_SALARY, INDICATORS, VALUE
from indicators.tracking_counts.prices import YearlyTables
from indicators.tracking_counts.statistics import Growth

TABLES = YearlyTables(
    {
        (2021, "CN"): Fraction(100),
        (2024, "CN"): Fraction(103),
        (2021, "410000"): Fraction(200),
        (2024, "410000"): Fraction(202),
        (2024, "110000"): Fraction(150),
    },
    {(2024, "CN", "39"): Fraction(8000), (2024, "410000", "39"): Fraction(5000)},
)


def read(indicator: str, measured: dict[str, Any], column: str = VALUE, **more: Any) -> Any:
    said = Said(measured, more.pop("first", {}), cohort=2021, cycle=3, tables=TABLES, **more)
    return INDICATORS[indicator].columns[column].reading(said)


WORKS = {"situation": "employed"}


@pytest.mark.parametrize(
    ("indicator", "measured", "expected"),
    [
        ("salary", WORKS | {"salary": 6000}, 6000),
        ("salary", {"situation": "freelance", "salary": 6000}, 6000),
        ("salary", {"situation": "studying", "salary": 6000}, None),
        ("salary", {"salary": 6000}, None),
        ("salary_competitiveness", WORKS | {"salary": 6000, "industry": "39"}, Fraction(3, 4)),
        (
            "salary_competitiveness",
            WORKS | {"salary": 6000, "industry": "39", "work_place": "410100"},
            Fraction(6, 5),
        ),
        (
            "salary_competitiveness",
            WORKS | {"salary": 6000, "industry": "39", "work_place": "320100"},
            Fraction(3, 4),
        ),
        ("salary_competitiveness", WORKS | {"salary": 6000, "industry": "01"}, None),
        ("turnover_1y", {"worked_12m": True, "left_job_12m": True}, 1),
        ("turnover_1y", {"worked_12m": False, "left_job_12m": True}, None),
        ("industry_change_3y", WORKS | {"industry": "39", "first_industry": "39"}, 0),
        ("industry_change_3y", WORKS | {"industry": "39", "first_industry": "65"}, 1),
        ("industry_change_3y", {"situation": "seeking", "industry": "39", "first_industry": "65"}, None),
        ("promotion", WORKS | {"promoted": False}, 0),
        ("promotion", {"situation": "not_seeking", "promoted": True}, None),
        ("promotion_years", {"promoted": True, "promotion_months": 18}, Fraction(3, 2)),
        ("promotion_years", {"promoted": False, "promotion_months": 18}, None),
        ("management", WORKS | {"post_level": "middle"}, 1),
        ("management", WORKS | {"post_level": "junior"}, 0),
        ("higher_degree", {"higher_degree": True}, 1),
        ("qualifications_per_100", {"qualifications": 2}, 2),
        ("patents_per_100", {"patents": 2}, None),
        ("patents_per_100", WORKS | {"patents": 0}, 0),
        ("job_satisfaction", {"job_satisfaction": 75}, 75),
        ("rehire", {"rehire": "unsure"}, 0),
        ("rehire", {"rehire": "yes"}, 1),
        ("employer_satisfaction", {"ethics": 50}, None),
        ("employer_satisfaction", {"ethics": 50, "learning": 75}, Fraction(125, 2)),
        ("employer_fit", {"fit_knowledge": 0, "fit_problem_solving": 50, "fit_need": 100}, 25),
        ("leave_reasons", {"leave_reason": ["salary", "other"]}, {"salary", "other"}),
        ("ability_gaps", {"ability_gaps": []}, set()),
        ("startup_survival", {"firm_operating": True}, None),
        ("startup_financing", {"financing": "angel"}, None),
    ],
)
def test_what_an_answer_gives(indicator: str, measured: dict[str, Any], expected: Any) -> None:
    assert read(indicator, measured) == expected


def test_founders_are_asked_about_their_firms() -> None:
    assert read("startup_survival", {"firm_operating": False}, founder=True) == 0
    assert read("startup_financing", {"financing": "none"}, founder=True) == 0
    assert read("startup_financing", {"financing": "angel"}, founder=True) == 1
    assert read("startup_financing", {"financing_amount": 30}, "median", founder=True) == 30
    assert read("startup_technology", {"technology_income": 0}, founder=True) == 0


@pytest.mark.parametrize("top", ["75", "100"])
def test_matched_from_a_score_on(top: str) -> None:
    assert INDICATORS["major_match"].has_tops
    for score in (50, 75, 100):
        assert read("major_match", WORKS | {"major_match": score}, top) == (score >= int(top))
        assert read("employer_match", {"fit_need": score}, top) == (score >= int(top))
    assert read("interest_match", {"interest_match": 100}, top) is None


def test_growth_needs_two_plausible_wages() -> None:
    first = {"salary": 5000}
    now = WORKS | {"salary": 6000}
    assert read("salary_growth", now, first=first) == Growth(Fraction(5000), Fraction(6000), Fraction(103, 100))
    at_home = now | {"work_place": "410100"}
    assert read("salary_growth", at_home, first=first) == Growth(Fraction(5000), Fraction(6000), Fraction(101, 100))
    # the province's table begins later, so the country's is taken
    moved = now | {"work_place": "110100"}
    assert read("salary_growth", moved, first=first) == Growth(Fraction(5000), Fraction(6000), Fraction(103, 100))
    for then, later in ((900, 6000), (5000, 100_100), (None, 6000)):
        assert read("salary_growth", WORKS | {"salary": later}, first={"salary": then}) is None
    assert read("salary_growth", WORKS | {"salary": 100_000}, first={"salary": 1000}) is not None


def test_every_indicator_reads_measures_that_surveys_send() -> None:
    for indicator in INDICATORS.values():
        assert {*indicator.measures} - {FIRST_INDUSTRY, FIRST_SALARY} <= MEASURES.keys()
