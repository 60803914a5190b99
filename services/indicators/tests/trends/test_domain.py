"""A measure over cohorts."""

from datetime import date

from common.identifiers import Cohort
from indicators.schemes.schemes import CN_2021, CN_2024, Scheme
from indicators.schemes.tally import Count, Figure
from indicators.trends.domain import Definition, trend_of

C01, C02 = ("C01",), ("C02",)


def definition(scheme: Scheme, year: int) -> Definition:
    measure = scheme.measure("placement_rate")
    assert measure is not None
    return Definition(scheme, measure, date(year, 8, 31))


def test_points_come_in_the_order_of_cohorts_and_break_where_the_definition_differs() -> None:
    schemes = {2024: CN_2024, 2022: CN_2021, 2023: CN_2021, 2025: CN_2024}
    definitions = {Cohort(year): definition(scheme, year) for year, scheme in schemes.items()}
    counts = {Cohort(year): [(C01, Count("10", False, year - 2020)), (C01, Count(None, False, 1))] for year in schemes}
    counts[Cohort(2025)].append((C02, Count("10", False, 1)))
    found = trend_of(counts, definitions)
    assert [(each.cohort, each.is_break) for each in found[C01]] == [
        (2022, False),
        (2023, False),
        (2024, True),
        (2025, False),
    ]
    assert [each.figure for each in found[C01]] == [Figure(2, 3), Figure(3, 4), Figure(4, 5), Figure(5, 6)]
    assert [each.figure for each in found[C02]] == [Figure(0, 0), Figure(0, 0), Figure(0, 0), Figure(1, 1)]
    assert [each.base for each in found[C02]] == [0, 0, 0, 1]


def test_without_groups_there_is_one_line_even_of_no_graduates() -> None:
    found = trend_of({Cohort(2024): []}, {Cohort(2024): definition(CN_2024, 2024)}, always=[()])
    assert [each.figure for each in found[()]] == [Figure(0, 0)]
