"""Which table groupings and filters name, and when an edition is due."""

from typing import Any

import pytest

from common.errors import BadQuery
from common.identifiers import SchoolCode
from indicators.schemes.groupings import DIMENSIONS
from indicators.tracking.domain import Series, asked_of, gaps, question_of
from indicators.tracking_counts.dimensions import tables_of_employers, tables_of_graduates

GRADUATES = tables_of_graduates([*DIMENSIONS])
OF_GRADUATES, OF_EMPLOYERS = Series(SchoolCode("10001"), 2023, 1, None), Series(SchoolCode("10001"), None, None, 2025)


@pytest.mark.parametrize(
    ("by", "filters", "table"),
    [
        (None, {}, ()),
        ("college", {}, ("college",)),
        (None, {"college": "C1"}, ("college",)),
        ("college,education_level", {}, ("college", "education_level")),
        ("education_level,sex", {}, ("sex", "education_level")),
        ("sex", {"college": "C1"}, ("sex", "college")),
        ("major", {"college": "C1"}, ("major",)),
        ("college,major", {}, ("major",)),
        ("major,education_level", {"college": "C1"}, ("major", "education_level")),
    ],
)
def test_groupings_and_filters_name_one_table(by: str | None, filters: dict[str, str], table: Any) -> None:
    assert asked_of(by, filters, GRADUATES).table == table


@pytest.mark.parametrize(
    ("by", "filters", "rule"),
    [
        ("class", {}, "unknown_dimension"),
        ("sex", {"class": "K1"}, "no_such_table"),
        ("sex,origin_province", {}, "no_such_table"),
        ("sex,college,education_level", {}, "no_such_table"),
        ("sex,sex", {}, "repeated_dimension"),
        ("hire_college", {}, "unknown_dimension"),
    ],
)
def test_other_tables_are_not_counted(by: str, filters: dict[str, str], rule: str) -> None:
    with pytest.raises(BadQuery) as refused:
        asked_of(by, filters, GRADUATES)
    assert [problem.rule for problem in refused.value.problems] == [rule]


def test_employers_have_pairs_of_what_their_answers_are_about() -> None:
    tables = tables_of_employers()
    assert asked_of("hire_major,post_level", {}, tables).table == ("post_level", "hire_major")
    with pytest.raises(BadQuery):
        asked_of("hire_major,post_level,hire_college", {}, tables)


def test_a_filtered_figure_is_its_cell_in_the_table() -> None:
    asked = asked_of("sex", {"college": "C1"}, GRADUATES)
    figures: Any = {("1", "C1"): "a", ("2", "C1"): "b", ("1", "C2"): "c"}
    found: Any = asked.groups(figures)
    assert found == {("1",): "a", ("2",): "b"}


def test_a_college_beside_majors_is_not_of_their_table() -> None:
    asked = asked_of("college,major", {}, GRADUATES)
    figures: Any = {("080901",): "a"}
    found: Any = asked.groups(figures)
    assert found == {("080901",): "a"}
    assert asked.place(("C1", "080901")) == ("080901",)
    assert not asked.is_whole


@pytest.mark.parametrize(
    ("series", "indicators", "rule"),
    [
        ([OF_GRADUATES], "wealth", "unknown_indicator"),
        ([OF_GRADUATES], "rehire", "other_respondents"),
        ([OF_EMPLOYERS], "salary", "other_respondents"),
        ([OF_GRADUATES], "match_gap", "respondents"),
        ([OF_GRADUATES, OF_EMPLOYERS], "salary", "respondents"),
    ],
)
def test_indicators_are_of_one_kind_of_respondents(series: list[Series], indicators: str, rule: str) -> None:
    with pytest.raises(BadQuery) as refused:
        question_of(series, indicators, "75", asked_of(None, {}, tables_of_employers()))
    assert [problem.rule for problem in refused.value.problems] == [rule]


def test_a_gap_asks_for_the_same_cells_of_employers() -> None:
    both = [OF_GRADUATES, OF_EMPLOYERS]
    question = question_of(both, "match_gap", "75", asked_of("major,college", {}, GRADUATES))
    assert question.stored == ["major_match"]
    assert question.other_asked is not None
    # beside a major no college is counted, on neither side
    assert question.other_asked.table == ("hire_major",)
    question = question_of(both, "match_gap", "75", asked_of("education_level", {"college": "C1"}, GRADUATES))
    assert question.other_asked is not None
    assert question.other_asked.table == ("hire_college", "hire_level")
    assert question.other_asked.filters == {"hire_college": "C1"}
    with pytest.raises(BadQuery):
        question_of(both, "match_gap", "75", asked_of("sex", {}, GRADUATES))


def test_a_gap_is_where_both_are_shown() -> None:
    of_graduates: Any = {("C1",): {"75": {"exact": "34/50", "base": 50}}, ("C2",): {"75": {"exact": "1", "base": 5}}}
    of_employers: Any = {("C1",): {"75": {"exact": "24/40", "base": 40}}}
    found = gaps(of_graduates, of_employers, "75")
    assert found.keys() == {("C1",)}
    assert found["C1",]["value"]["value"] == "8.00"
