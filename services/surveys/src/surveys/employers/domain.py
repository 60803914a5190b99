"""Employers as a school keeps them to survey them, and what a change of one is refused for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from common.errors import Conflict, Message
from common.identifiers import EmployerId, SchoolCode

FIELDS = ("name", "uscc", "nature_code", "industry_code", "place_code")
"""What people write; registrations say it until they do."""

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

    def changed(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of what is given that which changes something."""
        return {name: value for name, value in given.items() if getattr(self, name) != value}


class EmployerKnown(Conflict):
    """The school has an employer with this credit code already."""

    code = "employer_known"
    title = Message(
        "本校名录中已有此统一社会信用代码的单位", "The school's directory has an employer with this credit code"
    )
