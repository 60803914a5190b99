"""What rules doubt of a content: each rule with a record that breaks it, and one at its edge."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from acting import UNIT

from common.identifiers import Cohort
from common.reference_tables.minimum_wages import MinimumWages
from destinations.cases.domain import OF_ONE_RECORD, Rule, rule_data, title_words
from destinations.registrations.domain.signals import (
    Priced,
    SeasonDays,
    is_ill_registered,
    signals_of,
    signals_of_evidence,
)

COHORT = Cohort(2024)
DAYS = SeasonDays(graduation_day=date(2024, 6, 30), changes_until=date(2024, 8, 31))
WAGES = MinimumWages(
    [
        {"area": "41", "from": "2024-01-01", "to": None, "month": "2000", "hour": "19.6"},
        {"area": "4101", "from": "2024-01-01", "to": None, "month": "2100", "hour": "20.6"},
    ]
)


def found(priced: Priced | None = None, **changes: Any) -> list[str]:
    """The rules that doubt an employed graduate's content with these changes."""
    return [each.rule.value for each in signals_of(replace(UNIT, **changes), COHORT, DAYS, priced)]


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, []),
        ({"job_title": "顶岗操作员"}, ["internship_wording"]),
        ({"job_title": "操作员"}, []),
        ({"contract_to": date(2024, 6, 30)}, ["contract_ends_early"]),
        ({"contract_to": date(2024, 7, 1)}, []),
        ({"signed_on": date(2024, 9, 1)}, ["agreement_after_cut_off"]),
        ({"signed_on": date(2024, 8, 31)}, []),
        ({"destination_code": "11", "signed_on": date(2024, 9, 1)}, ["agreement_after_cut_off"]),
        ({"destination_code": "12", "signed_on": date(2024, 9, 1)}, []),
        ({"employer_name": "待业"}, ["code_title"]),
        ({"job_title": "求职顾问"}, ["code_title"]),
        ({"destination_code": "801", "study_school_name": "某某培训学校"}, ["code_title"]),
        ({"destination_code": "70", "employer_name": "待业"}, []),
        ({"employer_nature_code": "10"}, ["nature_uscc"]),
        ({"employer_nature_code": "31"}, []),
    ],
)
def test_a_content_is_doubted_by_the_rules_that_it_breaks(changes: dict[str, Any], rules: list[str]) -> None:
    assert found(**changes) == rules


@pytest.mark.parametrize(
    ("amount", "unit", "place", "is_low"),
    [
        (2050, "month", "410102", True),
        (2050, "month", "410302", False),
        (2100, "month", "410102", False),
        (20, "hour", "410102", True),
        (21, "hour", "410102", False),
        (1, "month", "110101", False),
    ],
)
def test_pay_is_compared_with_the_minimum_of_the_longest_area(amount: int, unit: str, place: str, is_low: bool) -> None:
    said = {"pay_amount": amount, "pay_unit": unit}
    content = {"destination_code": "12", "pay_amount": b"sealed", "pay_unit": b"sealed", "place_code": place}
    priced = Priced(said, date(2024, 7, 1), WAGES)
    assert found(priced, **content) == (["pay_below_minimum"] if is_low else [])
    assert found(priced, **content | {"destination_code": "10"}) == [], "of an agreement no pay is asked"


@pytest.mark.parametrize(
    ("nature", "uscc", "is_ill"),
    [
        *((each, f"{begins}41", False) for each, begins in (("10", 11), ("10", 13), ("10", 19))),
        *((each, f"{begins}41", False) for each, begins in (("20", 12), ("21", 52), ("29", 91))),
        *((each, f"{begins}41", False) for each, begins in (("31", 91), ("39", 92), ("39", 93))),
        ("10", "9141", True),
        ("22", "1141", True),
        ("31", "1241", True),
        ("40", "1141", False),
        (None, "1141", False),
        ("10", None, False),
    ],
)
def test_a_nature_goes_with_the_authority_that_registers_it(nature: str, uscc: str, is_ill: bool) -> None:
    assert is_ill_registered(nature, uscc) is is_ill


def test_a_piece_of_evidence_is_doubted_by_its_title_its_name_and_its_text() -> None:
    assert [*signals_of_evidence("10", "三方协议", [], [])] == []
    (wording,) = signals_of_evidence("10", "实习证明", ["见习"], ["顶岗"])
    assert wording.facts == {"title": ["实习"], "file_name": ["见习"], "text": ["顶岗"]}
    (title,) = signals_of_evidence("12", "就业协议书", [], [])
    assert title.rule is Rule.CODE_TITLE


def test_facts_hold_neither_pay_nor_texts() -> None:
    priced = Priced({"pay_amount": 1234, "pay_unit": "month"}, date(2024, 7, 1), WAGES)
    content = replace(UNIT, destination_code="12", pay_amount=b"x", pay_unit=b"x", job_title="秘密实习岗")
    said = f"{[each.facts for each in signals_of(content, COHORT, DAYS, priced)]}"
    assert ("1234" in said, "秘密" in said, "实习" in said) == (False, False, True)


def test_every_rule_has_its_data_and_none_claims_to_be_verified() -> None:
    assert {*rule_data()} == {*Rule}
    assert not any(each.verified for each in rule_data().values())
    assert {rule for rule, data in rule_data().items() if data.threshold is None} == OF_ONE_RECORD | {
        Rule.DUPLICATE_EVIDENCE,
        Rule.OUTSIDE_DATA,
    }
    assert (title_words("70"), "待业" in title_words("271")) == ((), True)
