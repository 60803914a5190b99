"""One row of a destination spreadsheet → what it says about whom, or which rules it breaks. Pure.

A field that is absent from `given` keeps what is stored; one that is given as None erases it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from common.codes import Cell, CodeLists, CodeProblem
from common.codes.spelling import cell_text
from common.spreadsheets.cells import CellProblem, as_day, identifier_text, is_blank, is_clear
from common.spreadsheets.headers import Header
from common.spreadsheets.owners import foreign_cells
from destinations.registrations.domain.content import CODE_LISTS
from destinations.registrations.imports.columns import CODED, KEYS, TEXTS, field_of_name_column

LONGEST_KEY = 100
"""No number and no name is longer; registry is not asked for such a one."""


@dataclass(frozen=True)
class Fault:
    """One broken rule: the column by our name, and the id of the rule."""

    column: str
    rule: str


@dataclass
class Row:
    """What a row says of whose destination, and what is wrong with it.

    Without a destination code the row says nothing: it leaves everything as it is.
    """

    number: int
    student_number: str | None = None
    exam_number: str | None = None
    name: str | None = None
    destination_code: str | None = None
    given: dict[str, object] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def key_column(self) -> str:
        """The column that the graduate is looked up by."""
        return "exam_number" if self.student_number is None and self.exam_number is not None else "student_number"

    @property
    def silent(self) -> bool:
        """True for a row without a destination: nothing to do, whoever it is about."""
        return self.destination_code is None and not self.faults


@dataclass(frozen=True)
class RowReader:
    """Reads the rows of one file for one school and cohort."""

    header: Header
    school_code: str
    cohort: int

    def read(self, number: int, cells: Sequence[Cell]) -> Row:
        """Checks the row by itself; what depends on other rows or on what is stored is checked later."""
        row = Row(number)
        row.faults += [Fault(*each) for each in foreign_cells(self.header, cells, self.school_code, self.cohort)]
        self._read_destination(cells, row)
        if row.destination_code is None:
            return row
        self._read_person(cells, row)
        self._fill(cells, row, "signed_on", as_day)
        self._fill(cells, row, "employer_uscc", lambda cell: identifier_text(cell).upper())
        for column in TEXTS:
            self._fill(cells, row, column, _text)
        for column in CODED:
            self._fill_code(cells, row, column)
        self._place_name(row, row.destination_code)
        return row

    def _read_destination(self, cells: Sequence[Cell], row: Row) -> None:
        code, label = self.header.cell(cells, "destination_code"), self.header.cell(cells, "destination_code_label")
        if is_clear(code) or is_clear(label):
            row.faults.append(Fault("destination_code", "required"))
            return
        try:
            row.destination_code = _code("destination", code, label)
        except CodeProblem as problem:
            row.faults.append(Fault(self._shown("destination_code", code), problem.rule))
        if row.destination_code is not None:
            reason = _reason(row.destination_code, label) or _reason(row.destination_code, code)
            row.given["destination_code"] = row.destination_code
            if reason:
                row.given["reason"] = reason

    def _read_person(self, cells: Sequence[Cell], row: Row) -> None:
        for column in KEYS:
            setattr(row, column, self._identifier(cells, row, column))
        row.name = cell_text(self.header.cell(cells, "name")).strip() or None
        if row.name is None or len(row.name) > LONGEST_KEY:
            row.faults.append(Fault("name", "required" if row.name is None else "length"))
            row.name = None
        faulty = {fault.column for fault in row.faults}
        if row.student_number is None and row.exam_number is None and not faulty & set(KEYS):
            row.faults.append(Fault("student_number", "required"))

    def _identifier(self, cells: Sequence[Cell], row: Row, column: str) -> str | None:
        try:
            text = identifier_text(self.header.cell(cells, column))
        except CellProblem as problem:
            row.faults.append(Fault(column, problem.rule))
            return None
        if len(text) > LONGEST_KEY:
            row.faults.append(Fault(column, "length"))
            return None
        return text or None

    def _fill(self, cells: Sequence[Cell], row: Row, column: str, reader: Callable[[Cell], object]) -> None:
        if column not in self.header.positions or is_blank(cell := self.header.cell(cells, column)):
            return
        try:
            row.given[column] = None if is_clear(cell) else reader(cell)
        except CellProblem as problem:
            row.faults.append(Fault(column, problem.rule))

    def _fill_code(self, cells: Sequence[Cell], row: Row, column: str) -> None:
        code, label = self.header.cell(cells, column), self.header.cell(cells, f"{column}_label")
        if is_blank(code) and is_blank(label):
            return
        if is_clear(code) or is_clear(label):
            row.given[column] = None
            return
        try:
            found = _code(CODE_LISTS[column], code, label)
        except CodeProblem as problem:
            row.faults.append(Fault(self._shown(column, code), problem.rule))
            return
        if found is not None:
            row.given[column] = found

    def _shown(self, column: str, code: Cell) -> str:
        """The column at fault: that of the code, unless only the label is filled."""
        return f"{column}_label" if is_blank(code) and f"{column}_label" in self.header.positions else column

    def _place_name(self, row: Row, destination_code: str) -> None:
        target = field_of_name_column(destination_code)
        if target != "employer_name" and "employer_name" in row.given:
            row.given[target] = row.given.pop("employer_name")


def _code(list_name: str, code: Cell, label: Cell) -> str | None:
    """The code that the cells name; where labels are only advice, one that is no code itself says nothing."""
    codes = CodeLists.load().get(list_name)
    if not codes.found_by_label and is_blank(code):
        text = cell_text(label)
        return text if text in codes else None
    return codes.resolve(None if is_blank(code) else code, None if is_blank(label) else label)


def _reason(destination_code: str, label: Cell) -> str | None:
    """The reason that a sub-label tells: 求职中 is a reason of 待就业."""
    reasons = CodeLists.load().get("not-employed-reason")
    try:
        reason = reasons.resolve_cell(label)
    except CodeProblem:
        return None
    entry = reasons.lookup(reason) if reason else None
    return reason if entry and entry.attributes.get("parent") == destination_code else None


def _text(cell: Cell) -> str:
    """A text without what a spreadsheet program or a hasty hand put around it; NUL and the like are no text."""
    text = " ".join((cell.strip().lstrip("'") if isinstance(cell, str) else cell_text(cell)).split())
    if not text.isprintable():
        raise CellProblem("length")
    return text
