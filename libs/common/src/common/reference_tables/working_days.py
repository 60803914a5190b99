"""Working days (工作日): holidays and working weekends of the years that are known, else Monday to Friday."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import accumulate

from common.errors import Message
from common.reference_tables.definition import DAY, Column, ReferenceRow, ReferenceTable, day, one_of

HOLIDAY, WORKING = "holiday", "working"

WORKING_DAYS = ReferenceTable(
    "working-days",
    Message("节假日与调休工作日", "Holidays and working weekends"),
    (
        Column("day", day, DAY),
        Column("kind", one_of(HOLIDAY, WORKING), Message("应为 holiday 或 working", "Must be holiday or working")),
    ),
    key=("day",),
)
_WEEK, _WORKED = 7, 5


class WorkingDays:
    """The calendar of a version of the table."""

    def __init__(self, rows: Iterable[ReferenceRow]) -> None:
        self._kinds = {date.fromisoformat(str(row["day"])): row["kind"] for row in rows}
        self._years = {each.year for each in self._kinds}
        moved = [each for each, kind in sorted(self._kinds.items()) if _on_weekday(each) == (kind == HOLIDAY)]
        self._moved = moved
        self._more = [0, *accumulate(-1 if _on_weekday(each) else 1 for each in moved)]

    def working_day(self, day: date) -> bool:
        """True for a day on which offices work."""
        kind = self._kinds.get(day)
        return _on_weekday(day) if kind is None else kind == WORKING

    def provisional(self, day: date) -> bool:
        """True for a day of a year whose holidays are not known: it may still turn out otherwise."""
        return day.year not in self._years

    def due_in(self, day: date, n: int) -> date:
        """The n-th working day after a day; the day after is the first that may count."""
        if n < 1:
            raise ValueError("what is due is due after at least one working day")
        wanted, found = self._up_to(day) + n, day + timedelta(days=n)
        # as many days further as working days are lacking: never beyond the one that is looked for
        while (lacking := wanted - self._up_to(found)) > 0:
            found += timedelta(days=lacking)
        return found

    def between(self, first: date, last: date) -> int:
        """How many working days lie after the first day, up to and with the last one."""
        return max(self._up_to(last) - self._up_to(first), 0)

    def _up_to(self, day: date) -> int:
        """Working days since the beginning of the calendar, which is a Monday."""
        weeks, rest = divmod(day.toordinal(), _WEEK)
        return weeks * _WORKED + min(rest, _WORKED) + self._more[bisect_right(self._moved, day)]


def _on_weekday(day: date) -> bool:
    return day.weekday() < _WORKED
