"""What is looked at without being refused: pay beside minimum wages, and whom a unit had trained."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from common.identifiers import Cohort, GraduateId, SchoolCode
from common.reference_tables.minimum_wages import MinimumWages, PayUnit
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.targeted import is_elsewhere, may_be_bound
from destinations.registrations.domain.warnings import Pay, pay_warning, states_pay, warnings_of
from destinations.roster.domain import NO_MODE, Graduate

COHORT = Cohort(2024)
MONTH, HOUR = PayUnit.MONTH, PayUnit.HOUR
WAGES = MinimumWages(
    {"area": area, "from": "2024-01-01", "to": to, "month": month, "hour": hour}
    for area, to, month, hour in (("41", None, 2000, 19.6), ("4101", "2025-12-31", 2100, 20.6))
)
"""The rows of the contract."""

TRAINED = Graduate(
    GraduateId(UUID(int=1)), SchoolCode("10001"), COHORT, None, None, None, "31", "registered", True, False, "2"
)


@pytest.mark.parametrize(
    ("amount", "unit", "place", "day", "warned"),
    [
        (2050, MONTH, "410102", "2024-07-01", "pay_below_minimum"),
        (2050, MONTH, "410302", "2024-07-01", None),
        (20, HOUR, "410102", "2024-07-01", "pay_below_minimum"),
        (21, HOUR, "410102", "2024-07-01", None),
        (2100, MONTH, "410102", "2024-07-01", None),
        (2099, MONTH, "410102", "2025-12-31", "pay_below_minimum"),
        (2050, MONTH, "410102", "2026-01-01", None),
        (1, MONTH, "410102", "2023-12-31", "minimum_wage_unknown"),
        (1, HOUR, "110101", "2024-07-01", "minimum_wage_unknown"),
    ],
)
def test_pay_is_compared_at_the_place_on_the_day(
    amount: int, unit: PayUnit, place: str, day: str, warned: str | None
) -> None:
    assert pay_warning(Pay(amount, unit), place, date.fromisoformat(day), WAGES) == warned


@pytest.mark.parametrize(
    ("code", "compared"),
    [("12", True), ("27", True), ("271", True), ("76", True), ("10", False), ("11", False), ("502", False)],
)
def test_pay_is_compared_where_it_is_asked_for(code: str, compared: bool) -> None:
    paid = Destination(code, place_code="410102", pay_amount=b"x", pay_unit=b"y")
    assert states_pay(paid, COHORT) == compared
    for name in ("place_code", "pay_amount", "pay_unit"):
        assert not states_pay(paid.merged({name: None}), COHORT)


@pytest.mark.parametrize(
    ("content", "incomplete", "warned"),
    [
        (Destination("70", reason="signing"), (), set()),
        (Destination("12"), ("employer_name", "pay_unit"), {("expected", "pay_unit")}),
        (Destination("85", abroad_country="西洋"), (), {("unknown_country", "abroad_country")}),
        (Destination("11", employer_nature_code="40", industry_code="22"), (), {("nature_industry", "industry_code")}),
        (Destination("11", place_code="500157"), (), {("newer_code", "place_code")}),
    ],
)
def test_warnings_name_rule_and_field(
    content: Destination, incomplete: tuple[str, ...], warned: set[tuple[str, str]]
) -> None:
    assert set(warnings_of(content, COHORT, incomplete)) == warned


@pytest.mark.parametrize(
    ("mode", "code", "employer", "unit", "elsewhere"),
    [
        ("2", "10", "某县人民医院（本部）", "某县人民医院(本部)", False),
        ("4", "11", "某公司", "某县人民医院", True),
        ("2", "801", None, "某县人民医院", True),
        ("2", "46", None, "某县人民医院", True),
        ("2", "10", "某县人民医院", None, True),
        *(("2", code, None, "某县人民医院", False) for code in ("70", "701", "71", "72", "722")),
        ("1", "10", "某公司", "某县人民医院", False),
        (NO_MODE, "10", "某公司", None, False),
        # not known how this graduate was trained: then what registry says of the unit decides
        (None, "10", "某公司", "某县人民医院", True),
        (None, "10", "某公司", None, False),
    ],
)
def test_whom_a_unit_had_trained_goes_there(mode: Any, code: str, employer: Any, unit: Any, elsewhere: bool) -> None:
    graduate, content = replace(TRAINED, training_mode_code=mode), Destination(code, employer_name=employer)
    assert is_elsewhere(graduate, content, unit) == elsewhere
    assert may_be_bound(graduate, content) or not elsewhere
