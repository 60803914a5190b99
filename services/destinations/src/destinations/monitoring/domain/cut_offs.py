"""The calendar of monitoring (source 003), monthly at first, then weekly and daily: a pure function of the cohort."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from common.clock import SHANGHAI
from common.identifiers import Cohort
from common.reference_tables.working_days import WorkingDays
from common.season import daily_monitoring, monitored_months, monitored_weeks

DAILY_AT = time(17)
"""The hour of Shanghai at which a working day is cut off; the other cut-offs end their day."""

_DAY = timedelta(days=1)


class Kind(StrEnum):
    """How often it is monitored; `free` is a report that the school asks for at any time."""

    MONTHLY = "monthly"
    WEEKLY = "weekly"
    DAILY = "daily"
    FREE = "free"


@dataclass(frozen=True)
class CutOff:
    """截止点: what was recorded before `at` counts. `day` is the day that it ends, or cuts at 17:00.

    `provisional` where the holidays of its year are not known yet: it may still turn out otherwise.
    """

    kind: Kind
    day: date
    at: datetime
    provisional: bool

    @property
    def period(self) -> str:
        """What it is called: `2023-12`, `2024-W35` (weeks of ISO 8601), `2024-07-22`."""
        return _PERIODS[self.kind](self.day)


def cut_offs(cohort: Cohort, calendar: WorkingDays) -> Sequence[CutOff]:
    """All cut-offs of a cohort that has a season, in their order."""
    return sorted(_cut_offs(cohort, calendar), key=lambda each: each.at)


def _cut_offs(cohort: Cohort, calendar: WorkingDays) -> Iterator[CutOff]:
    for day in monitored_months(cohort):
        yield _ending(Kind.MONTHLY, day, calendar)
    for day in filter(calendar.working_day, daily_monitoring(cohort)):
        at = datetime.combine(day, DAILY_AT, SHANGHAI).astimezone(UTC)
        yield CutOff(Kind.DAILY, day, at, calendar.provisional(day))
    for day in monitored_weeks(cohort):
        yield _ending(Kind.WEEKLY, day, calendar)


def _ending(kind: Kind, day: date, calendar: WorkingDays) -> CutOff:
    """The cut-off at 24:00 of a day, which is the beginning of the next one."""
    at = datetime.combine(day + _DAY, time(), SHANGHAI).astimezone(UTC)
    return CutOff(kind, day, at, calendar.provisional(day))


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


_PERIODS: dict[Kind, Callable[[date], str]] = {
    Kind.MONTHLY: lambda day: f"{day:%Y-%m}",
    Kind.WEEKLY: _week,
    Kind.DAILY: date.isoformat,
}
