"""What is counted of a cohort's registration, and what a graduate still has to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, SchoolCode


class By(StrEnum):
    """What coverage is grouped by."""

    COLLEGE = "college"
    MAJOR = "major"
    CLASS = "class"


class What(StrEnum):
    """What a graduate may miss; `support` is a plan for who seeks a job, `corrected` what was returned or disputed."""

    REGISTERED = "registered"
    APPROVED = "approved"
    CONFIRMED = "confirmed"
    EVIDENCE = "evidence"
    SUPPORT = "support"
    CORRECTED = "corrected"


@dataclass(frozen=True)
class Asked:
    """Whose coverage is asked for: by now, or by what was recorded before a moment."""

    school_code: SchoolCode
    cohort: Cohort
    by: By | None = None
    before: datetime | None = None


@dataclass(frozen=True)
class Counts:
    """Coverage (填报进度) of a group: `population` ≥ `registered` ≥ `approved` = the three that follow.

    `registered` was submitted once or imported, and is not voided. The three are what graduates said of what counts,
    the last four are of the newest content of those registered.
    """

    population: int = 0
    registered: int = 0
    approved: int = 0
    confirmed: int = 0
    disputed: int = 0
    unconfirmed: int = 0
    self_registered: int = 0
    evidence_complete: int = 0
    incomplete: int = 0
    flexible: int = 0


@dataclass(frozen=True)
class Covered:
    """One group by its code; None of who has none, or where nothing is grouped."""

    code: str | None
    counts: Counts


@dataclass(frozen=True)
class CoveredDestination:
    """Who of a college has the same effective destination; None of who has none."""

    code: str | None
    destination_code: str | None
    counts: Counts


@dataclass(frozen=True)
class Narrowing:
    """Of whom it is asked what they miss; None narrows nothing. A graduate asks without a school.

    `reachable` leaves out whom nothing leads to any more.
    """

    school_code: SchoolCode | None = None
    cohort: Cohort | None = None
    college_code: CollegeCode | None = None
    major_code: MajorCode | None = None
    class_code: ClassCode | None = None
    what: tuple[What, ...] = tuple(What)
    reachable: bool = False

    @property
    def given(self) -> Mapping[str, object]:
        """The groups that are named."""
        named = {name: value for name, value in vars(self).items() if name.endswith("_code") or name == "cohort"}
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True)
class Missing:
    """What one graduate still has to do, and until which day of the season; None in a cohort without one."""

    graduate_id: GraduateId
    what: What
    due_on: date | None
    reminded_on: date | None = None
