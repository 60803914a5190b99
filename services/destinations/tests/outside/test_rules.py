"""What facts differ in, whose employer is the same, and what cannot both be true: tables of the documentation."""

from datetime import date
from typing import Any

import pytest

from destinations.outside.domain.authorisations import Source
from destinations.outside.domain.contradictions import Contradiction, Registered, contradiction_of
from destinations.outside.domain.facts import Content, differing, is_same_employer, kept_until
from destinations.registrations.domain.content import Destination

HERE, THERE = "91410100MA40ABCD15", "91110000600037341L"
DECIDED, GRADUATION = date(2024, 7, 10), date(2024, 6, 30)


def insured(to_on: date | None = None, **values: str) -> Content:
    return Content(Source.SOCIAL_INSURANCE, date(2024, 6, 1), to_on, values)


def enrolled(from_on: date = date(2024, 9, 1), state: str = "在籍", school: str = "某大学") -> Content:
    return Content(Source.CREDENTIALS, from_on, None, {"study_school_name": school, "study_state": state})


def registered(code: str, **fields: Any) -> Registered:
    return Registered(Destination(destination_code=code, **fields), DECIDED, GRADUATION)


WORK: dict[str, Any] = {"employer_uscc": THERE, "employer_name": "乙公司"}
AT_HOME: dict[str, Any] = {"employer_uscc": HERE, "employer_name": "甲公司"}


@pytest.mark.parametrize(
    ("said", "record", "expected"),
    [
        (insured(**WORK), registered("10", **AT_HOME), "other_employer"),
        (insured(**WORK), registered("12", **AT_HOME), "other_employer"),
        (insured(**AT_HOME), registered("10", **AT_HOME), None),
        # one unit has several names
        (insured(employer_name="乙公司"), registered("10", **AT_HOME), None),
        (insured(**WORK), registered("10", employer_name="甲公司"), None),
        (insured(**WORK), registered("76", freelance_kind="写作"), "other_employer"),
        (insured(**WORK), registered("70", reason="job_seeking"), "insured_not_employed"),
        (insured(**WORK), registered("71", reason="further_study"), "insured_not_employed"),
        (insured(**WORK), registered("801", study_school_name="某大学"), "insured_in_study"),
        (insured(**WORK), registered("85"), "insured_in_study"),
        (insured(), registered("70", reason="job_seeking"), None),
        (insured(place_code="410102"), registered("10", **AT_HOME), None),
        (insured(**WORK), None, None),
        # the last day is included
        (insured(date(2024, 7, 10), **WORK), registered("10", **AT_HOME), "other_employer"),
        (insured(date(2024, 7, 9), **WORK), registered("10", **AT_HOME), None),
        (enrolled(), registered("10", **AT_HOME), "enrolled_elsewhere"),
        (enrolled(), registered("70", reason="job_seeking"), "enrolled_elsewhere"),
        (enrolled(), registered("801", study_school_name="某 大学"), None),
        (enrolled(), registered("801", study_school_name="另一大学"), "other_school"),
        (enrolled(), registered("85", abroad_school_name_zh="某国某校"), "other_school"),
        (enrolled(), registered("801"), None),
        (enrolled(state="毕业"), registered("10", **AT_HOME), None),
        (enrolled(date(2024, 6, 30)), registered("10", **AT_HOME), None),
        (enrolled(date(2024, 7, 1)), registered("10", **AT_HOME), "enrolled_elsewhere"),
    ],
)
def test_what_cannot_both_be_true(said: Content, record: Registered | None, expected: str | None) -> None:
    assert contradiction_of(said, record) == (expected and Contradiction(expected))


@pytest.mark.parametrize(
    ("said", "record", "expected"),
    [
        (AT_HOME, Destination("10", **AT_HOME), True),
        (AT_HOME | {"employer_name": "旧名"}, Destination("10", **AT_HOME), True),
        (WORK, Destination("10", **AT_HOME), False),
        ({"employer_name": "甲 公司"}, Destination("10", **AT_HOME), True),
        (WORK, Destination("10", employer_name="乙公司"), True),
        (WORK, Destination("70"), False),
        (WORK, None, False),
        ({}, Destination("10", **AT_HOME), None),
        ({"place_code": "410102"}, None, None),
    ],
)
def test_whose_employer_is_the_same(said: dict[str, Any], record: Destination | None, expected: bool | None) -> None:
    assert is_same_employer(insured(**said), record) is expected


@pytest.mark.parametrize(
    ("said", "record", "expected"),
    [
        (WORK, Destination("10", **AT_HOME), ("employer_uscc", "employer_name")),
        (AT_HOME | {"place_code": "410103"}, Destination("10", **AT_HOME, place_code="410102"), ("place_code",)),
        ({"employer_name": "甲（公司）"}, Destination("10", employer_name="甲(公司)"), ()),
        (WORK, Destination("70"), ("employer_uscc", "employer_name")),
        (WORK, None, ()),
        ({"study_school_name": "某大学", "study_state": "在籍"}, Destination("801", study_school_name="某大学"), ()),
        ({"study_level_code": "11"}, Destination("801", study_level_code="31"), ("study_level_code",)),
    ],
)
def test_what_differs(said: dict[str, Any], record: Destination | None, expected: tuple[str, ...]) -> None:
    assert differing(said, record) == expected


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        (insured(**WORK), insured(date(2024, 12, 31), **WORK, place_code="410102"), True),
        (insured(**WORK), insured(employer_uscc=THERE), True),
        (insured(**WORK), insured(**AT_HOME), False),
        (insured(employer_name="甲 公司"), insured(employer_name="甲公司"), True),
        (enrolled(), enrolled(state="毕业"), True),
        (enrolled(), enrolled(date(2025, 9, 1)), False),
    ],
)
def test_what_is_the_same_fact_said_again(first: Content, second: Content, is_same: bool) -> None:
    assert (first.thing == second.thing) is is_same


def test_facts_are_kept_for_three_years_after_the_closing_day() -> None:
    assert kept_until(date(2024, 12, 31)) == date(2027, 12, 31)
    assert kept_until(date(2024, 2, 29)) == date(2027, 2, 28)


def test_what_a_source_says_of_a_person_is_in_no_representation() -> None:
    assert THERE not in repr(insured(**WORK))
