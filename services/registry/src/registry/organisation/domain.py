"""A unit of the organisation: school, college, major or class."""

from dataclasses import dataclass
from enum import StrEnum

from common.errors import Conflict, FieldProblem, Invalid, Message


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


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One unit. For a school `code` is the school's own code. `version` 0 is a unit that is not stored yet."""

    kind: Kind
    school_code: str
    code: str
    name: str
    name_en: str | None = None
    state: str = State.ACTIVE
    version: int = 0
    province_code: str | None = None
    college_code: str | None = None
    major_code: str | None = None
    several_colleges: bool = False


COMPARED = ("name", "name_en", "state", "province_code", "college_code", "major_code")
"""What events and answers say of a unit."""


def changed_fields(before: Unit | None, after: Unit) -> tuple[str, ...]:
    """Names of the fields that differ; all that have a value for a new unit."""
    if before is None:
        return tuple(field for field in COMPARED if getattr(after, field) is not None)
    return tuple(field for field in COMPARED if getattr(before, field) != getattr(after, field))


def already_exists(kind: Kind) -> Conflict:
    """The refusal of a second unit with the same code: `school_exists`, `college_exists`, …"""
    return Conflict(
        f"{kind}_exists",
        Message("该代码已存在", "A unit with this code exists"),
        state=State.ACTIVE,
        allowed_transitions=[],
    )


def unknown_parent(field: str) -> Invalid:
    """The refusal of a college or major that the school does not have."""
    text = Message("该校没有这个院系或专业", "The school has no such college or major")
    return Invalid([FieldProblem(f"/{field}", "unknown_unit", text)])
