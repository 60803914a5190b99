"""A plan by which a wave is made every year, or every other year, always on the same day."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NewType
from uuid import UUID

from common.clock import SHANGHAI
from common.identifiers import SchoolCode

WavePlanId = NewType("WavePlanId", UUID)

DAYS_AHEAD = 14
"""So long before its opening a wave is made."""

MAX_OPEN_DAYS = 366
EVERY_YEARS = (1, 2)
FIRST_YEARS = (2000, 2200)


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """When the waves of a plan open: on `month_day` ("MM-DD", in Shanghai) of each, or each second, year.

    The last year is that of the last opening; None: there is no end.
    """

    every_years: int
    first_year: int
    last_year: int | None
    month_day: str
    open_days: int

    def period(self, year: int) -> tuple[datetime, datetime]:
        """When the wave of a year opens and closes.

        >>> rhythm = Rhythm(every_years=1, first_year=2027, last_year=None, month_day="11-01", open_days=30)
        >>> [instant.isoformat() for instant in rhythm.period(2027)]
        ['2027-11-01T00:00:00+08:00', '2027-12-01T00:00:00+08:00']
        """
        month, day = map(int, self.month_day.split("-"))
        opens = datetime.combine(date(year, month, day), time.min, SHANGHAI)
        return opens, opens + timedelta(days=self.open_days)

    def made_at(self, year: int) -> datetime:
        """When the wave of a year is to be made."""
        return self.period(year)[0] - timedelta(days=DAYS_AHEAD)

    def following(self, now: datetime, after: int | None) -> int | None:
        """The first year of the plan, later than `after`, whose wave is not over yet; None once the plan has ended.

        >>> rhythm = Rhythm(every_years=2, first_year=2020, last_year=2030, month_day="11-01", open_days=30)
        >>> rhythm.following(datetime(2026, 11, 30, tzinfo=SHANGHAI), None)
        2026
        >>> rhythm.following(datetime(2026, 12, 1, tzinfo=SHANGHAI), 2028)
        2030
        """
        last = FIRST_YEARS[1] if self.last_year is None else self.last_year
        years = range(self.first_year, last + 1, self.every_years)
        return next((each for each in years if (after is None or each > after) and self.period(each)[1] > now), None)


@dataclass(frozen=True, kw_only=True)
class NewWavePlan(Rhythm):
    """A plan as it is asked for; `settings` are those of its waves, in the words in which a wave is asked for."""

    school_code: SchoolCode
    cycle: int | None
    settings: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, kw_only=True)
class WavePlan(NewWavePlan):
    """轮次计划. `next_year` is that of the wave to be made next; None once the plan has ended.

    `problem` is why the wave of that year could not be made when it was tried last, as the refusal's code.
    """

    id: WavePlanId
    version: int
    next_year: int | None
    due_at: datetime | None
    problem: str | None
    created_at: datetime
    recorded_at: datetime


def is_day_of_every_year(month_day: str) -> bool:
    """Whether "MM-DD" is a day in every year.

    >>> is_day_of_every_year("11-01"), is_day_of_every_year("02-29"), is_day_of_every_year("13-01")
    (True, False, False)
    """
    month, day = map(int, month_day.split("-"))
    # a year without a leap day
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(2027, month)[1]
