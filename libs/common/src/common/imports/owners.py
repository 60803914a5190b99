"""Columns that say whose rows a file holds: each row's school and cohort must be those of the task; and about whom."""

from collections.abc import Iterator, Mapping, Sequence

from common.codes.spelling import Cell
from common.imports.faults import Fault
from common.spreadsheets.cells import CellProblem, as_year, identifier_text, is_blank
from common.spreadsheets.headers import Header

SCHOOL_HEADERS: Mapping[str, Sequence[str]] = {
    "school": ("院校代码", "学校代码", "学校标识码", "院校标识码", "高校代码"),
}

OWNER_HEADERS: Mapping[str, Sequence[str]] = {
    **SCHOOL_HEADERS,
    "cohort": ("毕业年份", "毕业年度", "届别", "毕业届别", "毕业届", "届次"),
}

PERSON_HEADERS: Mapping[str, Sequence[str]] = {
    "student_number": ("学号", "学生学号", "学籍学号"),
    "exam_number": ("考生号", "高考考生号", "考生编号"),
    "name": ("姓名", "学生姓名", "毕业生姓名", "中文姓名"),
}

CODE_DIGITS = 5
IDENTIFIER_DIGITS = 10
"""The 学校标识码 of a school: five digits, then its code."""


def foreign_cells(header: Header, cells: Sequence[Cell], school_code: str, cohort: int) -> Iterator[Fault]:
    """A fault for each cell that says the row belongs elsewhere; a blank cell says nothing."""
    yield from foreign_school(header, cells, school_code)
    year = header.cell(cells, "cohort")
    if not is_blank(year) and as_year(year) != cohort:
        yield Fault("cohort", "other_cohort")


def foreign_school(header: Header, cells: Sequence[Cell], school_code: str) -> Iterator[Fault]:
    """A fault for a cell that says the row belongs to another school; a blank cell says nothing."""
    school = header.cell(cells, "school")
    if not is_blank(school) and (rule := _school_rule(school, school_code)):
        yield Fault("school", rule)


def _school_rule(cell: Cell, school_code: str) -> str | None:
    """The rule that a cell breaks which should name the school."""
    try:
        digits = identifier_text(cell)
    except CellProblem as problem:
        return problem.rule
    if len(digits) == IDENTIFIER_DIGITS and digits.isdigit():
        digits = digits[-CODE_DIGITS:]
    # a number has lost the zeros in front
    return None if digits.zfill(CODE_DIGITS) == school_code else "other_school"
