"""Employers as a school keeps them to survey them, and what a change of one is refused for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from common.errors import Conflict, Message
from common.identifiers import EmployerId, SchoolCode

FIELDS = ("name", "uscc", "nature_code", "industry_code", "place_code")
"""What people write; registrations say it until they do."""

LAST_CYCLE = 5
"""Years after graduation in which a cohort is surveyed last."""

USUAL_YEARS, MOST_YEARS = 2, 6
"""For so many years, to the end of the last, a contact is kept that people write."""

CODE_LISTS: Mapping[str, str] = MappingProxyType(
    {"nature_code": "employer-nature", "industry_code": "industry", "place_code": "division"}
)
"""Which code list gives a field its meaning."""


@dataclass(frozen=True, kw_only=True)
class EmployerPlan:
    """An employer as it is written."""

    school_code: SchoolCode
    name: str
    uscc: str | None = None
    nature_code: str | None = None
    industry_code: str | None = None
    place_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class Employer(EmployerPlan):
    """用人单位 of a school's directory.

    `hires` are graduates by cohort whose effective registration names it, `registered_as` its id in destinations; both
    only registrations say. What people wrote (`by_hand`) no registration changes any more.
    """

    id: EmployerId
    version: int
    registered_as: UUID | None
    hires: Mapping[str, int] = field(default_factory=dict)
    by_hand: tuple[str, ...] = ()
    created_at: datetime
    recorded_at: datetime

    def changed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Of what is given that which changes something."""
        return {name: value for name, value in given.items() if getattr(self, name) != value}

    def taught(self, hired: "Hired", cohort: int) -> dict[str, Any]:
        """What registrations change of it, but for fields that people wrote."""
        said = {name: getattr(hired, name) for name in FIELDS if name not in self.by_hand}
        said |= {"registered_as": hired.registered_as, "hires": {**self.hires, str(cohort): hired.hires}}
        return self.changed(said)


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Whom to ask for at an employer, in clear; at least one of phone and email leads there."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    post: str | None = None


@dataclass(frozen=True, kw_only=True)
class KeptContact(Contact):
    """联系人 as it is kept until a day; `by_hand` where people wrote it, not a registration."""

    id: UUID
    expires_on: date
    by_hand: bool
    version: int = 1


@dataclass(frozen=True, kw_only=True)
class Hired:
    """What registrations of one cohort say of an employer: what it is, and whom to ask for there."""

    registered_as: UUID
    name: str
    uscc: str | None
    nature_code: str | None
    industry_code: str | None
    place_code: str | None
    hires: int
    contacts: tuple[Contact, ...] = ()


def kept_until(cohort: int) -> date:
    """The last day on which a contact of a cohort's registrations is kept: of the year after its last survey.

    >>> kept_until(2024)
    datetime.date(2030, 12, 31)
    """
    return date(cohort + LAST_CYCLE + 1, 12, 31)


def usual_day(today: date) -> date:
    """Until when a contact is kept that people write without a day.

    >>> usual_day(date(2026, 11, 30))
    datetime.date(2028, 12, 31)
    """
    return date(today.year + USUAL_YEARS, 12, 31)


def latest_day(today: date) -> date:
    """The latest day until which one may be kept."""
    return date(today.year + MOST_YEARS, 12, 31)


class EmployerKnown(Conflict):
    """The school has an employer with this credit code already."""

    code = "employer_known"
    title = Message(
        "本校名录中已有此统一社会信用代码的单位", "The school's directory has an employer with this credit code"
    )
