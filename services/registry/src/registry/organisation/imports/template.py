"""The template that an import of units takes."""

from collections.abc import Mapping, Sequence

from common.spreadsheets.templates import Choice, TemplateColumn
from registry.organisation.domain import Kind, OrganisationUnit
from registry.organisation.imports.columns import HEADERS, WORD_OF

_HINTS: Mapping[str, str] = {
    "kind": "必填：学院、专业或班级。Required: college, major or class.",
    "code": "必填；学院、专业、班级各自不重复。Required; unique among units of the kind.",
    "name": "新单位必填；空白则保留原值。Required of a new unit; a blank keeps what is stored.",
    "college_code": "专业、班级所属学院，可为本文件其他行的学院。The college, also one of another row.",
    "major_code": "班级所属专业，可为本文件其他行的专业。The major of a class, also one of another row.",
    "national_code": "专业的国标代码，如 080901、080910T。The major's code in the national catalogue.",
    "catalogue_year": "国标代码所属专业目录的年份，如 2024。The year of that catalogue.",
    "predecessors": "更名或合并前的专业代码，多个以空格分隔。Majors that it was renamed or merged from, by spaces.",
}
_LISTED: Mapping[str, Kind] = {
    "college_code": Kind.COLLEGE,
    "major_code": Kind.MAJOR,
    "predecessors": Kind.MAJOR,
}
"""Column → kind of the existing units that its drop-down shows."""


def unit_template(units: Sequence[OrganisationUnit] = ()) -> list[TemplateColumn]:
    """The columns to fill in; drop-downs show the units of the school, if there is one."""
    columns = []
    for column, hint in _HINTS.items():
        choices = [Choice(unit.code, unit.name) for unit in units if unit.kind is _LISTED.get(column)]
        if column == "kind":
            choices = [Choice(word) for word in WORD_OF.values()]
        columns.append(TemplateColumn(HEADERS[column][0], hint, choices, only=column == "kind"))
    return columns
