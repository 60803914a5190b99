"""What a graduate publishes, and how much of the major is shown."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NewType
from uuid import UUID

from common.codes import CodeLists
from common.codes.rules import rule
from common.errors import FieldProblem, Invalid, Message
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.identity import comparable_name, one_width, visible
from registry.talents.domain.consents import TALENT_POOL, consent_texts

ProfileId = NewType("ProfileId", UUID)
"""Random: it says nothing of the graduate, and another profile of the same graduate has another."""

SMALLEST_GROUP = 5
"""Graduates who share what is shown of one of them."""

DIGITS = (6, 4, 2)
"""How many digits of a major may be shown, most first (学科门类, 专业类, 专业)."""

LIST_OF = {"regions": "division", "industries": "industry", "positions": "position"}
"""Wished codes of a profile → their list."""

_FIVE_DIGITS = re.compile(r"\d{5}")
# ASP.NET and Socket.IO are skills
_ADDRESS = re.compile(r"@|https?:|www\.|\b[\w-]+\.(?:(?:com|cn|org)\b|(?:net|io|me)/)", re.IGNORECASE)
_LEADING_DIGITS = re.compile(r"[0-9]*")
_DUPLICATE = Message("重复", "Given twice")


class ConsentOutdated(Invalid):
    """The consent names another text than the one in force."""

    code = "consent_outdated"
    title = Message(
        "同意书已更新，请阅读后重新同意", "The text of consent has changed: read and accept the one in force"
    )

    def __init__(self, current: str) -> None:
        message = Message(f"现行版本为 {current}", f"The text in force is {current}")
        super().__init__([FieldProblem("/consent_version", self.code, message)])


class IdentifyingSkill(Invalid):
    """A skill holds what identifies or leads to a person."""

    code = "identifying_text"
    title = Message(
        "技能中不得含本人姓名、连续五位数字、@ 或网址",
        "Skills hold no own name, no five digits in a row, no @, no address",
    )

    def __init__(self, places: Sequence[int]) -> None:
        super().__init__([FieldProblem(f"/skills/{place}", self.code, self.title) for place in places])


@dataclass(frozen=True, kw_only=True)
class ProfilePlan:
    """What a graduate wants to publish."""

    consent_version: str
    skills: tuple[str, ...]
    regions: tuple[str, ...]
    industries: tuple[str, ...]
    positions: tuple[str, ...]
    available_from: date | None


@dataclass(frozen=True, kw_only=True)
class Profile(ProfilePlan):
    """A published profile, with what of the entry is shown beside it."""

    profile_id: ProfileId
    graduate_id: GraduateId
    school_code: SchoolCode
    cohort: Cohort
    education_level_code: str | None
    province_code: str
    major_code: str | None
    version: int
    recorded_at: datetime

    @property
    def id(self) -> ProfileId:
        """Of the profile."""
        return self.profile_id

    @property
    def group(self) -> "Group":
        """The graduates among whom it is shown."""
        return Group(self.cohort, self.education_level_code, self.province_code)


@dataclass(frozen=True)
class Group:
    """Graduates of one cohort and level in one province."""

    cohort: Cohort
    education_level_code: str | None
    province_code: str


@dataclass(frozen=True)
class ShownProfile:
    """A profile as an employer sees it: with so many digits of its major as enough of its group share."""

    profile: Profile
    major: str

    def major_begins_with(self, wanted: str | None) -> bool:
        """True if what is shown of the major fits a filter; digits that are not shown decide nothing."""
        return wanted is None or self.major.startswith(wanted)


Sizes = Mapping[str, int]
"""How many graduates of a group have each major code; those without one under the empty text."""


def must_consent(plan: ProfilePlan) -> None:
    """Raises ConsentOutdated."""
    current = consent_texts()[TALENT_POOL].version
    if plan.consent_version != current:
        raise ConsentOutdated(current)


def must_be_codes(plan: ProfilePlan) -> None:
    """Raises Invalid for codes that their lists lack, or that are given twice."""
    if problems := list(_problems(plan)):
        raise Invalid(problems)


def must_not_name(plan: ProfilePlan, name: str) -> None:
    """Raises IdentifyingSkill for skills that hold the graduate's name, five digits in a row, `@` or an address."""
    if places := [place for place, skill in enumerate(plan.skills) if _identifies(skill, name)]:
        raise IdentifyingSkill(places)


def shown_major(major_code: str | None, sizes: Sizes) -> str | None:
    """The longest of 6, 4, 2 or no digits of a major that enough of the group share; None where the group is smaller.

    >>> sizes = {"080902": 3, "080901": 1, "081001": 13}
    >>> shown_major("080902", sizes), shown_major("080902", {"080902": 5}), shown_major("080902", {"080902": 4})
    ('08', '080902', None)
    """
    if sum(sizes.values()) < SMALLEST_GROUP:
        return None
    code = _digits(major_code)
    for length in DIGITS:
        shared = sum(count for each, count in sizes.items() if _digits(each)[:length] == code[:length])
        if len(code) >= length and shared >= SMALLEST_GROUP:
            return code[:length]
    return ""


def _digits(major_code: str | None) -> str:
    found = _LEADING_DIGITS.match(major_code or "")
    return found[0] if found else ""


def _problems(plan: ProfilePlan) -> Iterator[FieldProblem]:
    lists = CodeLists.load()
    for name, list_name in LIST_OF.items():
        codes: tuple[str, ...] = getattr(plan, name)
        for place, code in enumerate(codes):
            if code not in lists.get(list_name):
                yield rule("unknown_code").problem(f"/{name}/{place}")
            elif code in codes[:place]:
                yield FieldProblem(f"/{name}/{place}", "repeated", _DUPLICATE)


def _identifies(skill: str, name: str) -> bool:
    plain = visible(one_width(skill))
    if _FIVE_DIGITS.search(plain) or _ADDRESS.search(plain):
        return True
    if name.isascii():
        # as words: Li is part of many
        return bool(re.search(rf"\b{re.escape(name)}\b", plain, re.IGNORECASE))
    return comparable_name(name) in comparable_name(plain)
