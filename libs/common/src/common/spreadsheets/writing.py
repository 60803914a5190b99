"""Writing workbooks that no spreadsheet program takes for commands."""

import io
import math
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from common.codes.spelling import Cell
from common.spreadsheets.cells import Month

if TYPE_CHECKING:
    import xlsxwriter

MAX_CELL = 32_767

REASON_HEADER = "错误原因 / Reason"

_DANGEROUS = tuple("=+-@＝＋－＠\t\r\n\0")
_APOSTROPHE = "'"


def write_workbook(
    headers: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    reasons: Iterable[str] | None = None,
    *,
    sheet_name: str = "数据",
) -> bytes:
    """The workbook; with `reasons`, one for each row, they become the last column. CPU work, so run it in a thread."""
    # an extra: a service whose uploads are no spreadsheets does not install it
    import xlsxwriter

    content = io.BytesIO()
    # in_memory: services write to no disk
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(sheet_name)
    codes = {"text": "@", "day": "yyyy-mm-dd", "month": "yyyy-mm"}
    formats = {name: book.add_format({"num_format": code}) for name, code in codes.items()}
    _write_row(sheet, 0, headers if reasons is None else [*headers, REASON_HEADER], formats)
    width, remaining = len(headers), iter(reasons or ())
    for index, row in enumerate(rows, 1):
        cells = [*row[:width], *([None] * (width - len(row)))]
        _write_row(sheet, index, [*cells, next(remaining, None)], formats)
    sheet.freeze_panes(1, 0)
    book.close()
    return content.getvalue()


def safe_text(text: str) -> str:
    """The text with an apostrophe before what a program could take for a formula; reading takes it off again.

    What begins with `=` is then read as a formula without a result: a report holds them, and none may come in as text.

    >>> safe_text("=1+1"), safe_text(" ＠sum"), safe_text("计算机")
    ("'=1+1", "' ＠sum", '计算机')
    """
    risky = text.startswith(_DANGEROUS) or text.lstrip().startswith(_DANGEROUS)
    return (_APOSTROPHE + text if risky else text).replace("\0", "")[:MAX_CELL]


def _write_row(
    sheet: "xlsxwriter.worksheet.Worksheet", index: int, cells: Sequence[Cell], formats: dict[str, object]
) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, str):
            sheet.write_string(index, column, safe_text(cell), formats["text"])
        elif isinstance(cell, bool):
            sheet.write_boolean(index, column, cell)
        elif isinstance(cell, int | float) and math.isfinite(cell):
            sheet.write_number(index, column, cell)
        elif isinstance(cell, date):
            sheet.write_datetime(index, column, cell, formats["month" if isinstance(cell, Month) else "day"])
