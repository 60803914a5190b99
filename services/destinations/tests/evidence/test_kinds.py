"""Which kinds a destination takes and needs, against the list of the contract written down a second time."""

import re
from datetime import date
from itertools import combinations

import pytest

from common.codes import CodeLists
from common.identifiers import Cohort
from destinations.evidence.domain import OF_ANY_CODE, Kind, complete, keep_until, taken

CONTRACT = """
10 agreement_form/acceptance_letter/forces_agreement/foreign_acceptance · 11 labour_contract ·
12 employer_certificate/wage_proof · 27* appointment · 46 enlistment_notice ·
50* 51* programme_notice/service_agreement · 75 751 business_licence/shareholder_proof · 752 incubator_agreement ·
753 shop_page&income_flow · 76 own_statement · 80* 81* admission_notice · 85 admission_notice&visa
"""
FREE = {"targeted_release", "dispute_proof", "other"}
CODES = sorted({entry.code for entry in CodeLists.of_release().get("destination")})


def said_of(code: str) -> str | None:
    """What the contract says a code needs, as it is written there."""
    for line in CONTRACT.replace("\n", " ").split("·"):
        *codes, expression = line.split()
        if any(re.fullmatch(each.replace("*", "[0-9]*"), code) for each in codes):
            return expression
    return None


def holds(expression: str | None, kinds: set[str]) -> bool:
    if expression is None:
        return True
    return all(any(kind in kinds for kind in group.split("/")) for group in expression.split("&"))


@pytest.mark.parametrize("code", CODES)
def test_a_destination_takes_and_needs_what_the_contract_lists(code: str) -> None:
    expression = said_of(code)
    listed = set(re.split("[/&]", expression)) if expression else set()
    assert taken(code) == listed | FREE
    for number in range(len(Kind) + 1 if len(listed) > 2 else 3):
        for kinds in combinations(sorted(listed | FREE | {"labour_contract"}), min(number, 4)):
            named = {Kind(each) for each in kinds}
            assert complete(code, named) is holds(expression, set(kinds)), (code, kinds)


def test_every_kind_is_of_a_destination_or_of_all() -> None:
    assert frozenset().union(*map(taken, CODES)) == set(Kind)
    assert FREE == OF_ANY_CODE
    assert not any(re.search("intern|probation|practice", kind) for kind in Kind)


@pytest.mark.parametrize(
    ("cohort", "uploaded", "last"),
    [
        (2026, date(2026, 5, 1), date(2029, 8, 31)),
        (2026, date(2026, 8, 31), date(2029, 8, 31)),
        (2026, date(2026, 9, 1), date(2029, 9, 1)),
        (2027, date(2028, 2, 29), date(2031, 3, 1)),
    ],
)
def test_a_piece_is_kept_three_years_from_the_later_of_two_days(cohort: int, uploaded: date, last: date) -> None:
    assert keep_until(Cohort(cohort), uploaded) == last
