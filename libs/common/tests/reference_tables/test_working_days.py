"""The shipped calendar against another one, day by day, and what is counted with it."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from common.reference_tables.definition import shipped
from common.reference_tables.working_days import WORKING_DAYS, WorkingDays

CALENDAR = WorkingDays(shipped(WORKING_DAYS))
FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=each) for each in range((last - first).days + 1)]


def test_every_day_is_a_working_day_exactly_where_the_other_calendar_says_so() -> None:
    differing = [each for each in days(FIRST, LAST) if CALENDAR.working_day(each) != chinese_calendar.is_workday(each)]
    assert differing == []
    assert len(days(FIRST, LAST)) == 8401


def test_it_counts_as_the_days_themselves_do() -> None:
    counted = 0
    for each in days(FIRST + timedelta(days=1), date(2027, 6, 30)):
        counted += CALENDAR.working_day(each)
        assert CALENDAR.between(FIRST, each) == counted
        assert CALENDAR.between(each, FIRST) == 0


@pytest.mark.parametrize(
    # the daily monitoring of March to August has so many working days
    ("year", "working"),
    [(2024, 128), (2026, 127)],
)
def test_the_working_days_of_a_season(year: int, working: int) -> None:
    assert CALENDAR.between(date(year, 2, 28 + (year == 2024)), date(year, 8, 31)) == working


@pytest.mark.parametrize(
    ("day", "n", "due"),
    [
        # a Friday: the five days of the week after
        (date(2024, 7, 19), 5, date(2024, 7, 26)),
        # Labour Day 2024: 1 to 5 May off, Sunday 28 April and Saturday 11 May worked
        (date(2024, 4, 26), 1, date(2024, 4, 28)),
        (date(2024, 4, 30), 1, date(2024, 5, 6)),
        (date(2024, 5, 6), 5, date(2024, 5, 11)),
        (date(2026, 5, 8), 1, date(2026, 5, 9)),
        (date(2026, 4, 30), 1, date(2026, 5, 6)),
    ],
)
def test_what_is_due_is_due_after_working_days(day: date, n: int, due: date) -> None:
    assert CALENDAR.due_in(day, n) == due


def test_what_is_due_agrees_with_walking_day_by_day() -> None:
    for start in days(date(2025, 1, 1), date(2025, 12, 31)):
        for n in (1, 2, 5, 11):
            due, found = start, 0
            while found < n:
                due += timedelta(days=1)
                found += chinese_calendar.is_workday(due)
            assert CALENDAR.due_in(start, n) == due
    with pytest.raises(ValueError, match="at least one"):
        CALENDAR.due_in(FIRST, 0)


def test_a_year_without_rows_has_mondays_to_fridays_for_the_time_being() -> None:
    assert (CALENDAR.provisional(LAST), CALENDAR.provisional(date(2027, 1, 1))) == (False, True)
    new_year, saturday = date(2027, 1, 1), date(2027, 1, 2)
    assert (CALENDAR.working_day(new_year), CALENDAR.working_day(saturday)) == (True, False)
    nothing = WorkingDays(())
    assert (nothing.working_day(date(2026, 10, 1)), nothing.provisional(date(2026, 10, 1))) == (True, True)
