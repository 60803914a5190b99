"""Employers as values: what names one, how names are compared, and what an act on one is refused for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple, NewType
from uuid import UUID

from common.codes import normalise
from common.codes.rules import rule
from common.errors import Conflict, Invalid, Message
from common.identifiers import SchoolCode

EmployerId = NewType("EmployerId", UUID)
"""用人单位."""


class Naming(NamedTuple):
    """How registrations of a school name an employer; an empty USCC where they give none."""

    school_code: str
    employer_name: str
    employer_uscc: str

    @property
    def key(self) -> "Key":
        """By what the employer is found: its USCC alone, or the school's name for it."""
        if self.employer_uscc:
            return Key(self.employer_uscc, self.school_code, "")
        return Key("", self.school_code, normalise(self.employer_name))


class Key(NamedTuple):
    """What one employer has; sorted, those with a USCC are in its order."""

    uscc: str
    school_code: str
    normalised_name: str


class Due(NamedTuple):
    """A naming that no employer is known for, with the codes of the registration that used it first."""

    id: int
    naming: Naming
    nature_code: str | None
    industry_code: str | None
    place_code: str | None


@dataclass(frozen=True)
class FormerName:
    """曾用名, and the last day on which it held, where that is known."""

    name: str
    until: date | None


@dataclass(frozen=True, kw_only=True)
class Employer:
    """用人单位. One with a USCC is the deployment's, any other that of the school whose registrations name it."""

    id: EmployerId
    version: int
    school_code: SchoolCode | None
    name: str
    former_names: tuple[FormerName, ...]
    uscc: str | None
    nature_code: str | None
    industry_code: str | None
    place_code: str | None
    register_state: str | None
    insured_persons: int | None
    established_on: date | None
    register_fields: frozenset[str]
    merged_into: EmployerId | None


@dataclass(frozen=True)
class Linked:
    """Of the employer that a registration names what the registration is compared with."""

    id: EmployerId
    name: str
    uscc: str | None

    def differs(self, name: str | None, uscc: str | None) -> bool:
        """Whether a registration says something else of it."""
        is_other_name = name is not None and normalise(name) != normalise(self.name)
        return is_other_name or (uscc is not None and uscc != self.uscc)


@dataclass(frozen=True)
class Sight:
    """Which employers a caller sees: those of the deployment, and of the schools' own those of one school, or all."""

    school_code: SchoolCode | None = None
    everything: bool = False


class Match(StrEnum):
    """Why an employer is found by what was asked for."""

    EXACT = "exact"
    FORMER_NAME = "former_name"
    SIMILAR = "similar"


@dataclass(frozen=True)
class Found:
    """An employer that a search has found."""

    employer: Employer
    match: Match


FIELDS = (
    *("name", "former_names", "uscc", "nature_code", "industry_code", "place_code"),
    *("register_state", "insured_persons", "established_on"),
)
"""What a PATCH may name."""

CODE_LISTS: Mapping[str, str] = {
    "nature_code": "employer-nature",
    "industry_code": "industry",
    "place_code": "division",
}
"""Which code list gives a field its meaning."""

_GENERIC = (
    *("有限责任公司", "股份有限公司", "有限公司", "集团公司", "分公司", "总公司", "公司", "集团"),
    *("责任", "股份", "(", ")"),
)
"""What tells one employer from another in no name, the longer ones first."""


def bigrams(name: str) -> tuple[str, ...]:
    """Each two neighbouring characters of the name in its one spelling, without what many employers are called alike.

    >>> bigrams("郑州某某（河南）科技有限公司")
    ('南科', '州某', '某某', '某河', '河南', '科技', '郑州')
    """
    whole = normalise(name)
    core = whole
    for generic in _GENERIC:
        core = core.replace(generic, "")
    core = core or whole
    return tuple(sorted({core[at : at + 2] for at in range(max(len(core) - 1, 1))}))


def must_be_editable(employer: Employer, patch: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of the patch what it changes; raises AlreadyMerged, LockedByRegister."""
    must_stand(employer)
    changed = {name: value for name, value in patch.items() if getattr(employer, name) != value}
    if locked := sorted(employer.register_fields & changed.keys()):
        raise LockedByRegister(locked)
    return changed


def must_stand(employer: Employer) -> None:
    """Raises AlreadyMerged for one that was merged into another."""
    if employer.merged_into is not None:
        raise AlreadyMerged(employer.merged_into)


def must_be_mergeable(employer: Employer, into: Employer) -> None:
    """Raises MergedIntoItself, AlreadyMerged, DifferentUscc."""
    if employer.id == into.id:
        raise Invalid([rule("merged_into_itself").problem("/into")])
    must_stand(employer)
    must_stand(into)
    if employer.uscc is not None and employer.uscc != into.uscc:
        raise DifferentUscc


class LockedByRegister(Conflict):
    """A fact of the business register (工商登记): only a newer file of it changes the field."""

    code = "locked_by_register"
    title = Message(
        "该信息来自工商登记数据，只能由新的登记数据更新",
        "The business register says this; only newer data of it change it",
    )

    def __init__(self, fields: list[str]) -> None:
        super().__init__(fields=fields)


class SharedEmployer(Conflict):
    """Registrations of other schools name the employer, too."""

    code = "shared_employer"
    title = Message("其他学校的登记也使用该单位，不能由一所学校修改", "Other schools name this employer, too")


class EmployerExists(Conflict):
    """There is another employer of this USCC, or of this name in the school."""

    code = "employer_exists"
    title = Message(
        "已有该信用代码或名称的单位，请改用合并", "There is an employer of this USCC or name: merge instead"
    )


class AlreadyMerged(Conflict):
    """The employer, or the one to merge it into, was merged into another."""

    code = "already_merged"
    title = Message("该单位已合并到另一单位", "The employer was merged into another one")

    def __init__(self, into: EmployerId) -> None:
        super().__init__(merged_into=str(into))


class DifferentUscc(Invalid):
    """An employer with a USCC is merged into none that has another one, or none."""

    code = "different_uscc"
    title = rule("different_uscc").text

    def __init__(self) -> None:
        super().__init__([rule("different_uscc").problem("/into")])
