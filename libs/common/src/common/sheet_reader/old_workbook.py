"""Workbooks of Excel 5.0 to 2003, .xls (BIFF5 and BIFF8), in the code page that they name."""

import io
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import xlrd

from common.sheet_reader.cells import ERROR, NO_RESULT, Unclear, counted_from_1904, text_of
from common.sheet_reader.formats import BUILT_IN, number_reader, plain_number, text_reader
from common.sheet_reader.limits import Refusal
from common.sheet_reader.merging import Area, Row, filled
from common.sheet_reader.workbook import Sheet

_OLDEST = 50
"""Excel 5.0, in tenths of a BIFF version."""

_SUMMARY = "\5SummaryInformation".encode("utf-16-le")
"""A stream that Excel and WPS write; programs that only write cells do not, and leave formulas to be calculated."""


class OldWorkbook:
    """A workbook with its sheets in their order."""

    def __init__(self, content: bytes) -> None:
        # macros show by the name of their storage, a locked workbook of today by the stream that it is wrapped in
        if "_VBA_PROJECT_CUR".encode("utf-16-le") in content:
            raise Refusal("file_has_macros")
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Refusal("file_encrypted")
        self._is_calculated = _SUMMARY in content
        self._book = opened(content)
        if self._book.biff_version < _OLDEST:
            raise Refusal("file_type", f"Excel {self._book.biff_version / 10:.1f}")
        self._from_1904 = self._book.datemode == 1
        # "" is what a formula without a result gives; a cell of an empty text is blank
        self._book._sharedstrings = [text or " " for text in self._book._sharedstrings]
        self._codes: dict[int, str] = {}
        self.sheets = [
            Sheet(name, self._book._sheet_visibility[at] == 0, partial(self._rows, at))
            for at, name in enumerate(self._book.sheet_names())
        ]

    def _rows(self, place: int) -> Iterator[Row]:
        sheet = self._book.sheet_by_index(place)
        areas = [Area(top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells]
        return filled(self._read(sheet), areas)

    def _read(self, sheet: Any) -> Iterator[Row]:
        for row in range(sheet.nrows):
            kinds, values = sheet.row_types(row), sheet.row_values(row)
            yield (
                row + 1,
                [
                    self.shown(sheet, row, column, kind, value)
                    for column, (kind, value) in enumerate(zip(kinds, values, strict=True))
                ],
            )

    def shown(self, sheet: Any, row: int, column: int, kind: int, value: Any) -> Any:
        """What a cell shows."""
        if kind in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
            shown = (number_reader(self._code(sheet, row, column), self._from_1904) or plain_number)(value)
            return counted_from_1904(shown) if self._from_1904 else shown
        if kind == xlrd.XL_CELL_TEXT:
            if value == "" and not self._is_calculated:
                return Unclear.of(NO_RESULT, "=…")
            read = text_reader(self._code(sheet, row, column))
            return read(value) if read and isinstance(text_of(value), str) else text_of(value)
        if kind == xlrd.XL_CELL_BOOLEAN:
            return bool(value)
        if kind == xlrd.XL_CELL_ERROR:
            return Unclear.of(ERROR, xlrd.error_text_from_code.get(value, "#N/A"))
        return None

    def _code(self, sheet: Any, row: int, column: int) -> str:
        """The number format of a cell; a workbook without styles has none."""
        style = sheet.cell_xf_index(row, column) if self._book.xf_list else 0
        if style not in self._codes:
            key = self._book.xf_list[style].format_key if style < len(self._book.xf_list) else 0
            known = self._book.format_map.get(key)
            self._codes[style] = BUILT_IN.get(key) or (known.format_str if known else "") or "General"
        return self._codes[style]


def opened(content: bytes) -> Any:
    """The workbook as `xlrd` reads it; raises Refusal if it is encrypted."""
    open_book: Callable[..., Any] = partial(
        xlrd.open_workbook, file_contents=content, on_demand=True, logfile=io.StringIO(), ragged_rows=True
    )
    try:
        return open_book(formatting_info=True)
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise Refusal("file_encrypted") from None
        raise
