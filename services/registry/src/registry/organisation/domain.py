"""A unit of the organisation: school, college, major or class."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

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


@dataclass(frozen=True)
class Place:
    """Which unit of which school; the code of a school is both."""

    kind: Kind
    school_code: SchoolCode
    code: str


@dataclass(frozen=True, kw_only=True)
class OrganisationUnit:
    """One unit. For a school `code` is the school's own code. `version` 0 is a unit that is not stored yet."""

    kind: Kind
    school_code: SchoolCode
    code: str
    name: str
    name_en: str | None = None
    state: str = State.ACTIVE
    version: int = 0
    province_code: ProvinceCode | None = None
    college_code: CollegeCode | None = None
    major_code: MajorCode | None = None
    several_colleges: bool = False

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


COMPARED = ("name", "name_en", "state", "province_code", "college_code", "major_code")
"""What events and answers say of a unit."""


def changed_fields(before: OrganisationUnit | None, after: OrganisationUnit) -> tuple[str, ...]:
    """Names of the fields that differ; all that have a value for a new unit."""
    if before is None:
        return tuple(field for field in COMPARED if getattr(after, field) is not None)
    return tuple(field for field in COMPARED if getattr(before, field) != getattr(after, field))


def patched(before: OrganisationUnit, given: Mapping[str, Any]) -> OrganisationUnit:
    """The unit with the given fields; a college given to a major makes that its only one."""
    # a major taught by several colleges has none of its own, until it is given one
    several = before.several_colleges and not (before.kind is Kind.MAJOR and given.get("college_code"))
    return replace(before, several_colleges=several, **given)
