"""Figures over time: the days asked for, and one running tally over the changes of each group."""

import calendar
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import count
from typing import NamedTuple

from common.identifiers import Cohort
from common.season import monitored_months, monitored_weeks
from indicators.schemes.groupings import Group
from indicators.schemes.schemes import Measure, Scheme
from indicators.schemes.tally import Count, Figure, Tally


class Step(StrEnum):
    """Distance between two points."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    MONITORING = "monitoring"
    """The days of the monthly and weekly cut-offs of monitoring (就业监测) of the cohort."""


class Movement(NamedTuple):
    """Graduates of a group that a span's begin adds, or a span's end removes, on a day."""

    day: date
    group: Group
    change: Count


@dataclass(frozen=True)
class Point:
    """One measure of a group as of a day."""

    as_of: date
    base: int
    figure: Figure


def days_between(first: date, last: date, step: Step) -> Iterator[date]:
    """Days from `first` to `last`, both inclusive; a month's step keeps the day of the month where it exists."""
    for index in count():
        try:
            day = _months_later(first, index) if step is Step.MONTH else first + index * _DISTANCE[step]
        except (OverflowError, ValueError):
            return  # the calendar ends before the series
        if day > last:
            return
        yield day


def monitored_days(cohort: Cohort, first: date | None, last: date) -> list[date]:
    """The days that the monthly and weekly monitoring of the cohort cuts off, between two days, both inclusive."""
    days = sorted([*monitored_months(cohort), *monitored_weeks(cohort)])
    return [day for day in days if (first is None or first <= day) and day <= last]


def points_per_group(
    movements: Iterable[Movement],
    days: Sequence[date],
    scheme: Scheme,
    measure: Measure,
    always: Iterable[Group] = (),
) -> dict[Group, list[Point]]:
    """Points of the groups in `always` and of every group that moved at all, in the order of `days`."""
    of_group: dict[Group, list[Movement]] = {group: [] for group in always}
    for movement in movements:
        of_group.setdefault(movement.group, []).append(movement)
    return {group: list(_points(own, days, scheme, measure)) for group, own in of_group.items()}


def _points(movements: list[Movement], days: Sequence[date], scheme: Scheme, measure: Measure) -> Iterator[Point]:
    waiting = sorted(movements, key=lambda movement: movement.day, reverse=True)
    tally = Tally(scheme)
    for day in days:
        while waiting and waiting[-1].day <= day:
            tally.add(waiting.pop().change)
        yield Point(day, tally.base, tally.figure(measure))


_DISTANCE = {Step.DAY: timedelta(days=1), Step.WEEK: timedelta(weeks=1)}


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
