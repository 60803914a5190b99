"""Workbooks of today, .xlsx (ECMA-376 part 1, 18): sheets, styles, what their cells show."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from common.sheet_reader import markup
from common.sheet_reader.cells import ERROR, NO_RESULT, Unclear, counted_from_1904, text_of
from common.sheet_reader.formats import BUILT_IN, number_reader, plain_number, text_reader
from common.sheet_reader.limits import Refusal
from common.sheet_reader.merging import Row, filled
from common.sheet_reader.package import Package

_YES = ("1", "true")
_NOT_CALCULATED = "=…"

Reader = Callable[[str], Any]


@dataclass(frozen=True)
class Sheet:
    """A sheet by name; `rows` begins anew each time."""

    name: str
    is_visible: bool
    rows: Callable[[], Iterator[Row]]


class Workbook:
    """A workbook with its sheets in their order."""

    def __init__(self, content: bytes) -> None:
        self._package = package = Package(content)
        part, root = package.workbook()
        self._relations = package.relations(part)
        properties, calculation = root.find("workbookPr"), root.find("calcPr")
        self._from_1904 = properties is not None and properties.get("date1904") in _YES
        self._distrusts_zero = calculation is not None and calculation.get("fullCalcOnLoad") in _YES
        self._styles = self._formats()
        self._readers: dict[tuple[str, str], Reader] = {}
        self._surveys: dict[str, markup.Survey] = {}
        self.sheets = [
            Sheet(each.get("name", ""), each.get("state", "visible") == "visible", _SheetRows(self, target))
            for each in root.iter("sheet")
            for relation in [value for name, value in each.attrib.items() if name.endswith("}id")]
            for kind, target in [self._relations.get(relation, ("", ""))]
            if kind == "worksheet" and target in package
        ]

    def pieces(self, part: str) -> Iterator[bytes]:
        """The content of a part."""
        return self._package.pieces(part)

    def survey(self, part: str) -> markup.Survey:
        """What must be known of a sheet before its first row is read."""
        if part not in self._surveys:
            self._surveys[part] = markup.survey(self.pieces(part))
        return self._surveys[part]

    @cached_property
    def _strings(self) -> list[Any]:
        """What the shared strings show."""
        part = self._part("sharedStrings")
        return [text_of(text) for text in markup.strings(lambda: self.pieces(part))]

    def _part(self, kind: str) -> str:
        return next((target for each, target in self._relations.values() if each == kind), "")

    def _formats(self) -> list[str]:
        """The number format of each style."""
        part = self._part("styles")
        if part not in self._package:
            return []
        root = self._package.tree(part)
        own = {each.get("numFmtId"): each.get("formatCode", "") for each in root.iterfind("numFmts/numFmt")}
        ids = [each.get("numFmtId", "0") for each in root.iterfind("cellXfs/xf")]
        return [own.get(each) or BUILT_IN.get(int(each), "General") for each in ids]

    def reader(self, style: str, kind: str) -> Reader:
        """What the values of cells of a style and a kind show."""
        found = self._readers.get((style, kind))
        if found is None:
            found = self._readers[style, kind] = self._new_reader(style, kind)
        return found

    def _new_reader(self, style: str, kind: str) -> Reader:
        code = self._styles[int(style)] if int(style) < len(self._styles) else "General"
        if kind in ("s", "str", "inlineStr"):
            return self._text_reader(code, kind)
        if kind == "b":
            return lambda value: value in _YES
        if kind == "e":
            return lambda value: Unclear.of(ERROR, value)
        if kind == "d":
            return lambda value: datetime.fromisoformat(value.replace("Z", "")).date()
        shown = number_reader(code, self._from_1904) or plain_number
        if self._from_1904:
            return lambda value: counted_from_1904(shown(float(value)))
        return lambda value: shown(float(value))

    def _text_reader(self, code: str, kind: str) -> Reader:
        shown = text_reader(code)
        strings = self._strings if kind == "s" else []
        known: Reader = (lambda value: strings[int(value)]) if kind == "s" else text_of
        return known if shown is None else lambda value: shown(text) if isinstance(text := known(value), str) else text

    def calculated(self, value: Any, kind: str) -> Any:
        """The saved result of a formula; a zero that a program left for others to calculate is none."""
        not_yet = self._distrusts_zero and kind == "n" and value in (0, None)
        return Unclear.of(NO_RESULT, _NOT_CALCULATED) if not_yet else value

    def value(self, cell: markup.Cell) -> Any:
        """What a cell shows, whatever is wrong with it."""
        if cell.value is None or (cell.value == "" and cell.kind not in ("str", "inlineStr")):
            return None if cell.formula is None else Unclear.of(NO_RESULT, f"={cell.formula}")
        try:
            shown = self.reader(cell.style, cell.kind)(cell.value)
        except (ValueError, ArithmeticError, LookupError):
            return Unclear.of(ERROR, cell.value)
        return shown if cell.formula is None else self.calculated(shown, cell.kind)


class _Readers(dict[markup.Attributes, tuple[Reader, str]]):
    """What the values of cells show, with the kind of the value, by what the cells say of themselves."""

    def __init__(self, book: Workbook) -> None:
        super().__init__()
        self._book = book

    def __missing__(self, attributes: markup.Attributes) -> tuple[Reader, str]:
        given = markup.attributes(attributes)
        kind = given.get("t", "n")
        self[attributes] = found = self._book.reader(given.get("s", "0"), kind), kind
        return found


@dataclass(frozen=True)
class _SheetRows:
    book: Workbook
    part: str

    def __call__(self) -> Iterator[Row]:
        survey = self.book.survey(self.part)
        parsed = ((number, self._placed(cells)) for number, cells in markup.parsed_rows(self.book.pieces(self.part)))
        return filled(rising(self._simple() if survey.simple else parsed), survey.areas)

    def _simple(self) -> Iterator[Row]:
        readers = _Readers(self.book)
        for number, text, cells in markup.simple_rows(self.book.pieces(self.part)):
            row = None
            if cells is not None:
                with suppress(ValueError, ArithmeticError, LookupError):
                    row = self._read(cells, readers)
            yield number, self._placed(markup.parsed_row(text)) if row is None else row

    def _read(self, cells: markup.SimpleRow, readers: "_Readers") -> list[Any] | None:
        """The row; None if it must be parsed.

        Only parsing tells a formula without a result from one that is empty, and places cells out of their order.
        """
        row: list[Any] = []
        for letters, attributes, formula, value, text in cells:
            written = value or text
            if not written:
                if formula:
                    return None
                continue
            reader, kind = readers[attributes]
            column = markup.COLUMNS[letters]
            if column < len(row):
                return None
            while column > len(row):
                row.append(None)
            row.append(self.book.calculated(reader(written), kind) if formula else reader(written))
        return row

    def _placed(self, cells: list[markup.Cell]) -> list[Any]:
        row: list[Any] = []
        for cell in cells:
            if (shown := self.book.value(cell)) is not None:
                row += [None] * (cell.column + 1 - len(row))
                row[cell.column] = shown
        return row


def rising(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, which stand in the order of their numbers in every file that a spreadsheet program opens."""
    last = 0
    for number, cells in rows:
        if number <= last:
            raise Refusal("file_corrupt")
        last = number
        yield number, cells
