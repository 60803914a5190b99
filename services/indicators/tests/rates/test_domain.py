"""Days of a series and the running tally over them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.identifiers import Cohort
from indicators.rates.domain import Movement, Step, days_between, monitored_days, points_per_group
from indicators.schemes.schemes import CN_2024
from indicators.schemes.tally import Count, Tally

PLACEMENT = CN_2024.measures[0]


def test_both_ends_belong_to_a_series() -> None:
    assert list(days_between(date(2024, 8, 30), date(2024, 9, 1), Step.DAY)) == [
        date(2024, 8, 30), date(2024, 8, 31), date(2024, 9, 1),
    ]  # fmt: skip
    assert list(days_between(date(2024, 8, 1), date(2024, 8, 15), Step.WEEK))[-1] == date(2024, 8, 15)


def test_a_month_keeps_its_day_where_it_exists() -> None:
    assert list(days_between(date(2023, 12, 31), date(2024, 4, 30), Step.MONTH)) == [
        date(2023, 12, 31), date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30),
    ]  # fmt: skip


@pytest.mark.parametrize("step", [Step.DAY, Step.WEEK, Step.MONTH])
def test_a_series_may_reach_to_the_end_of_the_calendar(step: Step) -> None:
    assert list(days_between(date(9999, 12, 31), date(9999, 12, 31), step)) == [date(9999, 12, 31)]


days = st.dates(date(2024, 1, 1), date(2024, 3, 1))
spans = st.lists(st.tuples(days, days, st.sampled_from([None, "10", "70"])).filter(lambda span: span[0] < span[1]))


@given(spans)
def test_every_point_equals_a_count_of_that_day(some: list[tuple[date, date, str | None]]) -> None:
    movements = [
        Movement(day, (), Count(code, False, sign))
        for start, end, code in some
        for day, sign in ((start, 1), (end, -1))
    ]
    asked = list(days_between(date(2024, 1, 1), date(2024, 3, 2), Step.DAY))
    for point in points_per_group(movements, asked, CN_2024, PLACEMENT).get((), []):
        counted = [Count(code, False, 1) for start, end, code in some if start <= point.as_of < end]
        assert point.figure == Tally(CN_2024, counted).figure(PLACEMENT)
        assert point.base == len(counted)


def test_monitoring_of_2024_has_three_monthly_and_27_weekly_days() -> None:
    days = monitored_days(Cohort(2024), None, date(2025, 1, 1))
    assert days[:4] == [date(2023, 12, 1), date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)]
    assert (len(days), days[-1]) == (30, date(2024, 8, 30))
    assert {day.weekday() for day in days[3:]} == {4}
    assert monitored_days(Cohort(2024), date(2024, 8, 23), date(2024, 8, 29)) == [date(2024, 8, 23)]
    assert monitored_days(Cohort(2024), date(2024, 8, 31), date(2025, 1, 1)) == []
