"""One row of a destination spreadsheet → what it says about whom, or which rules it breaks. Pure.

A field that is absent from `given` keeps what is stored; one that is given as None erases it.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from common.codes import Cell, CodeLists, CodeProblem
from common.codes.spelling import cell_text, normalise
from common.imports import LABEL, Fault, foreign_cells
from common.spreadsheets.cells import CellProblem, as_day, identifier_text, is_blank, is_clear
from common.spreadsheets.headers import Header
from destinations.registrations.domain.content import CODE_LISTS
from destinations.registrations.domain.fields import is_reason_of
from destinations.registrations.imports.columns import CODED, DESTINATION, KEYS, TEXTS, field_of_name_column

LONGEST_KEY = 100
"""No number and no name is longer; registry is not asked for such a one."""

_FORMAT = "Cf"
_UNPRINTABLE = frozenset({"Cc", "Cs"})


@dataclass
class RegistrationRow:
    """What a row says of a graduate's destination, and what is wrong with it.

    Without a destination the row is silent: it leaves the graduate as stored.
    """

    number: int
    silent: bool = True
    student_number: str | None = None
    exam_number: str | None = None
    name: str | None = None
    name_rule: str | None = None
    destination_code: str | None = None
    given: dict[str, object] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def key_column(self) -> str:
        """The column that the graduate is looked up by."""
        return "exam_number" if self.student_number is None and self.exam_number is not None else "student_number"

    @property
    def key(self) -> tuple[str, str] | None:
        """The number that the graduate is looked up by, with its column."""
        number = self.student_number or self.exam_number
        return (self.key_column, number) if number else None


@dataclass(frozen=True)
class RowReader:
    """Reads the rows of one file for one school and cohort."""

    header: Header
    school_code: str
    cohort: int

    def read_person(self, number: int, cells: Sequence[Cell]) -> RegistrationRow:
        """The row as far as it names a graduate: numbers, of a silent row too, since a later row may repeat them."""
        row = RegistrationRow(number)
        row.silent = all(is_blank(self.header.cell(cells, column)) for column in DESTINATION)
        for column in KEYS:
            try:
                setattr(row, column, _short(identifier_text(self.header.cell(cells, column))))
            except CellProblem as problem:
                row.faults.append(Fault(column, problem.rule))
        if not row.faults and not row.key:
            row.faults.append(Fault(next(key for key in KEYS if key in self.header.positions), "required"))
        try:
            row.name = _short(_text(self.header.cell(cells, "name")))
        except CellProblem as problem:
            row.name_rule = problem.rule
        else:
            row.name_rule = None if row.name else "required"
        return row

    def read(self, number: int, cells: Sequence[Cell]) -> RegistrationRow:
        """Checks the row by itself; what depends on other rows or on what is stored is checked later."""
        row = self.read_person(number, cells)
        foreign = list(foreign_cells(self.header, cells, self.school_code, self.cohort))
        if row.silent:
            row.faults = foreign
            return row
        row.faults = foreign + row.faults
        self._read_destination(cells, row)
        if row.name_rule:
            row.faults.append(Fault("name", row.name_rule))
        self._fill(cells, row, "signed_on", as_day)
        self._fill(cells, row, "employer_uscc", lambda cell: identifier_text(cell).upper())
        for column in TEXTS:
            self._fill(cells, row, column, _text)
        for column in CODED:
            self._fill_code(cells, row, column)
        if row.destination_code is not None:
            target = field_of_name_column(row.destination_code)
            if target != "employer_name" and "employer_name" in row.given:
                row.given[target] = row.given.pop("employer_name")
        return row

    @property
    def _day(self) -> date:
        """The day of the cohort's first official rate (初次): labels mean the codes that are in force then."""
        return date(self.cohort, 8, 31)

    def _read_destination(self, cells: Sequence[Cell], row: RegistrationRow) -> None:
        code, label = (self.header.cell(cells, column) for column in DESTINATION)
        if is_clear(code) or is_clear(label):
            row.faults.append(Fault("destination_code", "required"))
            return
        try:
            row.destination_code = _code("destination", code, label, self._day)
        except CodeProblem as problem:
            row.faults.append(Fault(_column_at_fault("destination_code", code, problem), problem.rule))
        if row.destination_code is not None:
            reason = _reason(row.destination_code, label) or _reason(row.destination_code, code)
            row.given["destination_code"] = row.destination_code
            if reason:
                row.given["reason"] = reason

    def _fill(self, cells: Sequence[Cell], row: RegistrationRow, column: str, reader: Callable[[Cell], object]) -> None:
        if column not in self.header.positions or is_blank(cell := self.header.cell(cells, column)):
            return
        try:
            value = None if is_clear(cell) else reader(cell)
        except CellProblem as problem:
            row.faults.append(Fault(column, problem.rule))
            return
        if value != "":
            row.given[column] = value

    def _fill_code(self, cells: Sequence[Cell], row: RegistrationRow, column: str) -> None:
        code, label = self.header.cell(cells, column), self.header.cell(cells, column + LABEL)
        if is_blank(code) and is_blank(label):
            return
        if is_clear(code) or is_clear(label):
            row.given[column] = None
            return
        try:
            found = _code(CODE_LISTS[column], code, label, self._day)
        except CodeProblem as problem:
            row.faults.append(Fault(_column_at_fault(column, code, problem), problem.rule))
            return
        if found is not None:
            row.given[column] = found


def _code(list_name: str, code: Cell, label: Cell, on: date) -> str | None:
    """The code that the cells name; where labels are only advice, one that is no code itself says nothing."""
    codes = CodeLists.load().get(list_name)
    if not codes.found_by_label and is_blank(code):
        text = cell_text(label)
        return text if text in codes else None
    return codes.resolve(None if is_blank(code) else code, None if is_blank(label) else label, on)


def _column_at_fault(column: str, code: Cell, problem: CodeProblem) -> str:
    """That of the code, unless this cell is empty or good by itself; when the two disagree, the code's too."""
    if is_blank(code):
        return column + LABEL
    try:
        CodeLists.load().get(problem.code_list).resolve_cell(code)
    except CodeProblem:
        return column
    return column if problem.rule == "code_label_disagree" else column + LABEL


def _short(text: str) -> str | None:
    """A number or a name, if there is one."""
    if len(text) > LONGEST_KEY:
        raise CellProblem("length")
    return text or None


def _reason(destination_code: str, label: Cell) -> str | None:
    """The reason that a sub-label tells: 求职中 is a reason of 待就业. The code's own label tells no more than it."""
    own = CodeLists.load().get(CODE_LISTS["destination_code"]).lookup(destination_code)
    if own is not None and normalise(cell_text(label)) == normalise(own.label_zh):
        return None
    reasons = CodeLists.load().get("not-employed-reason")
    try:
        reason = reasons.resolve_cell(label)
    except CodeProblem:
        return None
    return reason if reason and is_reason_of(reason, destination_code) else None


def _text(cell: Cell) -> str:
    """A text in single spaces, without what only steers its layout; what steers a device is no text."""
    text = " ".join((cell if isinstance(cell, str) else cell_text(cell)).split())
    if text.isprintable():
        return text
    kinds = {character: unicodedata.category(character) for character in set(text)}
    if not _UNPRINTABLE.isdisjoint(kinds.values()):
        raise CellProblem("printable")
    # rare characters of names are private use, or newer than the tables of categories
    return " ".join("".join(character for character in text if kinds[character] != _FORMAT).split())
