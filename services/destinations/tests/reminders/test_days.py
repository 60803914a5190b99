"""On which days graduates are reminded by themselves: by hand from the contract, and day by day by another calendar."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from common.identifiers import Cohort, SchoolCode
from common.reference_tables.definition import shipped
from common.reference_tables.working_days import WORKING_DAYS, WorkingDays
from destinations.reminders.domain import Cohorted, cut_off_ahead, deadlines_ahead

CALENDAR = WorkingDays(shipped(WORKING_DAYS))
DAY = timedelta(days=1)


def ahead(day: date, cohort: int = 2024) -> date | None:
    return cut_off_ahead(day, Cohort(cohort), CALENDAR)


@pytest.mark.parametrize(
    ("day", "cut_off"),
    [
        # 1 to 5 May are holidays: the last working day before Friday, 3 May, is Tuesday
        (date(2024, 4, 30), date(2024, 5, 3)),
        (date(2024, 5, 1), None),
        (date(2024, 5, 2), None),
        # a Friday itself is none of its own; what is daily is not asked about
        (date(2024, 5, 10), None),
        (date(2024, 5, 9), date(2024, 5, 10)),
        (date(2024, 5, 7), None),
        # monthly ones: the first of December, January, February
        (date(2023, 11, 30), date(2023, 12, 1)),
        (date(2023, 12, 29), date(2024, 1, 1)),
        (date(2024, 1, 31), date(2024, 2, 1)),
        # the last Friday, and nothing after it
        (date(2024, 8, 29), date(2024, 8, 30)),
        (date(2024, 9, 5), None),
    ],
)
def test_the_last_working_day_before_a_weekly_or_monthly_cut_off(day: date, cut_off: date | None) -> None:
    assert ahead(day) == cut_off


@pytest.mark.parametrize("cohort", [2024, 2025, 2026])
def test_every_friday_has_its_one_day(cohort: int) -> None:
    fridays = [date(cohort, 3, 1) + n * DAY for n in range(184)]
    expected: dict[date, date] = {}
    for friday in (each for each in fridays if each.weekday() == 4):
        day = friday - DAY
        while not chinese_calendar.is_workday(day):
            day -= DAY
        expected.setdefault(day, friday)
    days = [date(cohort, 2, 10) + n * DAY for n in range(210)]
    assert {day: each for day in days if (each := ahead(day, cohort))} == expected


def test_seven_three_and_one_days_before_a_deadline() -> None:
    season = Cohorted(SchoolCode("10001"), Cohort(2024), date(2024, 6, 30), date(2024, 8, 30))
    days = [date(2024, 6, 1) + n * DAY for n in range(100)]
    due = {day: found for day in days if (found := deadlines_ahead(day, season))}
    graduation, coverage = (date(2024, 6, 30),), (date(2024, 8, 30),)
    assert due == {
        **{date(2024, 6, day): graduation for day in (23, 27, 29)},
        **{date(2024, 8, day): coverage for day in (23, 27, 29)},
    }
    both = Cohorted(SchoolCode("10001"), Cohort(2024), date(2024, 7, 4), date(2024, 6, 30))
    assert deadlines_ahead(date(2024, 6, 27), both) == (date(2024, 6, 30), date(2024, 7, 4))
