"""A unit of the organisation: school, college, major or class."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from re import fullmatch
from typing import Any

from common.codes.rules import rule
from common.errors import Conflict, FieldProblem, Invalid, Message
from common.identifiers import CollegeCode, MajorCode, ProvinceCode, SchoolCode


class Kind(StrEnum):
    """院校，院系，专业，班级."""

    SCHOOL = "school"
    COLLEGE = "college"
    MAJOR = "major"
    CLASS = "class"


class State(StrEnum):
    """Whether a unit still takes part."""

    ACTIVE = "active"
    CLOSED = "closed"


class NationalCodeSource(StrEnum):
    """Who said a major's national code, or that it has none: its own code, a column of a roster, an officer."""

    MAJOR_CODE = "major_code"
    ROSTER = "roster"
    OFFICER = "officer"


class PhotoProfile(StrEnum):
    """The background that a school asks of its graduates' photos."""

    BLUE = "blue"
    LIGHT_BLUE = "light_blue"
    WHITE = "white"


MAX_NAME = 200
MAX_UNIT_CODE = 64
UNIT_CODE = rf"[^\s/\x00-\x1f\x7f]{{1,{MAX_UNIT_CODE}}}"
"""Form of a code that a school gives to a unit: it is part of an address, in which one or two dots are steps."""

NATIONAL_CODE = "[0-9]{6}(T|K|TK)?"
"""Form of a code of the national catalogues of majors: six digits, T of a special, K of a controlled major."""

_IN_A_CATALOGUE = "(0[1-9]|1[0-4]|[2-7][1-9]|[3567]0)[0-9]{4}(T|K|TK)?"
"""Such a code by its first two digits: disciplines 01 to 14 of universities, vocational ones 21 to 39, 41 to 79."""

FIRST_YEAR, LAST_YEAR = 1950, 2200
"""Of catalogues of majors."""

MAX_PREDECESSORS = 50


@dataclass(frozen=True)
class Place:
    """Which unit of which school; the code of a school is both."""

    kind: Kind
    school_code: SchoolCode
    code: str


@dataclass(frozen=True, kw_only=True)
class OrganisationUnit:
    """One unit. For a school `code` is the school's own code. `version` 0 is a unit that is not stored yet.

    `predecessors` are the majors of the school that a renamed or merged major comes from, in the order of their codes.
    """

    kind: Kind
    school_code: SchoolCode
    code: str
    name: str
    name_en: str | None = None
    state: str = State.ACTIVE
    version: int = 0
    province_code: ProvinceCode | None = None
    identifier_code: str | None = None
    city_code: str | None = None
    photo_profile: PhotoProfile | None = None
    college_code: CollegeCode | None = None
    major_code: MajorCode | None = None
    several_colleges: bool = False
    national_code: str | None = None
    national_code_source: NationalCodeSource | None = None
    catalogue_year: int | None = None
    predecessors: tuple[MajorCode, ...] = ()

    @property
    def national_code_due(self) -> bool:
        """True for a major of before, whose own code a migration has found to be one of the catalogues."""
        return self.national_code_source is NationalCodeSource.MAJOR_CODE and not self.national_code

    @property
    def place(self) -> "Place":
        """Where the unit is found."""
        return Place(self.kind, self.school_code, self.code)


class UnitExists(Conflict):
    """The school has a unit of this kind with this code; a school's code is taken by another school."""

    codes: Mapping[str, Message] = {
        "school_exists": Message("该院校代码已存在", "A school with this code exists"),
        "college_exists": Message("该院系代码已存在", "A college with this code exists"),
        "major_exists": Message("该专业代码已存在", "A major with this code exists"),
        "class_exists": Message("该班级代码已存在", "A class with this code exists"),
    }

    def __init__(self, kind: Kind) -> None:
        self.code = f"{kind}_exists"
        self.title = self.codes[self.code]
        super().__init__(state=State.ACTIVE, allowed_transitions=[])


class UnknownParent(Invalid):
    """The school has no such college or major; `field` names which of the two."""

    def __init__(self, field: str) -> None:
        text = Message("该校没有这个院系或专业", "The school has no such college or major")
        super().__init__([FieldProblem(f"/{field}", "unknown_unit", text)])


class UnknownPredecessor(Invalid):
    """The school has no such major; `place` counts the predecessors that were given."""

    def __init__(self, place: int) -> None:
        super().__init__([rule("unknown_unit").problem(f"/predecessors/{place}")])


class LineageCycle(Invalid):
    """A major would come from itself, through its predecessors and theirs."""

    code = "lineage_cycle"
    title = Message("前身专业最终又来自本专业", "The major would be among the predecessors of its predecessors")

    def __init__(self) -> None:
        super().__init__([rule("lineage_cycle").problem("/predecessors")])


ANNOUNCED = (
    *("name", "name_en", "state", "province_code", "identifier_code", "city_code", "college_code", "major_code"),
    *("national_code", "catalogue_year", "predecessors"),
)
"""What events say of a unit; a change of anything else is not announced."""


def changed_fields(before: OrganisationUnit | None, after: OrganisationUnit) -> tuple[str, ...]:
    """Names of the fields that differ; all that have a value for a new unit."""
    if before is None:
        return tuple(field for field in ANNOUNCED if getattr(after, field) not in (None, ()))
    return tuple(field for field in ANNOUNCED if getattr(before, field) != getattr(after, field))


def in_roster(major: OrganisationUnit, stated: str | None) -> OrganisationUnit:
    """The major as a row of a roster has it, with the national code that the row may state; an officer's word stays.

    A code of a school that has the form of a national one and begins as one is taken for it, unless more is known.

    >>> major = OrganisationUnit(kind=Kind.MAJOR, school_code=SchoolCode("10001"), code="080910T", name="数据科学")
    >>> in_roster(major, None).national_code, in_roster(major, "080901").national_code
    ('080910T', '080901')
    """
    source = major.national_code_source
    if stated and source in {None, NationalCodeSource.MAJOR_CODE} and (source or not major.national_code):
        return replace(major, national_code=stated, national_code_source=NationalCodeSource.ROSTER)
    unsaid = source in {None, NationalCodeSource.MAJOR_CODE} and not major.national_code
    if unsaid and fullmatch(_IN_A_CATALOGUE, major.code.upper()):
        said = major.code.upper()
        return replace(major, national_code=said, national_code_source=NationalCodeSource.MAJOR_CODE)
    return major


def patched(before: OrganisationUnit, given: Mapping[str, Any]) -> OrganisationUnit:
    """The unit with the given fields; a college given to a major makes that its only one.

    An officer who names a national code, or that there is none, is its source from then on.
    """
    # a major taught by several colleges has none of its own, until it is given one
    several = before.several_colleges and not (before.kind is Kind.MAJOR and given.get("college_code"))
    source = NationalCodeSource.OFFICER if "national_code" in given else before.national_code_source
    return replace(before, several_colleges=several, national_code_source=source, **given)


def require_consistent(school: OrganisationUnit) -> None:
    """Raises Invalid for an identifier of another school, or a city of another province."""
    problems = []
    if school.identifier_code and not school.identifier_code.endswith(school.code):
        problems.append(rule("school_identifier").problem("/identifier_code"))
    if school.city_code and school.city_code[:2] != (school.province_code or "")[:2]:
        problems.append(rule("school_city").problem("/city_code"))
    if problems:
        raise Invalid(problems)


Lineage = Mapping[str, Collection[str]]
"""Code of a major → codes of its predecessors."""


def on_cycles(lineage: Lineage) -> set[str]:
    """The majors that come from themselves, and those between two of them; none of a lineage that may be stored."""
    upwards = _entangled(lineage)
    downwards: dict[str, set[str]] = {code: set() for code in upwards}
    for code in upwards:
        for each in upwards.intersection(lineage[code]):
            downwards[each].add(code)
    return _entangled(downwards)


def _entangled(lineage: Lineage) -> set[str]:
    """What is left once majors all of whose predecessors are gone are taken out, again and again."""
    sorter = TopologicalSorter(lineage)
    with suppress(CycleError):
        # it still gives what stands before every cycle
        sorter.prepare()
    left = set(lineage)
    while ready := sorter.get_ready():
        left.difference_update(ready)
        sorter.done(*ready)
    return left
