"""When the waves of a plan open, and which is made next."""

import doctest
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.clock import SHANGHAI
from surveys.wave_plans import domain
from surveys.wave_plans.domain import Rhythm


def test_examples_of_the_docstrings() -> None:
    assert doctest.testmod(domain).failed == 0


@pytest.mark.parametrize(
    ("now", "after", "following"),
    [
        # the wave of a year is over at midnight in Shanghai, eight hours before midnight in UTC
        (datetime(2027, 11, 30, 15, 59, 59, tzinfo=UTC), None, 2027),
        (datetime(2027, 11, 30, 16, 0, tzinfo=UTC), None, 2029),
        (datetime(2020, 1, 1, tzinfo=UTC), None, 2027),
        (datetime(2020, 1, 1, tzinfo=UTC), 2027, 2029),
        (datetime(2020, 1, 1, tzinfo=UTC), 2028, 2029),
        (datetime(2030, 1, 1, tzinfo=UTC), None, 2031),
        (datetime(2032, 1, 1, tzinfo=UTC), None, None),
        (datetime(2020, 1, 1, tzinfo=UTC), 2031, None),
    ],
)
def test_the_wave_to_be_made_next(now: datetime, after: int | None, following: int | None) -> None:
    rhythm = Rhythm(every_years=2, first_year=2027, last_year=2032, month_day="11-01", open_days=30)
    assert rhythm.following(now, after) == following


@given(
    st.integers(2000, 2100),
    st.sampled_from([1, 2]),
    st.integers(1, 366),
    st.integers(0, 50_000),
)
def test_every_year_of_a_plan_comes_once_in_order(first: int, every: int, days: int, days_later: int) -> None:
    rhythm = Rhythm(every_years=every, first_year=first, last_year=first + 9, month_day="06-15", open_days=days)
    instant, year, found = datetime(2000, 1, 1, tzinfo=SHANGHAI) + timedelta(days=days_later), None, []
    while (year := rhythm.following(instant, year)) is not None:
        found.append(year)
    assert found == [each for each in range(first, first + 10, every) if rhythm.period(each)[1] > instant]
