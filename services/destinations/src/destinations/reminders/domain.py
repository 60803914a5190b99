"""Of what graduates are reminded, and on which days by themselves. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, SchoolCode
from common.reference_tables.working_days import WorkingDays
from destinations.monitoring.domain.cut_offs import Kind, cut_offs

ReminderId = NewType("ReminderId", UUID)

REMINDING = "reminders"
"""The kind of long work."""

DAYS_AHEAD = (7, 3, 1)
"""Before the day of graduation, and before the last day for everybody to be registered."""

_DAY = timedelta(days=1)
_LOOKED_AHEAD = timedelta(days=20)
"""No run of holidays is longer."""


class RemindedOf(StrEnum):
    """What a graduate is reminded of; what others have to do is none of it."""

    REGISTERED = "registered"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    EVIDENCE = "evidence"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Whom officers mean, of those in scope; None narrows nothing."""

    school_code: SchoolCode
    cohort: Cohort
    college_code: CollegeCode | None = None
    major_code: MajorCode | None = None
    class_code: ClassCode | None = None

    @property
    def given(self) -> Mapping[str, Any]:
        """What narrows, by name; also as it is stored."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class Due:
    """One thing that one graduate still has to do until a day."""

    graduate_id: GraduateId
    what: RemindedOf
    due_on: date


@dataclass(frozen=True)
class Reminder:
    """A reminder as it was stored, with its place in the graduate's stream of them."""

    id: ReminderId
    graduate_id: GraduateId
    what: RemindedOf
    due_on: date
    reminded_on: date
    recorded_at: datetime
    sequence: int


@dataclass(frozen=True)
class Cohorted:
    """What of a season the reminders of its cohort depend on."""

    school_code: SchoolCode
    cohort: Cohort
    graduation_day: date
    coverage_by: date


def cut_off_ahead(day: date, cohort: Cohort, calendar: WorkingDays) -> date | None:
    """The monthly or weekly cut-off before which a day is the last working day; the earliest, None without one."""
    for each in cut_offs(cohort, calendar):
        counts = each.kind in {Kind.MONTHLY, Kind.WEEKLY} and day < each.day <= day + _LOOKED_AHEAD
        if counts and _last_working_day_before(each.day, calendar) == day:
            return each.day
    return None


def deadlines_ahead(day: date, season: Cohorted) -> tuple[date, ...]:
    """The deadlines that are 7, 3 or 1 days ahead of a day, the earlier one first."""
    deadlines = {season.graduation_day, season.coverage_by}
    return tuple(sorted(each for each in deadlines if (each - day).days in DAYS_AHEAD))


def _last_working_day_before(day: date, calendar: WorkingDays) -> date:
    before = day - _DAY
    while not calendar.working_day(before):
        before -= _DAY
    return before
