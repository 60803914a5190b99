"""The days of a cohort's season (届次), dated and with their sources: code that needs one asks here.

A row holds from its first cohort on, until another row for the same day. Some of these days a school may set for
itself; then this is what holds without its setting.
"""

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from common.identifiers import Cohort


class SeasonDay(StrEnum):
    """What a day of the season is for."""

    BEGINS = "begins"
    """The first day on which the cohort is a population: first versions of the roster count from it."""

    MONITORING_BEGINS = "monitoring_begins"
    """Cut-off of the first monthly monitoring (就业监测)."""

    GRADUATION = "graduation"
    """The day on which the cohort graduates."""

    FIRST_CHECK_FROM = "first_check_from"
    """The first day of the first round of self-checks (自查)."""

    FIRST_CHECK_TO = "first_check_to"
    """The last day of that round."""

    LAST_CHECK_FROM = "last_check_from"
    """The first day of the last round of self-checks."""

    LAST_CHECK_TO = "last_check_to"
    """The last day of that round."""

    COVERAGE_BY = "coverage_by"
    """The last day for every graduate to be registered (登记全覆盖)."""

    REPORT_BY = "report_by"
    """The last day for the reports of self-checks."""

    CHANGES_UNTIL = "changes_until"
    """The last day on which destinations are changed as a matter of course."""

    CLOSES_ON = "closes_on"
    """The last day on which destinations are changed at all, but for cases found true."""

    INITIAL_RATE = "initial_rate"
    """The day of 初次毕业去向落实率."""

    YEAR_END_RATE = "year_end_rate"
    """The day of 年终毕业去向落实率."""


class Dated(NamedTuple):
    """When a day is, from a cohort on: month and day, `years` after the year of the cohort."""

    day: SeasonDay
    first_cohort: int
    years: int
    month: int
    day_of_month: int
    source: str
    verified: bool


_EVER = 0

DATES = (
    Dated(
        SeasonDay.BEGINS, _EVER, -1, 9, 1,
        "our own: no source names the day from which a cohort is a population; its last school year begins then", False
    ),
    Dated(SeasonDay.MONITORING_BEGINS, _EVER, -1, 12, 1, "source 003: monthly from December, due by the 1st", True),
    Dated(SeasonDay.GRADUATION, _EVER, 0, 6, 30, "our own: schools graduate their cohorts in June or July", False),
    Dated(SeasonDay.FIRST_CHECK_FROM, _EVER, 0, 7, 1, "source 003: two rounds at least, one in July", True),
    Dated(SeasonDay.FIRST_CHECK_TO, _EVER, 0, 7, 31, "source 003: two rounds at least, one in July", True),
    Dated(SeasonDay.LAST_CHECK_FROM, _EVER, 0, 8, 15, "our own: source 003 says end of August", False),
    Dated(SeasonDay.LAST_CHECK_TO, _EVER, 0, 8, 30, "source 003: the last round at the end of August", True),
    Dated(SeasonDay.COVERAGE_BY, _EVER, 0, 8, 30, "source 003: everybody is registered by 30 August", True),
    Dated(SeasonDay.REPORT_BY, _EVER, 0, 8, 30, "source 003", True),
    Dated(SeasonDay.CHANGES_UNTIL, _EVER, 0, 8, 31, "ministry's notice on registration, 2023", True),
    Dated(SeasonDay.CLOSES_ON, _EVER, 0, 12, 31, "our own: the day of the year-end rate", False),
    Dated(SeasonDay.INITIAL_RATE, _EVER, 0, 8, 31, "source 002", True),
    Dated(SeasonDay.YEAR_END_RATE, _EVER, 0, 12, 31, "source 002", True),
)  # fmt: skip
"""All days of a season; a later row of a day, from a later cohort on, replaces the earlier."""


@lru_cache(maxsize=1024)
def season_day(day: SeasonDay, cohort: Cohort) -> date:
    """The day, by the newest row that holds for the cohort."""
    held = [each for each in DATES if each.day is day and each.first_cohort <= cohort]
    newest = max(held, key=lambda each: each.first_cohort)
    return date(cohort + newest.years, newest.month, newest.day_of_month)


MONITORED_MONTHS = 3
"""December, January, February: monitored monthly, each on its first day (source 003)."""

_FRIDAY = 4


def monitored_months(cohort: Cohort) -> list[date]:
    """The days that the monthly monitoring (就业监测) of a cohort cuts off."""
    begins = season_day(SeasonDay.MONITORING_BEGINS, cohort)
    months = [divmod(begins.month - 1 + month, 12) for month in range(MONITORED_MONTHS)]
    return [begins.replace(year=begins.year + year, month=index + 1) for year, index in months]


def daily_monitoring(cohort: Cohort) -> list[date]:
    """All days from March to August, in which monitoring is weekly and, on working days, daily."""
    first, last = date(cohort, 3, 1), date(cohort, 8, 31)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def monitored_weeks(cohort: Cohort) -> list[date]:
    """The Fridays that the weekly monitoring of a cohort cuts off."""
    return [day for day in daily_monitoring(cohort) if day.weekday() == _FRIDAY]
