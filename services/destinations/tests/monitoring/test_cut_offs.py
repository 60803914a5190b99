"""The calendar of monitoring against the contract's numbers, and day by day against another calendar."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest

from common.identifiers import Cohort
from common.reference_tables.definition import shipped
from common.reference_tables.working_days import WORKING_DAYS, WorkingDays
from destinations.monitoring.domain.cut_offs import CutOff, Kind, cut_offs

CALENDAR = WorkingDays(shipped(WORKING_DAYS))


def of(year: int) -> Sequence[CutOff]:
    return cut_offs(Cohort(year), CALENDAR)


def named(year: int) -> dict[str, datetime]:
    return {each.period: each.at for each in of(year)}


@pytest.mark.parametrize(("cohort", "monthly", "weekly", "daily"), [(2024, 3, 27, 128), (2026, 3, 26, 127)])
def test_so_many_cut_offs_has_a_cohort(cohort: int, monthly: int, weekly: int, daily: int) -> None:
    counted = Counter(each.kind for each in of(cohort))
    assert counted == {Kind.MONTHLY: monthly, Kind.WEEKLY: weekly, Kind.DAILY: daily}


def test_the_moments_are_those_of_shanghai() -> None:
    at = named(2024)
    assert list(at)[:4] == ["2023-12", "2024-01", "2024-02", "2024-03-01"]
    assert (at["2023-12"], at["2024-02"]) == (instant("2023-12-01T16:00"), instant("2024-02-01T16:00"))
    assert at["2024-W35"] == instant("2024-08-30T16:00")
    assert at["2024-07-22"] == instant("2024-07-22T09:00")
    assert [list(at)[-1], list(at.values())[-1]] == ["2024-W35", instant("2024-08-30T16:00")]
    assert list(at.values()) == sorted(at.values())


def test_a_working_saturday_is_cut_off_and_a_holiday_is_not() -> None:
    at = named(2026)
    assert at["2026-05-09"] == instant("2026-05-09T09:00")
    assert "2026-05-05" not in at
    # Friday 1 May is a holiday: its week ends all the same
    assert "2026-05-01" not in at
    assert at["2026-W18"] == instant("2026-05-01T16:00")


def test_weeks_are_those_of_iso_8601_after_a_year_with_53_of_them() -> None:
    # 1 January 2021 is a day of the 53rd week of 2020: the first Friday of March ends the ninth week all the same
    assert date(2021, 1, 1).isocalendar()[:2] == (2020, 53)
    weeks = {year: [each.period for each in of(year) if each.kind is Kind.WEEKLY] for year in range(2004, 2030)}
    assert (weeks[2021][0], weeks[2021][-1]) == ("2021-W09", "2021-W34")
    assert (weeks[2020][0], weeks[2020][-1]) == ("2020-W10", "2020-W35")
    for year, named_weeks in weeks.items():
        fridays = [datetime.strptime(f"{each}-5", "%G-W%V-%u").replace(tzinfo=UTC) for each in named_weeks]
        assert {each - fridays[0] for each in fridays} == {timedelta(weeks=n) for n in range(len(fridays))}
        assert (fridays[0] - timedelta(weeks=1)).month == 2, year
        assert (fridays[-1] + timedelta(weeks=1)).month == 9, year


def test_a_year_whose_holidays_are_not_known_is_provisional() -> None:
    assert {each.provisional for each in of(2026)} == {False}
    later = of(2027)
    # December 2026 is of a year that is known
    assert [each.period for each in later if not each.provisional] == ["2026-12"]
    weekdays = sum(each.weekday() < 5 for each in march_to_august(2027))
    assert sum(each.kind is Kind.DAILY for each in later) == weekdays


def test_every_day_from_2004_to_2026_is_cut_off_exactly_where_another_calendar_says_so() -> None:
    for year in range(2004, 2027):
        expected = {each for each in march_to_august(year) if chinese_calendar.is_workday(each)}
        assert {each.day for each in of(year) if each.kind is Kind.DAILY} == expected
        fridays = {each for each in march_to_august(year) if each.isoweekday() == 5}
        assert {each.day for each in of(year) if each.kind is Kind.WEEKLY} == fridays


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def march_to_august(year: int) -> list[date]:
    first = date(year, 3, 1)
    return [first + timedelta(days=each) for each in range((date(year, 8, 31) - first).days + 1)]
