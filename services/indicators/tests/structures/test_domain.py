"""Denominators and cells of structure tables."""

from typing import Any

import pytest

from common.rounding import percentage
from indicators.structures.domain.labels import label_of
from indicators.structures.domain.places import FOUR_REGIONS, SEVEN_REGIONS, Places, region_of
from indicators.structures.domain.spreads import SPREADS
from indicators.structures.domain.structure import DENOMINATOR_RULES, Asked, Particulars, StructureCell, structure


def of(code: str | None, *stored: str | None, graduates: int = 1, flexible: bool = False) -> Particulars:
    return Particulars(code, flexible, stored, graduates)


def cells_of(dimension: str, *particulars: Particulars, rule: str | None = None, **asked: Any) -> dict[str | None, int]:
    _, cells = structure(particulars, Asked(dimension, rule or SPREADS[dimension].rule, **asked))
    return {cell.code: cell.count for cell in cells}


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
            of("10", "39", graduates=441),
            of("11", "10", graduates=300),
            of("12", None, graduates=77),
            of("46", "39", graduates=9),
        ],
        Asked("employer_nature", "contracts"),
    )
    assert base == 818
    assert cells[0] == StructureCell("39", 441, "53.91")
    assert sum(cell.count for cell in cells) == base
    assert cells[-1].code is None


@pytest.mark.parametrize("dimension", ["employer_nature", "industry", "position"])
def test_among_the_placed_those_in_further_study_are_a_cell_of_their_own(dimension: str) -> None:
    found = [of("10", "39", graduates=3), of("76", None, graduates=1), of("801", None, graduates=4)]
    found += [of("85", None, graduates=2), of("70", None, graduates=5)]
    base, cells = structure(found, Asked(dimension, "placed"))
    assert base == 10
    assert {cell.code: cell.count for cell in cells} == {"further_study": 6, "39": 3, None: 1}
    _, cells = structure(found, Asked(dimension, "placed_without_enlistment_and_abroad"))
    assert {cell.code: cell.count for cell in cells} == {"further_study": 4, "39": 3, None: 1}
    _, cells = structure(found, Asked(dimension, "population"))
    assert {cell.code: cell.count for cell in cells} == {"39": 3, None: 12}
    assert (label_of(dimension, "further_study", "zh"), label_of(dimension, "further_study", "en")) == (
        "升学",
        "Further study",
    )


def test_provinces_are_made_of_places() -> None:
    _, cells = structure([of("10", "410102", graduates=2), of("10", "410700", graduates=1)], Asked("province", "unit"))
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
        particulars = [of("10", place, graduates=sum(n[part] for part in parts)) for place, n in table.items()]
        _, cells = structure(particulars, Asked("region", "unit"))
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


CLASSES = {
    "10": "unit", "12": "unit", "46": "unit", "75": "own_business", "76": "freelance", "801": "study_mainland",
    "81": "study_mainland", "85": "study_abroad", "70": "seeking", "71": "not_seeking", "99": "not_registered",
    None: "not_registered",
}  # fmt: skip


def test_classes_of_destinations_are_a_partition_of_everybody() -> None:
    for code, expected in CLASSES.items():
        assert cells_of("destination_class", of(code)) == {expected: 1}, code


@pytest.mark.parametrize(
    ("code", "flexible", "expected"),
    [
        ("75", True, "own_business"),
        ("801", False, "study_mainland"),
        ("85", False, "study_abroad"),
        ("12", True, "flexible"),
        ("76", True, "flexible"),
        ("10", True, "flexible"),
        ("10", False, "full_time"),
        ("46", False, "full_time"),
    ],
)
def test_types_of_employment_are_a_partition_of_the_placed_tested_in_order(
    code: str, flexible: bool, expected: str
) -> None:
    assert cells_of("employment_type", of(code, flexible=flexible), of("70"), of(None)) == {expected: 1}


@pytest.mark.parametrize(
    ("place", "city", "tier"),
    [
        ("440106", "440100", "first"),
        ("440100", "440100", "first"),
        ("410105", "410100", "new_first"),
        ("410122", "410100", "county"),
        ("410181", "410100", "county"),
        ("410502", "410500", "other_city"),
        ("441900", "441900", "other_city"),
        ("410000", None, None),
        ("810000", None, None),
        ("CN", None, None),
        (None, None, None),
    ],
)
def test_prefectures_and_their_tiers(place: str | None, city: str | None, tier: str | None) -> None:
    assert cells_of("city", of("10", place)) == {city: 1}
    tiers = {"440100": "first", "410100": "new_first"}
    assert cells_of("city_tier", of("10", place), places=Places(tiers=tiers)) == {tier: 1}


def test_cities_within_a_province_are_shares_of_those_placed_in_it() -> None:
    found = [of("10", "410105", graduates=3), of("10", "410502"), of("10", "110101", graduates=9), of("10", None)]
    base, cells = structure([*found, of("70", "410105")], Asked("city", "unit", within="410000"))
    assert base == 4
    assert cells == (StructureCell("410100", 3, "75.00"), StructureCell("410500", 1, "25.00"))


@pytest.mark.parametrize(
    ("place", "city", "province", "expected"),
    [
        ("410105", "410100", "410000", "school_city"),
        ("410502", "410100", "410000", "school_province"),
        ("410000", "410100", "410000", "school_province"),
        ("410105", None, "410000", "school_province"),
        ("110101", "410100", "410000", "elsewhere"),
        ("810000", "410100", "410000", "outside"),
        ("810000", None, None, "outside"),
        ("110101", None, None, None),
        (None, "410100", "410000", None),
    ],
)
def test_how_far_from_the_school(
    place: str | None, city: str | None, province: str | None, expected: str | None
) -> None:
    assert cells_of("place_of_school", of("10", place, city, province)) == {expected: 1}


@pytest.mark.parametrize(
    ("place", "origin", "expected"),
    [
        ("410105", "410181", "origin_city"),
        ("410502", "410181", "origin_province"),
        ("410105", "410000", "origin_province"),
        ("810000", "810000", "origin_province"),
        ("110101", "410181", "elsewhere"),
        ("820000", "410181", "outside"),
        ("110101", None, None),
        (None, "410181", None),
    ],
)
def test_how_far_from_home(place: str | None, origin: str | None, expected: str | None) -> None:
    assert cells_of("place_of_origin", of("10", place, origin)) == {expected: 1}


def test_tiers_of_industry_and_whom_levels_and_countries_are_asked_of() -> None:
    found = [
        of("10", "11"),
        of("10", "22", graduates=2),
        of("10", "42"),
        of("10", "80"),
        of("10", None),
        of("70", "22"),
    ]
    assert cells_of("industry_tier", *found) == {"primary": 1, "secondary": 2, "tertiary": 1, None: 2}
    studying = [of("801", "11"), of("81", "25"), of("85", "GB"), of("10", None)]
    assert cells_of("study_level", *studying) == {"11": 1}
    assert cells_of("abroad_country", *studying) == {"GB": 1}


def test_every_word_of_a_table_has_a_name() -> None:
    words = {"destination_class": CLASSES.values(), "employment_type": ("flexible", "full_time")}
    words |= {"insurance": ("same_employer", "other_employer", "none"), "industry_tier": ("primary",)}
    words |= {"place_of_school": ("school_city", "school_province"), "city": ("110100", "410100")}
    for dimension, codes in words.items():
        for code in codes:
            assert label_of(dimension, code, "zh")
            assert label_of(dimension, code, "en")
    assert label_of("city", "110100", "zh") == "北京市"
