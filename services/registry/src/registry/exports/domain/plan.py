"""What is exported: whose entries, which columns, in which format."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, Self

from common.codes.rules import rule
from common.errors import FieldProblem, Invalid, Message
from common.identifiers import ClassCode, Cohort, CollegeCode, MajorCode, SchoolCode
from registry.graduates.domain.entry import FIELDS, Filters
from registry.graduates.domain.fields import COLUMNS as HEADERS

KIND = "roster_export"
"""The kind of work that writes what an officer sees."""

OWN_COLLEGE = "own_college"
"""Name among its parameters of the college that the officer is cut to; null for officers of the school."""

UNIT_NAMES: Mapping[str, str] = {
    "college_name": "college_code",
    "major_name": "major_code",
    "class_name": "class_code",
}
"""Columns with the name of a unit → the field with its code."""

COLUMNS = tuple(name for name in HEADERS if name in FIELDS or name in UNIT_NAMES)
"""Names of all columns, in the order of our files."""


@dataclass(frozen=True)
class Narrowing:
    """The filters of the list within one roster; None does not narrow."""

    college_code: CollegeCode | None = None
    major_code: MajorCode | None = None
    class_code: ClassCode | None = None
    status: str | None = None
    self_check: str | None = None
    photo_state: str | None = None


@dataclass(frozen=True, kw_only=True)
class ExportPlan:
    """One export. `columns` None: all of them; `rule` None: not only who breaks a rule of quality."""

    school_code: SchoolCode
    cohort: Cohort
    filters: Narrowing
    columns: Sequence[str] | None
    format: Literal["xlsx", "csv"]
    rule: str | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """The plan of what `to_json` gave, among other things."""
        stated = {each.name: given[each.name] for each in fields(cls) if each.name in given}
        return cls(**{**stated, "filters": Narrowing(**stated["filters"])})

    def to_json(self) -> dict[str, Any]:
        """As an operation keeps it: codes and settings, nothing of a person."""
        stated = {name: value for name, value in vars(self).items() if (name, value) != ("rule", None)}
        return {**stated, "filters": dict(vars(self.filters))}

    @property
    def of_list(self) -> Filters:
        """The filters by which a list has these entries: none that is restricted, as every erased one is."""
        return Filters(self.school_code, self.cohort, **vars(self.filters), restricted=False)

    @property
    def named(self) -> Sequence[str]:
        """The columns of the file, from left to right."""
        return COLUMNS if self.columns is None else self.columns

    @property
    def header(self) -> Sequence[str]:
        """The header of the file."""
        return [HEADERS[name] for name in self.named]


def must_be_columns(columns: Sequence[str] | None) -> None:
    """Raises Invalid for a column that does not exist, and for one that is named twice."""
    problems, before = [], set[str]()
    for at, name in enumerate(columns or ()):
        if name not in COLUMNS:
            choices = "、".join(COLUMNS), ", ".join(COLUMNS)
            message = Message(f"没有该列，可选：{choices[0]}", f"There is no such column: {choices[1]}")
            problems.append(FieldProblem(f"/columns/{at}", "unknown_column", message))
        elif name in before:
            problems.append(rule("repeated").problem(f"/columns/{at}"))
        before.add(name)
    if problems:
        raise Invalid(problems)


def place_of_column(plan: ExportPlan, name: str) -> str:
    """The pointer to a column in the request."""
    return "/columns" if plan.columns is None else f"/columns/{plan.columns.index(name)}"
