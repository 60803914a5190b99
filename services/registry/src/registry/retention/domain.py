"""When what is kept about graduates ends: periods as data (`data/periods.csv`), counted from a day of the season or of
the thing's own. Pure.

A period ends on the day from which the thing is kept no more, so that it is kept for the whole of its months.
"""

import csv
import io
from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files

from common.identifiers import Cohort
from common.season import SeasonDay, season_day


class Kept(StrEnum):
    """What has an end of its own; all else under a roster's data key ends with that key."""

    ROSTER = "roster"
    """The entries of a cohort with their histories."""

    PHOTO = "photo"
    PROOF = "proof"
    """A file with a correction that was decided."""

    WITHDRAWN_PROOF = "withdrawn_proof"
    REFUSED_ERASURE = "refused_erasure"
    """An entry past its day whose erasure was refused, until it is asked again."""

    TALENT_PROFILE = "talent_profile"
    CONTACT_REQUEST = "contact_request"
    NOTICE = "notice"


class Since(StrEnum):
    """Which day of the thing's own a period is counted from."""

    DECIDED = "decided"
    ASKED = "asked"
    PUBLISHED = "published"
    ENDED = "ended"
    RECORDED = "recorded"


@dataclass(frozen=True)
class Period:
    """So many months from a day of the cohort's season, or from a day of the thing's own.

    An unverified period is a proposal, no rule of the field.
    """

    kind: Kept
    months: int
    counted_from: SeasonDay | Since
    source: str
    verified: bool

    def end(self, since: Cohort | date) -> date:
        """The day on which it ends, for a cohort or for the day that it is counted from.

        Raises ValueError for a cohort where the thing has a day of its own, and for a day where the season has it.
        """
        if isinstance(since, date) is isinstance(self.counted_from, SeasonDay):
            raise ValueError(f"a period of {self.kind.value} is counted from {self.counted_from.value}")
        day = since if isinstance(since, date) else season_day(SeasonDay(self.counted_from), since)
        return _months_later(day, self.months)


@cache
def periods() -> Mapping[Kept, Period]:
    """The period of each kind, in the order of the data."""
    content = (files("registry.retention") / "data" / "periods.csv").read_text("utf-8")
    read = (_read(row) for row in csv.DictReader(io.StringIO(content)))
    return {period.kind: period for period in read}


def ends_on(kind: Kept, since: Cohort | date) -> date:
    """The day from which it is kept no more, for a cohort or for the day that its period is counted from.

    >>> ends_on(Kept.ROSTER, Cohort(2026)), ends_on(Kept.PROOF, date(2026, 6, 12))
    (datetime.date(2032, 12, 31), datetime.date(2029, 6, 12))
    """
    return periods()[kind].end(since)


def retention_ends(cohort: Cohort) -> date:
    """The day from which entries of a cohort are kept no more."""
    return ends_on(Kept.ROSTER, cohort)


def ended_cohorts(kind: Kept, cohorts: Collection[Cohort], today: date) -> list[Cohort]:
    """Those of the cohorts for which the period has ended."""
    return [cohort for cohort in cohorts if ends_on(kind, cohort) <= today]


def ended_since(kind: Kept, today: date) -> date:
    """The last day of which a period that is counted from it has ended."""
    months = periods()[kind].months
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _months_later(day: date, months: int) -> date:
    """The same day of a later month; where that month has no such day, the first of the one after it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last)) + timedelta(days=1 if day.day > last else 0)


def _read(row: Mapping[str, str]) -> Period:
    named = row["counted_from"]
    counted_from = SeasonDay(named) if named in list(SeasonDay) else Since(named)
    return Period(Kept(row["kind"]), int(row["months"]), counted_from, row["source"], row["verified"] == "true")
