"""What a school is called, and what is known of a graduate beside the person: codes, never names."""

from dataclasses import dataclass, fields
from typing import NamedTuple

from common.codes import CodeLists
from common.codes.rules import rule
from common.errors import Invalid, Message


class SchoolNames(NamedTuple):
    """Names of a school; None until its event has arrived."""

    name: str | None
    name_en: str | None


@dataclass(frozen=True)
class Groups:
    """Groups (分组) of a graduate, by the newest event of registry; None where registry has none."""

    college_code: str | None = None
    major_code: str | None = None
    education_level_code: str | None = None
    study_form: str | None = None
    sex_code: str | None = None
    origin_province_code: str | None = None


@dataclass(frozen=True)
class Registered:
    """What a graduate's effective registration (有效去向登记) says; all None without one."""

    destination_code: str | None = None
    employer_nature_code: str | None = None
    industry_code: str | None = None
    place_code: str | None = None
    position_code: str | None = None


@dataclass(frozen=True)
class Situation:
    """Groups and effective registration of a graduate."""

    groups: Groups
    registered: Registered


class UnknownGraduate(Invalid):
    """No such graduate is meant here, or none in the caller's scope: the two look the same."""

    code = "unknown_graduate"
    title = Message("没有该毕业生", "There is no such graduate")

    def __init__(self) -> None:
        super().__init__([rule("unknown_graduate").problem("/graduate_id")])


GROUPS = tuple(field.name for field in fields(Groups))
"""Names of the groups, as columns are called."""

CLASS = "class_code"
"""The class (班级), by which liaisons know a graduate; no answer, figure or export is by it."""

REGISTERED = tuple(field.name for field in fields(Registered))
"""Names of the codes of a registration, as columns are called; `prefill` of a question names one of them."""


def level_of(education_level_code: str | None) -> str | None:
    """The level (学历层次) of a code, such as `bachelor`; None for none and for a code that the list lacks.

    >>> level_of("31")
    'bachelor'
    """
    entry = CodeLists.load().get("education-level").lookup(education_level_code) if education_level_code else None
    return entry.attributes.get("level") if entry else None


def destination_class_of(destination_code: str | None) -> str:
    """One of the eight classes (去向分类) that add up to a population.

    >>> destination_class_of("801"), destination_class_of(None)
    ('study_mainland', 'not_registered')
    """
    entry = CodeLists.load().get("destination").lookup(destination_code) if destination_code else None
    return (entry.attributes.get("class_level2") if entry else None) or "not_registered"


def province_of(place_code: str | None) -> str | None:
    """Province of a place of GB/T 2260; None for what is no such code.

    >>> province_of("410102")
    '410000'
    """
    if place_code is None or len(place_code) != 6 or not place_code.isdigit():
        return None
    return f"{place_code[:2]}0000"
