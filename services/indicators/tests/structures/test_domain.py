"""Denominators and cells of structure tables."""

import pytest

from indicators.schemes.rounding import percentage
from indicators.structures.domain.labels import label_of
from indicators.structures.domain.structure import (
    DENOMINATOR_RULES,
    FOUR_REGIONS,
    SEVEN_REGIONS,
    Particulars,
    StructureCell,
    region_of,
    structure,
)

CODES = ("10", "11", "12", "271", "46", "502", "75", "76", "801", "85", "70", "71", None)


@pytest.mark.parametrize(
    ("rule", "held"),
    [
        ("unit_without_enlistment", {"10", "11", "12", "271", "502"}),
        ("unit", {"10", "11", "12", "271", "46", "502"}),
        ("contracts", {"10", "11", "12"}),
        ("employed_without_enlistment", {"10", "11", "12", "271", "502", "75", "76"}),
        ("placed", {"10", "11", "12", "271", "46", "502", "75", "76", "801", "85"}),
        ("placed_without_enlistment_and_abroad", {"10", "11", "12", "271", "502", "75", "76", "801"}),
        ("population", set(CODES)),
    ],
)
def test_whom_a_denominator_rule_holds(rule: str, held: set[str | None]) -> None:
    assert {code for code in CODES if DENOMINATOR_RULES[rule].holds(code)} == held


def test_cells_add_up_to_the_base_and_a_missing_value_is_a_cell() -> None:
    base, cells = structure(
        [
            Particulars("10", "39", 441),
            Particulars("11", "10", 300),
            Particulars("12", None, 77),
            Particulars("46", "39", 9),
        ],
        "employer_nature",
        "contracts",
    )
    assert base == 818
    assert cells[0] == StructureCell("39", 441, "53.91")
    assert sum(cell.count for cell in cells) == base
    assert cells[-1].code is None


@pytest.mark.parametrize("dimension", ["employer_nature", "industry"])
def test_among_the_placed_those_in_further_study_are_a_cell_of_their_own(dimension: str) -> None:
    found = [Particulars("10", "39", 3), Particulars("76", None, 1), Particulars("801", None, 4)]
    found += [Particulars("85", None, 2), Particulars("70", None, 5)]
    base, cells = structure(found, dimension, "placed")
    assert base == 10
    assert {cell.code: cell.count for cell in cells} == {"further_study": 6, "39": 3, None: 1}
    _, cells = structure(found, dimension, "placed_without_enlistment_and_abroad")
    assert {cell.code: cell.count for cell in cells} == {"further_study": 4, "39": 3, None: 1}
    _, cells = structure(found, dimension, "population")
    assert {cell.code: cell.count for cell in cells} == {"39": 3, None: 12}
    assert (label_of(dimension, "further_study", "zh"), label_of(dimension, "further_study", "en")) == (
        "升学",
        "Further study",
    )


def test_provinces_are_made_of_places() -> None:
    _, cells = structure([Particulars("10", "410102", 2), Particulars("10", "410700", 1)], "province", "unit")
    assert cells == (StructureCell("410000", 3, "100.00"),)


def test_the_four_regions_of_a_liaoning_university() -> None:
    table = {"210102": (1061, 238), "110101": (657, 407), "410102": (279, 92), "610102": (294, 47)}
    printed = {
        "northeast": ("46.31", "30.36", "42.24"),
        "east": ("28.68", "51.91", "34.60"),
        "central": ("12.18", "11.73", "12.07"),
        "west": ("12.83", "5.99", "11.09"),
    }
    for column, parts in enumerate([(0,), (1,), (0, 1)]):
        particulars = [Particulars("10", place, sum(n[part] for part in parts)) for place, n in table.items()]
        _, cells = structure(particulars, "region", "unit")
        assert {cell.code: cell.share for cell in cells} == {code: rates[column] for code, rates in printed.items()}


def test_every_province_lies_in_one_region_of_each_division() -> None:
    for division in (FOUR_REGIONS, SEVEN_REGIONS):
        provinces = [province for region in division.values() for province in region]
        assert len(provinces) == len(set(provinces)) == 31


def test_hong_kong_and_abroad_are_outside_and_no_place_is_no_region() -> None:
    assert region_of("810000", "four") == "outside"
    assert region_of(None, "seven") is None
    assert region_of("360000", "four") == "central"
    assert region_of("360000", "seven") == "east"


def test_shares_are_rounded_each_from_its_own_count() -> None:
    assert percentage(2032, 3878) == "52.40"
