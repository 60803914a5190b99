"""The first edition of the rules asks what the code before it asked, for every code, field and use."""

from collections.abc import Set
from typing import Any, NamedTuple

import pytest

from common.codes import CodeLists
from common.identifiers import Cohort
from destinations.field_rules.domain import FieldRule, Use, asked_by, broken_pairs, field_rules, scheme_of, winning
from destinations.registrations.domain.content import FIELDS

COHORTS = [Cohort(year) for year in (1977, 2020, 2021, 2023, 2024, 2026, 2200)]
CODES = CodeLists.load().get("destination").codes()

UNIT = frozenset(
    {"employer_name", "employer_uscc", "employer_nature_code", "industry_code", "place_code", "employer_address"}
    | {"position_code"}
)
STUDY = frozenset({"study_school_name", "study_level_code"})
ABROAD = frozenset({"abroad_country", "abroad_school_name_zh", "abroad_school_name_en"}) | frozenset(
    {"abroad_major_zh", "abroad_major_en"}
)
REASON, FREELANCE, FLEXIBLE = (
    frozenset({"reason"}),
    frozenset({"freelance_kind"}),
    frozenset({"flexible", "flexible_kind"}),
)
DETAIL = frozenset({"employer_nature_code", "position_code"})
NONE: frozenset[str] = frozenset()


class Landed(NamedTuple):
    """What the code asked before the rules were data."""

    required: frozenset[str]
    imported: frozenset[str]
    forbidden: frozenset[str]
    foreign: frozenset[str] = NONE


EMPLOYED = Landed(UNIT | {"signed_on"}, UNIT - {"employer_address"}, ABROAD | REASON | STUDY | FREELANCE)
PROGRAMME = Landed(
    frozenset({"employer_name", "place_code"}),
    frozenset({"employer_name"}),
    DETAIL | {"industry_code"} | ABROAD | REASON | STUDY | FREELANCE,
)
BUSINESS = Landed(
    frozenset({"employer_name", "industry_code", "place_code"}),
    frozenset({"employer_name"}),
    DETAIL | ABROAD | REASON | STUDY | FREELANCE,
)
FREELANCER = Landed(
    frozenset({"freelance_kind", "place_code"}),
    NONE,
    DETAIL | {"industry_code", "employer_uscc"} | ABROAD | REASON | STUDY,
    frozenset({"employer_name", "employer_address"}),
)
STUDENT = Landed(
    STUDY,
    NONE,
    DETAIL | {"industry_code"} | ABROAD | REASON | FREELANCE | FLEXIBLE,
    frozenset({"employer_name", "employer_uscc", "employer_address"}),
)
NOT_EMPLOYED = Landed(REASON, NONE, UNIT | ABROAD | STUDY | FREELANCE | FLEXIBLE, frozenset({"signed_on"}))
LANDED = {
    **dict.fromkeys(("10", "11", "12"), EMPLOYED),
    **dict.fromkeys(("27", "50", "51"), PROGRAMME),
    "46": Landed(NONE, NONE, UNIT | ABROAD | REASON | STUDY | FREELANCE),
    "75": BUSINESS,
    "76": FREELANCER,
    **dict.fromkeys(("80", "81"), STUDENT),
    "85": Landed(ABROAD, NONE, UNIT | REASON | STUDY | FREELANCE | FLEXIBLE),
    **dict.fromkeys(("70", "71", "72"), NOT_EMPLOYED),
}
LANDED_FIELDS = frozenset().union(*(use for each in LANDED.values() for use in each)) | {"destination_code"}


def asked(code: str, cohort: Cohort) -> dict[str, Set[str]]:
    found = asked_by(code, cohort)
    return {
        use.value: {each.field for each in found.rules if each.use is use and each.field in LANDED_FIELDS}
        for use in Use
    } | {"not_carried": found.not_carried & LANDED_FIELDS}


@pytest.mark.parametrize("cohort", COHORTS)
def test_every_code_asks_of_every_field_what_it_asked_before(cohort: Cohort) -> None:
    for code in CODES:
        landed = LANDED[code[:2]]
        assert asked(code, cohort) == {
            "required": landed.required,
            "expected": set(),
            "imported": landed.imported,
            "optional": landed.foreign,
            "forbidden": landed.forbidden,
            "not_carried": landed.forbidden | landed.foreign,
        }, code


def test_the_rules_name_codes_and_fields_that_there_are() -> None:
    assert {each.field for each in field_rules()} <= set(FIELDS)
    assert [each for each in field_rules() if not any(code.startswith(each.code) for code in CODES)] == []


def rule(code: str, field: str, use: Use, from_cohort: int = 0, to_cohort: int = 9999) -> FieldRule:
    return FieldRule(code, field, use, True, from_cohort, to_cohort, True)


@pytest.mark.parametrize(
    ("code", "cohort", "use"),
    [
        ("12", 2024, None),
        ("27", 2023, Use.OPTIONAL),
        ("27", 2024, Use.EXPECTED),
        ("27", 2031, Use.EXPECTED),
        ("27", 2032, Use.OPTIONAL),
        ("271", 2024, Use.FORBIDDEN),
        ("272", 2026, Use.EXPECTED),
        ("2711", 2024, Use.REQUIRED),
    ],
)
def test_the_longest_code_wins_and_then_the_newest_cohort(code: str, cohort: int, use: Use | None) -> None:
    rules = [
        rule("27", "pay", Use.OPTIONAL),
        rule("271", "pay", Use.FORBIDDEN),
        rule("27", "pay", Use.EXPECTED, 2024, 2031),
        rule("2711", "pay", Use.REQUIRED),
        rule("27", "name", Use.REQUIRED),
    ]
    assert [each.use for each in winning(rules, code, cohort) if each.field == "pay"] == ([use] if use else [])
    assert {each.field for each in winning(rules, code, cohort)} >= ({"name"} if code.startswith("27") else set())


def test_one_field_has_two_uses_where_both_win() -> None:
    both = [rule("10", "name", Use.IMPORTED), rule("10", "name", Use.REQUIRED)]
    assert winning(both, "10", 2024) == tuple(both)


@pytest.mark.parametrize(
    ("nature", "industry", "position", "broken"),
    [
        ("40", "80", "80", set()),
        ("40", "22", None, {"nature_industry"}),
        ("39", "80", None, {"nature_industry"}),
        ("39", "22", "80", {"position_nature"}),
        ("39", "80", "80", {"nature_industry", "position_nature"}),
        ("40", "80", "40", set()),
        ("39", "22", "40", set()),
        ("40", None, "10", set()),
        (None, "80", "80", set()),
        (None, None, None, set()),
    ],
)
def test_soldiers_are_in_the_forces(
    nature: str | None, industry: str | None, position: str | None, broken: Any
) -> None:
    content = {"employer_nature_code": nature, "industry_code": industry, "position_code": position}
    assert {pair.rule for pair in broken_pairs(content)} == broken


@pytest.mark.parametrize(
    ("cohort", "scheme", "verified"),
    [
        (1977, "CN-2004", True),
        (2020, "CN-2004", True),
        (2021, "CN-2021", True),
        (2023, "CN-2021", True),
        (2024, "CN-2024", False),
        (2200, "CN-2024", False),
    ],
)
def test_a_cohort_has_one_scheme(cohort: int, scheme: str, verified: bool) -> None:
    found = scheme_of(Cohort(cohort))
    assert (found.name, found.flexible_default, found.verified) == (scheme, ("12", "76"), verified)
