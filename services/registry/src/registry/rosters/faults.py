"""How a broken rule is shown to whoever sent the file: by row, header and value, and nobody's number or name."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.codes import Cell
from common.codes.spelling import cell_text
from common.spreadsheets.headers import Header
from common.spreadsheets.masking import without_persons
from registry.graduates.domain.identity import masked_name, masked_number
from registry.rosters.columns import HEADERS, IDENTIFYING
from registry.rosters.lines import Line
from registry.rosters.rows import Fault

MAX_SHOWN = 80


@dataclass(frozen=True)
class RowFault:
    """One broken rule as it is reported: row as the spreadsheet program counts, header as in the file."""

    row: int
    column: str
    rule: str
    value: str | None


def shown(header: Header, line: Line, fault: Fault) -> RowFault:
    """The fault of a line in the words of its file."""
    value = _masked(header, line.cells, fault.column)[:MAX_SHOWN]
    return RowFault(line.number, _title(header, fault.column), fault.rule, value or None)


def _title(header: Header, column: str) -> str:
    """The header text; for a column that the file lacks, that of the student number, by which a row is known."""
    named = (header.texts.get(each) for each in (column, f"{column}_label", "student_number"))
    return next(filter(None, named), HEADERS["student_number"][0])


def _masked(header: Header, cells: Sequence[Cell], column: str) -> str:
    cell = header.cell(cells, column)
    if column not in IDENTIFYING:
        return without_persons(cell, (header.cell(cells, each) for each in IDENTIFYING))
    text = cell_text(cell)
    return masked_name(text) if text and column == "name" else masked_number(text)
