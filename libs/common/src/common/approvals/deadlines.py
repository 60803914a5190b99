"""Until when a request should be decided: rules as data (`data/deadlines.csv`), the first one that fits."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Deadline:
    """So many calendar days for requests of a kind (None: of any) that are asked on some days of a year (None: on all).

    `days_of_year` are the first and the last one as `08-01`; an unverified rule is a proposal, no rule of the field.
    """

    request: str | None
    days_of_year: tuple[str, str] | None
    days: int
    source: str
    verified: bool

    def fits(self, request: str, asked_on: date) -> bool:
        """True for a request of this kind that is asked on this day."""
        first, last = self.days_of_year or ("01-01", "12-31")
        return self.request in {None, request} and first <= f"{asked_on:%m-%d}" <= last


@cache
def deadlines() -> tuple[Deadline, ...]:
    """All rules, in the order of the data."""
    content = (files("common.approvals") / "data" / "deadlines.csv").read_text("utf-8")
    return tuple(_read(csv.DictReader(io.StringIO(content))))


def due_on(request: str, asked_on: date) -> date:
    """The day by which a request of this kind should be decided, in Shanghai as the day on which it is asked."""
    days = next(each.days for each in deadlines() if each.fits(request, asked_on))
    return asked_on + timedelta(days=days)


def _read(rows: "csv.DictReader[str]") -> Iterator[Deadline]:
    for row in rows:
        period = (row["asked_from"], row["asked_to"]) if row["asked_from"] else None
        yield Deadline(row["request"] or None, period, int(row["days"]), row["source"], row["verified"] == "true")
