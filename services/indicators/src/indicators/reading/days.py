"""The same day of other years."""

import calendar
from datetime import date


def years_later(day: date, years: int) -> date:
    """The same day of another year; the 28th for a 29 February that it does not have."""
    year = min(max(day.year + years, date.min.year), date.max.year)
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))
