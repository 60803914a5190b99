"""The file of an import: rows read from it, and its faulty rows shown to whoever sent it."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.codes import Cell
from common.codes.rules import rule
from common.codes.spelling import cell_text
from common.errors import Invalid
from common.operations import RowProblem
from common.spreadsheets import Sheet, write_workbook
from common.spreadsheets.cells import is_blank
from common.spreadsheets.headers import Header, find_header
from common.spreadsheets.masking import without_persons
from destinations.registrations.imports.columns import FIELD_OF_HEADER, IDENTIFYING, KEYS
from destinations.registrations.imports.rows import Fault, Row, RowReader

MAX_SHOWN = 80
_TAIL = 4


@dataclass(frozen=True)
class Table:
    """The header of a sheet and its data rows."""

    header: Header
    titles: Sequence[str]
    cells: dict[int, Sequence[Cell]]

    def rows(self, school_code: str, cohort: int) -> list[Row]:
        """What the rows say, each checked by itself."""
        reader = RowReader(self.header, school_code, cohort)
        return [reader.read(number, cells) for number, cells in self.cells.items()]

    def problems(self, row: Row) -> list[RowProblem]:
        """The faults of a row with header texts of the file and masked values."""
        return [self._problem(row.number, fault) for fault in row.faults]

    async def report(self, rows: Sequence[Row]) -> bytes:
        """A workbook of the faulty rows with the reasons."""
        reasons = ["; ".join(f"{each.column}: {each.message.zh}" for each in self.problems(row)) for row in rows]
        return await write_workbook(self.titles, [self.cells[row.number] for row in rows], reasons)

    def _problem(self, number: int, fault: Fault) -> RowProblem:
        cells = self.cells[number]
        column = self._column_of(fault, cells)
        title, value = self.header.texts.get(column, column), self._shown(cells, column)[:MAX_SHOWN]
        return RowProblem(number, title, fault.rule, value or None, rule(fault.rule).text)

    def _column_of(self, fault: Fault, cells: Sequence[Cell]) -> str:
        """The column to show: a label's where only that is filled, the other number where a file has no 学号."""
        if fault.column == KEYS[0]:
            return next(key for key in KEYS if key in self.header.positions)
        pair = (fault.column, f"{fault.column}_label")
        filled = (column for column in pair if not is_blank(self.header.cell(cells, column)))
        there = (column for column in pair if column in self.header.positions)
        return next(filled, None) or next(there, fault.column)

    def _shown(self, cells: Sequence[Cell], column: str) -> str:
        cell = self.header.cell(cells, column)
        if column in IDENTIFYING:
            return masked(cell_text(cell))
        identifying = (self.header.cell(cells, each) for each in IDENTIFYING)
        return without_persons(cell, identifying, numbered=column == "employer_uscc")


def table_header(rows: Sequence[Sequence[Cell]]) -> Header | None:
    """The header of a table that names persons and destinations."""
    header = find_header(rows, FIELD_OF_HEADER)
    return header if header and _names_enough(header) else None


def open_table(sheet: Sheet) -> Table:
    """Finds the header; raises Invalid without one that names persons and destinations."""
    header = table_header(sheet.rows)
    if header is None:
        raise Invalid([rule("header_missing").problem("/file")], code="header_missing")
    numbered = zip(sheet.numbers, sheet.rows, strict=True)
    data: dict[int, Sequence[Cell]] = {
        number: cells for index, (number, cells) in enumerate(numbered) if index > header.row and header.fills(cells)
    }
    return Table(header, [cell_text(cell) for cell in sheet.rows[header.row]], data)


def masked(text: str) -> str:
    """Enough to find the cell again, not enough to know the person."""
    return "*" * len(text) if len(text) <= 2 * _TAIL else "*" * (len(text) - _TAIL) + text[-_TAIL:]


def _names_enough(header: Header) -> bool:
    columns = set(header.positions)
    return (
        "name" in columns
        and bool(columns & set(KEYS))
        and bool(columns & {"destination_code", "destination_code_label"})
    )
