"""Differences, days, and the laws of figures side by side."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.identifiers import Cohort
from common.rounding import percentage, points
from indicators.comparisons.domain import Beside, Cells, Moment, With, common_scheme, comparable, sides
from indicators.reading.days import years_later
from indicators.schemes.schemes import CN_2024, SCHEMES, Scheme
from indicators.schemes.tally import Count, Figure, Tally

CODES = (None, "10", "12", "46", "75", "76", "801", "85", "70", "71", "65")
counted = st.lists(
    st.tuples(
        st.tuples(st.sampled_from([None, "C01", "C02", "C03"])),
        st.builds(Count, st.sampled_from(CODES), st.booleans(), st.integers(1, 500)),
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        # a third more; parts rounded first would give 33.34
        ((1, 3), (2, 3), "33.33"),
        ((2, 3), (1, 3), "-33.33"),
        ((0, 1), (1, 20_000), "0.01"),
        ((1, 20_000), (0, 1), "-0.01"),
        ((1, 2), (1, 2), "0.00"),
        ((1, 100_000), (0, 1), "0.00"),
        ((0, 1), (1, 1), "100.00"),
        ((0, 0), (1, 1), None),
        ((1, 1), (0, 0), None),
    ],
)
def test_a_difference_is_rounded_once_half_away_from_zero(
    before: tuple[int, int], after: tuple[int, int], difference: str | None
) -> None:
    assert Figure(*after).less(Figure(*before)) == difference


@given(st.fractions(-1, 1, max_denominator=10_000))
def test_turning_the_sides_turns_the_sign_alone(difference: Fraction) -> None:
    one, other = points(difference), points(-difference)
    assert one.removeprefix("-") == other.removeprefix("-")
    assert abs(Fraction(one) - difference * 100) <= Fraction(1, 200)


@pytest.mark.parametrize(
    ("day", "years", "other"),
    [
        (date(2024, 2, 29), -1, date(2023, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2023, 2, 28), 1, date(2024, 2, 28)),
        (date(2026, 8, 31), -1, date(2025, 8, 31)),
        (date(2027, 1, 15), -1, date(2026, 1, 15)),
        (date(1, 1, 1), -47, date(1, 1, 1)),
    ],
)
def test_the_same_day_of_another_year(day: date, years: int, other: date) -> None:
    assert years_later(day, years) == other


def test_another_cohort_is_looked_at_on_the_same_day_of_its_year() -> None:
    beside = Beside(With.COHORT, cohort=Cohort(2025))
    assert beside.before(Moment(Cohort(2026), date(2026, 8, 31))) == Moment(Cohort(2025), date(2025, 8, 31))
    assert beside.before(Moment(Cohort(2024), date(2024, 2, 29))) == Moment(Cohort(2025), date(2025, 2, 28))
    same = Moment(Cohort(2026), date(2026, 8, 31))
    assert Beside(With.AS_OF, as_of=date(2026, 1, 1)).before(same) == Moment(Cohort(2026), date(2026, 1, 1))
    assert Beside(With.WHOLE).before(same) == same


def test_both_are_counted_by_the_scheme_of_the_later_cohort() -> None:
    for one, other in ((2023, 2024), (2024, 2023)):
        assert common_scheme(Cohort(one), Cohort(other)) is CN_2024
        assert not comparable(Cohort(one), Cohort(other))
    assert comparable(Cohort(2024), Cohort(2026))


@given(counted, counted, st.sampled_from(list(SCHEMES.values())))
def test_the_whole_is_the_sum_of_the_groups_beside_every_group(
    before: list[tuple[tuple[str | None], Count]], after: list[tuple[tuple[str | None], Count]], scheme: Scheme
) -> None:
    base = sum(count.graduates for _, count in before)
    found = sides(before, after, scheme, whole=True)
    assert set(found) == {group for group, _ in after}
    assert all(whole.base == base for whole, _ in found.values())
    assert sum(part.base for _, part in found.values()) == sum(count.graduates for _, count in after)
    apart = sides(before, after, scheme, whole=False)
    for measure in scheme.measures:
        pooled = Tally(scheme, [count for _, count in before]).figure(measure)
        assert pooled.numerator == sum(one.figure(measure).numerator for one, _ in apart.values())
        assert pooled.denominator == sum(one.figure(measure).denominator for one, _ in apart.values())


@given(st.dictionaries(st.sampled_from([None, "a", "b", "c"]), st.integers(0, 1_000)))
def test_cells_are_shares_of_their_base(counts: dict[str | None, int]) -> None:
    cells = Cells(sum(counts.values()), counts)
    assert sum(cells.figure(code).numerator for code in counts) == cells.base
    assert cells.figure("d").numerator == 0
    assert all(cells.figure(code).rate == percentage(count, cells.base) for code, count in counts.items())
