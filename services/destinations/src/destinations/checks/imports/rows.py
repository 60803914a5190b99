"""One row of a ledger → whom it means and what it says, or which rules it breaks. Pure.

A field that is absent from `given` keeps what is entered; one that is given as None erases it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from common.codes import Cell
from common.codes.spelling import cell_text
from common.imports import CellReader, Fault, foreign_cells, plain, text_of
from common.imports.cells import Reading
from common.spreadsheets.cells import CellProblem, is_blank
from common.spreadsheets.headers import Header
from destinations.checks.imports.columns import KEYS, METHODS, OUTCOMES, RESULTS, SAYING
from destinations.registrations.imports.rows import PersonReader

WordT = TypeVar("WordT", bound=StrEnum)

LONGEST_NOTE = 1_000


@dataclass
class LedgerRow:
    """What a row says of one graduate, and what is wrong with it. One that says nothing leaves the ledger as it is."""

    number: int
    student_number: str | None = None
    exam_number: str | None = None
    name: str | None = None
    silent: bool = False
    given: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    @property
    def key_column(self) -> str:
        """The column that the graduate is looked up by."""
        return "exam_number" if self.student_number is None and self.exam_number is not None else "student_number"

    @property
    def is_asked(self) -> bool:
        """Whether registry is to be asked whom it means."""
        return not self.silent and bool(self.name and (self.student_number or self.exam_number))


class RowReader:
    """Reads the rows of one file for one school and cohort."""

    def __init__(self, header: Header, school_code: str, cohort: int) -> None:
        self._header = header
        self._owner = school_code, cohort
        self._person = PersonReader(header)
        self._found = CellReader[Any](header, READINGS)
        self._number_column = next(key for key in KEYS if key in header.positions)

    def named(self, number: int, cells: Sequence[Cell]) -> LedgerRow:
        """Whom the row means."""
        row = LedgerRow(number)
        said = self._person.read(cells, row.faults)
        row.student_number, row.exam_number, row.name = said.get(KEYS[0]), said.get(KEYS[1]), said.get("name")
        row.silent = all(is_blank(self._header.cell(cells, column)) for column in SAYING)
        return row

    def read(self, number: int, cells: Sequence[Cell]) -> LedgerRow:
        """What the row says, checked by itself."""
        row = self.named(number, cells)
        row.faults[:0] = foreign_cells(self._header, cells, *self._owner)
        faulty = {fault.column for fault in row.faults}
        if row.silent:
            return row
        if not (row.student_number or row.exam_number) and faulty.isdisjoint(KEYS):
            row.faults.append(Fault(self._number_column, "required"))
        if not row.name and "name" not in faulty:
            row.faults.append(Fault("name", "required"))
        row.given = self._found.read(cells, row.faults)
        return row


def _word(words: Mapping[str, WordT]) -> Any:
    """Reads a code or a label."""

    def read(cell: Cell) -> WordT:
        found = words.get("".join(cell_text(cell).split()))
        if found is None:
            raise CellProblem("choice")
        return found

    return read


def _note(cell: Cell) -> str:
    if len(text := text_of(cell)) > LONGEST_NOTE:
        raise CellProblem("length")
    return text


READINGS: tuple[Reading[Any], ...] = (
    plain("method", _word(METHODS)),
    plain("outcome", _word(OUTCOMES)),
    plain("result", _word(RESULTS)),
    plain("note", _note),
)
"""How the cells are read of what was found."""
