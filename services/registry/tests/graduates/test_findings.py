"""Each rule has an entry that breaks it, one at its edge, and one that lacks what the rule needs."""

from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from common.codes.rules import rule
from common.identifiers import Cohort
from registry.graduates.domain.entry import FIELDS
from registry.graduates.domain.fields import EDITING
from registry.graduates.domain.findings import (
    FILLED_BITS,
    RULE_BITS,
    RULES,
    RULES_VERSION,
    born,
    findings_of,
)

COHORT, SCHOOL = Cohort(2024), "测试大学"
# digit 17 is 2, even: a woman, born on 7 March 1990
WOMAN = "11010119900307002X"
WHOLE: dict[str, Any] = {
    "student_number": "2020001",
    "name": "欧阳倩",
    "citizen_id": WOMAN,
    "sex_code": "2",
    "ethnicity_code": "01",
    "political_status_code": "03",
    "education_level_code": "31",
    "major_code": "080901",
    "duration_years": Decimal("4.0"),
    "training_mode_code": "1",
    "origin_place_code": "410102",
    "enrolled_on": date(2020, 9, 1),
    "graduated_on": date(2024, 7, 1),
    "birth_date": date(2001, 3, 7),
    "phone": "13800138000",
    "residence_address": "河南省郑州市金水区花园路1号",
    "status": "registered",
}
BROKEN, KEPT, UNJUDGED = True, False, None
UNIT = {"commissioning_unit": "某县教育局", "commissioning_place_code": "410102"}


def verdict(name: str, **given: Any) -> bool | None:
    """Whether the whole entry with these fields changed breaks a rule; None if it is not judged by it."""
    found = findings_of({**WHOLE, **given}, COHORT, SCHOOL)
    bit = RULE_BITS[name]
    assert not found.broken & ~found.checked
    return bool(found.broken & bit) if found.checked & bit else None


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("source_fields_missing", {}, KEPT),
        *(("source_fields_missing", {field: None}, BROKEN) for field in (
            "citizen_id", "sex_code", "ethnicity_code", "political_status_code", "education_level_code", "major_code",
            "duration_years", "training_mode_code", "origin_place_code", "enrolled_on", "graduated_on",
        )),
        ("source_fields_missing", {"phone": None, "birth_date": None, "class_code": None}, KEPT),
        ("sex_contradicts_citizen_id", {}, KEPT),
        ("sex_contradicts_citizen_id", {"sex_code": "1"}, BROKEN),
        ("sex_contradicts_citizen_id", {"sex_code": "1", "citizen_id": "110101199003070118"}, KEPT),
        ("sex_contradicts_citizen_id", {"citizen_id": "110101199003070118"}, BROKEN),
        ("sex_contradicts_citizen_id", {"citizen_id": "H12345678"}, UNJUDGED),
        ("sex_contradicts_citizen_id", {"sex_code": "9"}, UNJUDGED),
        ("sex_contradicts_citizen_id", {"sex_code": None}, UNJUDGED),
        ("commissioning_incomplete", {"training_mode_code": "2"}, BROKEN),
        ("commissioning_incomplete", {"training_mode_code": "4", **UNIT}, KEPT),
        ("commissioning_incomplete", {"training_mode_code": "4", **UNIT, "commissioning_unit": None}, BROKEN),
        ("commissioning_incomplete", {"training_mode_code": "2", **UNIT, "commissioning_place_code": None}, BROKEN),
        ("commissioning_incomplete", {"training_mode_code": "3"}, KEPT),
        ("commissioning_incomplete", {"training_mode_code": None}, UNJUDGED),
        ("counted_twice", {}, KEPT),
        ("counted_twice", {"education_level_code": None}, UNJUDGED),
        ("counted_twice", {"citizen_id": None}, UNJUDGED),
        ("phone_missing", {}, KEPT),
        ("phone_missing", {"phone": None}, BROKEN),
        ("phone_shared", {}, KEPT),
        ("phone_shared", {"phone": None}, UNJUDGED),
        ("age_implausible", {"birth_date": date(2007, 7, 1)}, KEPT),
        ("age_implausible", {"birth_date": date(2007, 7, 2)}, BROKEN),
        ("age_implausible", {"birth_date": date(1978, 7, 2)}, KEPT),
        ("age_implausible", {"birth_date": date(1978, 7, 1)}, BROKEN),
        ("age_implausible", {"birth_date": None, "citizen_id": "110101197807010020"}, BROKEN),
        ("age_implausible", {"birth_date": None, "citizen_id": None}, UNJUDGED),
        ("address_institutional", {}, KEPT),
        ("address_institutional", {"residence_address": "测试大学12栋"}, BROKEN),
        ("address_institutional", {"residence_address": "某区3号学生公寓"}, BROKEN),
        ("address_institutional", {"household_address": "某路宿舍楼"}, BROKEN),
        ("address_institutional", {"residence_address": None, "household_address": "测试路1号"}, KEPT),
        ("address_institutional", {"residence_address": None}, UNJUDGED),
        ("origin_place_coarse", {}, KEPT),
        ("origin_place_coarse", {"origin_place_code": "410100"}, KEPT),
        ("origin_place_coarse", {"origin_place_code": "410000"}, BROKEN),
        ("origin_place_coarse", {"origin_place_code": None}, UNJUDGED),
        # 1,461 days are four years of 365.25 days, half a year more than 3.5, and no more
        ("study_period_odd", {"graduated_on": date(2024, 9, 1), "duration_years": Decimal("3.5")}, KEPT),
        ("study_period_odd", {"graduated_on": date(2024, 9, 2), "duration_years": Decimal("3.5")}, BROKEN),
        ("study_period_odd", {"duration_years": Decimal("5.0")}, BROKEN),
        ("study_period_odd", {"duration_years": None}, UNJUDGED),
        ("study_period_odd", {"enrolled_on": None}, UNJUDGED),
        ("possible_duplicate", {}, KEPT),
        ("possible_duplicate", {"birth_date": None}, KEPT),
        ("possible_duplicate", {"birth_date": None, "citizen_id": None}, UNJUDGED),
    ],
)  # fmt: skip
def test_a_rule_is_broken_kept_or_not_judged(name: str, given: dict[str, Any], expected: bool | None) -> None:
    assert verdict(name, **given) is expected


def test_a_school_is_found_in_an_address_as_texts_are_stored() -> None:
    found = findings_of({"residence_address": "中国某大学(武汉)3栋"}, COHORT, "中国某大学（武汉）")
    assert found.broken & RULE_BITS["address_institutional"]


def test_a_bit_says_that_a_field_has_a_value() -> None:
    assert FILLED_BITS.keys() == set(FIELDS) - {"status"} == set(EDITING)
    filled = findings_of({**WHOLE, "higher_vocational": False, "read_by_a_later_release": 1}, COHORT, SCHOOL).filled
    named = {field for field, bit in FILLED_BITS.items() if filled & bit}
    assert named == (WHOLE.keys() | {"higher_vocational"}) - {"status"}
    assert findings_of({}, COHORT, SCHOOL).filled == 0


def test_the_day_of_birth_stated_goes_before_that_of_the_citizen_id() -> None:
    assert born(WHOLE) == date(2001, 3, 7)
    assert born({"citizen_id": WOMAN}) == date(1990, 3, 7)
    assert born({"citizen_id": "H12345678"}) is None


def test_every_rule_is_in_the_catalogue_and_fits_its_column() -> None:
    assert {rule(name).tolerance is not None for name in RULES} == {True}
    assert sum(RULE_BITS.values()) < 2**31
    assert sum(FILLED_BITS.values()) < 2**63


def test_what_gives_the_bits_their_meaning_has_one_version() -> None:
    """Stored bits mean another thing after a change of order: raise RULES_VERSION, then this digest."""
    meaning = sha256("|".join((*FIELDS, *RULES)).encode()).hexdigest()[:12]
    assert (RULES_VERSION, meaning) == (1, "2948e1c8e29b")
