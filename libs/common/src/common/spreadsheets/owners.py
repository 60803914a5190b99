"""Whose rows a file holds: the cells of a row that name its school and its cohort, columns `school` and `cohort`."""

from collections.abc import Iterator, Sequence

from common.codes.spelling import Cell
from common.spreadsheets.cells import CellProblem, as_year, identifier_text, is_blank
from common.spreadsheets.headers import Header

CODE_DIGITS = 5
IDENTIFIER_DIGITS = 10
"""The 学校标识码 of a school: five digits, then its code."""


def foreign_cells(header: Header, cells: Sequence[Cell], school_code: str, cohort: int) -> Iterator[tuple[str, str]]:
    """Column and broken rule of each cell that says the row belongs elsewhere; a blank cell says nothing."""
    school, year = header.cell(cells, "school"), header.cell(cells, "cohort")
    if not is_blank(school) and (rule := _school_rule(school, school_code)):
        yield "school", rule
    if not is_blank(year) and as_year(year) != cohort:
        yield "cohort", "other_cohort"


def _school_rule(cell: Cell, school_code: str) -> str | None:
    try:
        digits = identifier_text(cell)
    except CellProblem as problem:
        return problem.rule
    if len(digits) == IDENTIFIER_DIGITS and digits.isdigit():
        digits = digits[-CODE_DIGITS:]
    # a number has lost the zeros in front
    return None if digits.zfill(CODE_DIGITS) == school_code else "other_school"
