"""Rates of the schemes against published tables and against the identity of the classes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.codes import CodeLists
from common.identifiers import Cohort
from common.rounding import percentage
from indicators.schemes.schemes import CN_2004, CN_2021, CN_2024, NACE, SCHEMES, Scheme, class_of, default_scheme
from indicators.schemes.tally import Count, Tally

HENAN_2022: dict[str | None, int] = {
    "85": 3, "803": 703, "502": 3, "46": 195, "11": 224, "10": 1610, "70": 100, "12": 1010, "75": 30,
}  # fmt: skip
"""A vocational college in Henan, 2022 cohort, N = 3878."""


def tally(scheme: Scheme, counts: dict[str | None, int]) -> Tally:
    return Tally(scheme, [Count(code, code in {"12", "76"}, number) for code, number in counts.items()])


def rate(of: Tally, name: str) -> str | None:
    measure = of.scheme.measure(name)
    assert measure is not None
    return of.figure(measure).rate


def test_the_published_table_of_a_henan_college_in_the_scheme_of_its_time() -> None:
    henan = tally(CN_2021, HENAN_2022)
    assert henan.base == 3878
    assert henan.of_class("contract") == 2032
    assert rate(henan, "contract_employment_rate") == "52.40"
    assert rate(henan, "flexible_employment_rate") == "26.04"
    assert rate(henan, "own_business_rate") == "0.77"
    assert rate(henan, "seeking_rate") == "2.58"
    assert rate(henan, "placement_rate") == "97.42"


def test_the_same_table_in_the_scheme_of_2024() -> None:
    henan = tally(CN_2024, HENAN_2022)
    expected = {
        "unit_employment_rate": "78.44",
        "own_business_rate": "0.77",
        "freelance_rate": "0.00",
        "further_study_rate": "18.21",
        "seeking_rate": "2.58",
        "not_seeking_rate": "0.00",
        "placement_rate": "97.42",
        "flexible_employment_rate": "26.04",
    }
    assert {name: rate(henan, name) for name in expected} == expected


def test_every_printed_row_of_the_table() -> None:
    printed = {
        3: "0.08", 703: "18.13", 195: "5.03", 224: "5.78", 1610: "41.52", 100: "2.58", 1010: "26.04", 30: "0.77",
    }  # fmt: skip
    assert {count: percentage(count, 3878) for count in printed} == printed


def test_a_truncating_source_is_rounded_half_up() -> None:
    assert percentage(217_460, 229_229) == "94.87"


def test_a_tie_goes_up_and_nothing_by_nothing_is_no_rate() -> None:
    assert percentage(1, 20_000) == "0.01"
    assert percentage(1, 800) == "0.13"
    assert percentage(0, 0) is None
    assert percentage(0, 7) == "0.00"
    assert percentage(7, 7) == "100.00"


def test_the_scheme_of_2004_leaves_the_not_registered_out_of_both() -> None:
    old = tally(CN_2004, {"10": 60, "80": 10, "70": 20, "72": 10, None: 50})
    measure = CN_2004.measures[0]
    assert (old.figure(measure).numerator, old.figure(measure).denominator) == (70, 100)
    assert old.base == 150
    assert old.not_registered == 50


def test_the_scheme_after_nace_by_the_numbers_of_its_definition() -> None:
    group = tally(NACE, {"10": 600, "75": 15, "76": 5, "801": 210, "70": 90, "72": 40, None: 40})
    assert (group.base, rate(group, "knowledge_rate"), rate(group, "career_outcomes_rate")) == (1000, "96.00", "90.22")
    group = tally(CN_2024, {"10": 600, "75": 15, "76": 5, "801": 210, "70": 90, "72": 40, None: 40})
    assert rate(group, "placement_rate") == "83.00"


@pytest.mark.parametrize(
    ("cohort", "scheme"),
    [(2026, "CN-2024"), (2024, "CN-2024"), (2023, "CN-2021"), (2021, "CN-2021"), (2020, "CN-2004"), (1999, "CN-2004")],
)
def test_the_default_scheme_follows_the_cohort(cohort: int, scheme: str) -> None:
    assert default_scheme(Cohort(cohort)).id == scheme


@pytest.mark.parametrize(
    ("code", "new", "former"),
    [
        ("27", "unit", "contract"),
        ("271", "unit", "contract"),
        ("50", "unit", "contract"),
        ("519", "unit", "contract"),
        ("12", "unit", "flexible"),
        ("76", "freelance", "flexible"),
        ("751", "own_business", "own_business"),
        ("80", "further_study", "further_study"),
        ("81", "further_study", "further_study"),
        ("85", "further_study", "further_study"),
        ("71", "not_seeking", "not_seeking"),
        ("65", None, None),
        (None, None, None),
    ],
)
def test_classes_of_codes_old_and_new(code: str | None, new: str | None, former: str | None) -> None:
    assert class_of("CN-2024", code) == new
    assert class_of("CN-2021", code) == former


@pytest.mark.parametrize(
    ("parent", "sub_codes", "name", "elsewhere"),
    [
        ("70", ["701", "702", "703", "704"], "seeking", "seeking"),
        ("72", ["721", "722"], "not_seeking", "not_seeking"),
        ("75", ["751", "752", "753"], "own_business", "employed"),
    ],
)
def test_a_sub_code_counts_as_its_parent_in_every_scheme(
    parent: str, sub_codes: list[str], name: str, elsewhere: str
) -> None:
    names = {"CN-2024": name, "CN-2021": name, "CN-2004": elsewhere, "NACE": elsewhere}
    for code in (parent, *sub_codes):
        assert {scheme: class_of(scheme, code) for scheme in SCHEMES} == names


def test_every_code_of_the_list_has_the_class_that_the_list_gives_it() -> None:
    for entry in CodeLists.load().get("destination"):
        named = entry.attributes["class_level2"]
        assert class_of("CN-2024", entry.code) == ("further_study" if named.startswith("study_") else named)
        assert None not in {class_of(scheme, entry.code) for scheme in SCHEMES}


counts = st.lists(
    st.builds(
        Count,
        st.sampled_from([None, "10", "11", "12", "271", "46", "502", "519", "75", "76", "801", "85", "70", "71", "65"]),
        st.booleans(),
        st.integers(0, 500),
    ),
    max_size=30,
)


@given(counts, st.sampled_from(list(SCHEMES.values())))
def test_classes_and_the_not_registered_add_up_to_the_population(some: list[Count], scheme: Scheme) -> None:
    group = Tally(scheme, some)
    assert sum(group.of_class(name) for name in scheme.classes) + group.not_registered == group.base
    assert group.not_registered >= 0


@given(counts)
def test_the_seven_parts_of_2024_partition_the_population_and_flexible_overlaps(some: list[Count]) -> None:
    group = Tally(CN_2024, some)
    parts = [m for m in CN_2024.measures if m.name not in {"placement_rate", "flexible_employment_rate"}]
    assert sum(group.figure(part).numerator for part in parts) + group.not_registered == group.base
    assert group.figure(CN_2024.measures[-1]).numerator == sum(count.graduates for count in some if count.flexible)
