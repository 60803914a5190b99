"""Workbooks of the same cells by several writers."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import openpyxl
import xlsxwriter
import xlwt

ERRORS = {"#N/A": 42, "#REF!": 23, "#VALUE!": 15, "#DIV/0!": 7, "#NAME?": 29}
"""With their codes in old workbooks."""


@dataclass(frozen=True)
class Written:
    """What a program writes, and what an officer then sees."""

    kind: str
    value: Any = None
    code: str = "General"
    shown: object = None
    is_certain: bool = False


Grid = Sequence[Sequence[Written]]


def by_openpyxl(rows: Grid, merged: int = 1) -> bytes:
    """An .xlsx; the upper rows of column B may be merged."""
    book, content = openpyxl.Workbook(), io.BytesIO()
    for at, row in enumerate(rows, 1):
        for column, each in enumerate(row, 1):
            if each.kind != "blank":
                value = f"={each.value}" if each.kind == "formula" else each.value
                cell = book.active.cell(at, column, value)
                cell.number_format = each.code
                # or a text that looks like a formula or an error would be one
                cell.data_type = "s" if each.kind == "text" else cell.data_type
    if merged > 1:
        book.active.merge_cells(start_row=1, end_row=merged, start_column=2, end_column=2)
    book.save(content)
    return content.getvalue()


def by_xlsxwriter(rows: Grid, merged: int = 1) -> bytes:
    """The same by another program, which saves results of formulas."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet()
    if merged > 1:
        sheet.merge_range(0, 1, merged - 1, 1, None)
    writers: dict[str, Callable[..., Any]] = {
        "text": sheet.write_string,
        "number": sheet.write_number,
        "day": sheet.write_datetime,
        "boolean": sheet.write_boolean,
        "formula": sheet.write_formula,
        "error": lambda row, column, value, style: sheet.write_formula(row, column, "=A1", style, value),
    }
    for at, row in enumerate(rows):
        for column, each in enumerate(row):
            if each.kind != "blank" and not (column == 1 and 0 < at < merged):
                writers[each.kind](at, column, each.value, book.add_format({"num_format": each.code}))
    book.close()
    return content.getvalue()


def by_xlwt(rows: Grid, merged: int = 1) -> bytes:
    """The same as an .xls of BIFF8."""
    book, content = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("a")
    if merged > 1:
        sheet.merge(0, merged - 1, 1, 1)
    for at, row in enumerate(rows):
        for column, each in enumerate(row):
            if each.kind == "blank" or (column == 1 and 0 < at < merged):
                continue
            style = xlwt.easyxf(num_format_str=each.code)
            if each.kind == "error":
                sheet.row(at).set_cell_error(column, ERRORS[each.value], style)
            else:
                sheet.write(at, column, xlwt.Formula(each.value) if each.kind == "formula" else each.value, style)
    book.save(content)
    return content.getvalue()


WRITERS = ((by_openpyxl, "xlsx"), (by_xlsxwriter, "xlsx"), (by_xlwt, "xls"))
