"""Writing workbooks that no spreadsheet program takes for commands.

Rows go into the packed file one by one. A table of all cells would take many times the memory of the file; libraries
that write row by row keep the rows in a file beside, and no person's data may lie on a disk in the clear.
"""

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from html import escape
from itertools import chain, islice, product, repeat
from string import ascii_uppercase
from typing import Protocol
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from common.archives import Pieces
from common.codes.spelling import Cell
from common.sheet_reader import marks
from common.sheet_reader.cells import NO_RESULT
from common.spreadsheets.cells import Month, Unclear

MAX_CELL = 32_767

REASON_HEADER = "错误原因 / Reason"

BOM = "\ufeff"

_DANGEROUS = tuple("=+-@＝＋－＠\t\r\n\0")
_APOSTROPHE = "'"
_EPOCH = date(1899, 12, 30)

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_BEGIN = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NUMBER = "\0"
"""Stands for the number of a row to come; no text in XML has it."""

_TEXT, _DAY, _MONTH = 1, 2, 3
"""Places of the formats in `xl/styles.xml`."""

_PARTS = {
    "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}">'
    f'<Relationship Id="rId1" Type="{_KINDS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy-mm-dd"/><numFmt numFmtId="165" formatCode="yyyy-mm"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4">'
    + "".join(
        f'<xf numFmtId="{code}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for code in (0, 49, 164, 165)
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_FROZEN = (
    '<sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
)
_TEXTS = frozenset({str, type(None)})
_BETWEEN, _QUOTES = "\ue000", '","'
_NEXT, _QUOTED_ROW = "\ue001", '"\r\n"'
_NEXT_ROW = _NEXT + _BETWEEN
_BLOCK = 100
"""Rows that are looked at together: one with a cell that needs more has the others of its block looked at alone."""

# begins a cell: what a program could take for a formula, or white space, behind which that may stand
_MAY_BE_RISKY = re.compile(_BETWEEN + r"[\s=+\-@＝＋－＠]")
# what XML cannot hold, and what reads like its replacement; a line feed alone is kept by all readers
_NO_XML = re.compile("[\0-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


class TableWriter(Protocol):
    """A file that grows row by row: what is made of the rows so far is taken in pieces. CPU work, for a thread."""

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Writes further rows."""

    def end(self) -> None:
        """Writes what comes after the last row."""

    def taken(self) -> bytes:
        """What has been written since the last time."""


class WorkbookWriter:
    """A workbook, sheet by sheet. It holds no more than what has not been taken, so 100,000 rows need no memory."""

    def __init__(self, *sheet_names: str) -> None:
        self._pieces = Pieces()
        self._package = ZipFile(self._pieces, "w", ZIP_DEFLATED, compresslevel=3)
        for name, part in {**_PARTS, **_parts_of(sheet_names or ("数据",))}.items():
            # without the time of now: the same rows give the same bytes
            self._package.writestr(ZipInfo(name), _BEGIN + part, ZIP_DEFLATED)
        self._sheets = 0
        self._begin()

    def next_sheet(self) -> None:
        """Ends the sheet: further rows are those of the next one."""
        self._end()
        self._begin()

    def add(self, rows: Iterable[Sequence[Cell | Decimal]]) -> None:
        """Writes further rows."""
        for row in rows:
            self._written += 1
            self._sheet.write(_row(self._written, row).encode("utf-8", "replace"))

    def add_made(self, rows: Iterable[str]) -> None:
        """Writes further rows, of each the cells that `cells_to_come` gave, in the order of their columns."""
        made = [
            f'<row r="{_NUMBER}">{cells}</row>'.replace(_NUMBER, str(number))
            for number, cells in enumerate(rows, start=self._written + 1)
        ]
        self._written += len(made)
        self._sheet.write("".join(made).encode("utf-8", "replace"))

    def end(self) -> None:
        """Writes what comes after the last row."""
        self._end()
        self._package.close()

    def taken(self) -> bytes:
        """What has been written since the last time."""
        return self._pieces.taken()

    def _begin(self) -> None:
        self._sheets += 1
        self._sheet = self._package.open(f"xl/worksheets/sheet{self._sheets}.xml", "w")
        self._sheet.write(f'{_BEGIN}<worksheet xmlns="{_MAIN}">{_FROZEN}<sheetData>'.encode())
        self._written = 0

    def _end(self) -> None:
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()


class CsvWriter:
    """A text that spreadsheet programs take for UTF-8, with every cell in quotes: so each is read as a text again."""

    def __init__(self) -> None:
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(self._text, quoting=csv.QUOTE_ALL)
        self._text.write(BOM)

    def add(self, rows: Iterable[Sequence[Cell | Decimal]]) -> None:
        """Writes further rows."""
        remaining = iter(rows)
        while block := list(islice(remaining, _BLOCK)):
            if text := _plain_text(block):
                self._text.write(text)
                continue
            for row in block:
                self._text.write(_plain_text([row])) or self._writer.writerow([*map(_safe, row)])

    def end(self) -> None:
        """Nothing comes after the last row."""

    def taken(self) -> bytes:
        """What has been written since the last time."""
        written = self._text.getvalue().encode("utf-8", "replace")
        self._text.seek(0)
        self._text.truncate()
        return written


def write_workbook(
    headers: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    reasons: Iterable[str] | None = None,
    *,
    sheet_name: str = "数据",
) -> bytes:
    """The workbook; with `reasons`, one for each row, they become the last column. CPU work, so run it in a thread."""
    width, remaining = len(headers), iter(reasons or ())
    first: Sequence[Cell] = [*headers, *([] if reasons is None else [REASON_HEADER])]
    padded: Iterator[Sequence[Cell]] = (
        [*row[:width], *repeat(None, width - len(row)), next(remaining, None)] for row in rows
    )
    table = WorkbookWriter(sheet_name)
    table.add(chain([first], padded))
    table.end()
    return table.taken()


def safe_text(text: str) -> str:
    """The text with an apostrophe before what a program could take for a formula; reading takes it off again.

    A formula without a result, as a report holds them, is read as one again: none may come in as text.

    >>> safe_text("=1+1"), safe_text(" ＠sum"), safe_text("计算机")
    ("'=1+1", "' ＠sum", '计算机')
    """
    if isinstance(text, Unclear) and text.rule == NO_RESULT:
        return marks.FORMULA + text[:MAX_CELL]
    risky = text.startswith(_DANGEROUS) or text.lstrip().startswith(_DANGEROUS)
    return (_APOSTROPHE + text if risky else text).replace("\0", "")[:MAX_CELL]


def _plain_text(rows: Sequence[Sequence[Cell | Decimal]]) -> str:
    """The lines of rows of which no cell needs more than its quotes, as of most; empty where one does."""
    if not _TEXTS.issuperset(map(type, chain.from_iterable(rows))) or not all(rows):
        return ""
    lines = [_BETWEEN.join([cell or "" for cell in row]) for row in rows]  # type: ignore[misc]
    text = _BETWEEN + _NEXT_ROW.join(lines)
    if '"' in text or "\0" in text or max(map(len, lines)) > MAX_CELL or _MAY_BE_RISKY.search(text):
        return ""
    if text.count(_BETWEEN) != sum(map(len, rows)) or text.count(_NEXT) != len(rows) - 1:
        return ""
    return f'"{text[1:].replace(_NEXT_ROW, _QUOTED_ROW).replace(_BETWEEN, _QUOTES)}"\r\n'


def _safe(cell: Cell | Decimal) -> Cell | Decimal:
    return safe_text(cell) if isinstance(cell, str) else cell


def _parts_of(sheet_names: Sequence[str]) -> Mapping[str, str]:
    """The parts that name the sheets."""
    sheets = [*enumerate(sheet_names, start=1)]
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_TYPES}worksheet+xml"/>' for at, _ in sheets
    )
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="{_KINDS}/worksheet" Target="worksheets/sheet{at}.xml"/>' for at, _ in sheets
    )
    listed = "".join(f'<sheet name="{escape(name)}" sheetId="{at}" r:id="rId{at}"/>' for at, name in sheets)
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}styles+xml"/>{overrides}</Types>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">{relations}'
        f'<Relationship Id="rId{len(sheets) + 1}" Type="{_KINDS}/styles" Target="styles.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_KINDS}"><sheets>{listed}</sheets></workbook>',
    }


def cells_to_come(letters: Sequence[str], cells: Sequence[Cell]) -> str:
    """Cells of the columns of these letters, which may stand in many rows: `add_made` writes them."""
    return "".join(_cells(letters, _NUMBER, cells))


def _row(number: int, cells: Sequence[Cell | Decimal]) -> str:
    return f'<row r="{number}">{"".join(_cells(column_letters(len(cells)), number, cells))}</row>'


def _cells(letters: Sequence[str], number: int | str, cells: Sequence[Cell | Decimal]) -> Iterator[str]:
    for place, cell in zip(letters, cells, strict=True):
        if isinstance(cell, str):
            text = cell if cell.isalnum() and len(cell) <= MAX_CELL else _escaped(cell)
            yield f'<c r="{place}{number}" s="{_TEXT}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
        elif isinstance(cell, bool):
            yield f'<c r="{place}{number}" t="b"><v>{cell:d}</v></c>'
        elif isinstance(cell, int | float | Decimal) and math.isfinite(cell):
            yield f'<c r="{place}{number}"><v>{str(cell).removesuffix(".0")}</v></c>'
        elif isinstance(cell, date):
            style = _MONTH if isinstance(cell, Month) else _DAY
            yield f'<c r="{place}{number}" s="{style}"><v>{(cell - _EPOCH).days}</v></c>'


def _escaped(cell: str) -> str:
    return _NO_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", escape(safe_text(cell), quote=False))


@lru_cache(maxsize=128)
def column_letters(width: int) -> Sequence[str]:
    """The letters of so many columns, A to ZZZ."""
    names = chain.from_iterable(product(ascii_uppercase, repeat=length) for length in (1, 2, 3))
    return ["".join(name) for name in islice(names, width)]
