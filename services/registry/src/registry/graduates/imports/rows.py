"""One row of a roster spreadsheet → what it says about a graduate, or which rules it breaks. Pure.

A field that is absent from `given` keeps what is stored; one that is given as None erases it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from common.codes import Cell, CodeLists, CodeProblem, normalise
from common.codes.spelling import cell_text
from common.identifiers import GraduateId
from common.imports import LABEL, Fault, foreign_cells
from common.spreadsheets.cells import CellProblem, as_day, identifier_text, is_blank, is_clear, is_month
from common.spreadsheets.headers import Header
from registry.graduates.domain import identity
from registry.graduates.domain.entry import CODE_LIST_OF
from registry.graduates.domain.identity import RuleBroken
from registry.graduates.domain.unit_book import MAX_UNIT_CODE, UnitNamed
from registry.graduates.imports.columns import CODED, DAYS, WORDS

REQUIRED_FIELDS = ("student_number", "name")
MAX_TEXT = {"major_direction": 100, "commissioning_unit": 200}
MAX_UNIT_NAME = 200
UNITS = ("college", "major", "class")
MAJOR_DIGITS = 6
"""Of a code in the catalogues of majors."""

_MAX_YEARS = Decimal(12)

_PROBLEMS = (RuleBroken, CellProblem, CodeProblem)


@dataclass(frozen=True)
class KnownGraduate:
    """A graduate of the roster as far as an import must know it."""

    id: GraduateId
    student_number: str
    exam_number: str | None
    name_index: bytes
    citizen_id_cipher: bytes | None
    citizen_id_index: bytes | None
    birth_date: date | None
    enrolled_on: date | None
    graduated_on: date | None
    college_code: str | None
    major_code: str | None
    line_fingerprint: bytes | None


@dataclass
class RosterRow:
    """One data row: first its fingerprint and numbers, then the graduate it means, then what it says.

    `month_of_birth` is set where it names no day. `college_due` marks a graduate without a college whose major has got
    one since.
    """

    number: int = 0
    cells: Sequence[Cell] = ()
    fingerprint: bytes = b""
    student_number: str | None = None
    exam_number: str | None = None
    known: KnownGraduate | None = None
    college_due: bool = False
    given: dict[str, object] = field(default_factory=dict)
    month_of_birth: date | None = None
    units: dict[str, UnitNamed | None] = field(default_factory=dict)
    citizen_index: bytes | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_unchanged(self) -> bool:
        """True if exactly this row left the stored content: nothing about it needs to be looked at again."""
        same = self.known is not None and self.known.line_fingerprint == self.fingerprint
        return same and not self.college_due

    @property
    def needs_exam_number(self) -> bool:
        """True for a good row that names its graduate by examinee number only."""
        return not self.faults and "student_number" not in self.given and bool(self.given.get("exam_number"))


class RowReader:
    """Reads the rows of one file for one school and cohort; columns that the file lacks cost nothing."""

    def __init__(self, header: Header, school_code: str, cohort: int) -> None:
        self.header = header
        self.school_code = school_code
        self.cohort = cohort
        there = set(header.positions)
        self._plain = [(column, reader) for column, reader in self._readers() if column in there]
        self._coded = [(column, field) for column, field in CODED.items() if there & {column, column + LABEL}]
        self._units = [unit for unit in UNITS if there & {unit, f"{unit}_name"}]

    def check(self, row: RosterRow) -> None:
        """Checks the row by itself; what depends on other rows or on the roster is checked later."""
        cells = row.cells
        row.faults += foreign_cells(self.header, cells, self.school_code, self.cohort)
        for column, reader in self._plain:
            self._fill(cells, row, column, reader)
        for column, target in self._coded:
            self._fill_code(cells, row, column, target)
        self._take_place_hint(cells, row)
        for unit in self._units:
            self._fill_unit(cells, row, unit)
        faulty = {fault.column for fault in row.faults}
        for column in REQUIRED_FIELDS:
            erased = column in row.given and row.given[column] is None
            missing = column not in row.given and column not in faulty
            if erased or (missing and not (column == "student_number" and row.given.get("exam_number"))):
                row.faults.append(Fault(column, "required"))
        born = row.given.get("birth_date")
        if isinstance(born, date) and is_month(self.header.cell(cells, "birth_date")):
            row.month_of_birth = born

    def _readers(self) -> Iterator[tuple[str, Callable[[Cell], object]]]:
        yield "student_number", lambda cell: identity.student_number(identifier_text(cell))
        yield "exam_number", lambda cell: identity.exam_number(identifier_text(cell))
        yield "name", lambda cell: identity.name(_clean_text(cell))
        yield "citizen_id", lambda cell: identity.citizen_id(identifier_text(cell), self.cohort)
        yield "phone", lambda cell: identity.phone(identifier_text(cell))
        yield "duration_years", _years
        for column in DAYS:
            yield column, as_day
        for column, words in WORDS.items():
            yield column, _WordReader(words)
        for column, longest in MAX_TEXT.items():
            yield column, _TextReader(longest)

    def _fill(self, cells: Sequence[Cell], row: RosterRow, column: str, reader: Callable[[Cell], object]) -> None:
        cell = self.header.cell(cells, column)
        if is_blank(cell):
            return
        if is_clear(cell):
            row.given[column] = None
            return
        try:
            row.given[column] = reader(cell)
        except _PROBLEMS as problem:
            row.faults.append(Fault(column, problem.rule))

    def _fill_code(self, cells: Sequence[Cell], row: RosterRow, column: str, target: str) -> None:
        code, label = self.header.cell(cells, column), self.header.cell(cells, column + LABEL)
        if is_blank(code) and is_blank(label):
            return
        if is_clear(code) or is_clear(label):
            row.given[target] = None
            return
        try:
            row.given[target] = CodeLists.load().get(CODE_LIST_OF[target]).resolve(code, label)
        except CodeProblem as problem:
            shown = column if column in self.header.positions and not is_blank(code) else column + LABEL
            row.faults.append(Fault(shown, problem.rule))

    def _take_place_hint(self, cells: Sequence[Cell], row: RosterRow) -> None:
        """A column of place names counts only where it holds a code after all: names are advice."""
        hint = cell_text(self.header.cell(cells, "origin_place_hint")).removesuffix(".0")
        if "origin_place_code" not in row.given and hint in CodeLists.load().get("division"):
            row.given["origin_place_code"] = hint

    def _fill_unit(self, cells: Sequence[Cell], row: RosterRow, unit: str) -> None:
        code, name = self.header.cell(cells, unit), self.header.cell(cells, f"{unit}_name")
        if is_blank(code) and is_blank(name):
            return
        if is_clear(code) or is_clear(name):
            row.units[unit] = None
            return
        try:
            row.units[unit] = _unit(_whole_code(code) if unit == "major" else code, name)
        except _PROBLEMS as problem:
            row.faults.append(Fault(unit if not is_blank(code) else f"{unit}_name", problem.rule))


def _clean_text(cell: Cell) -> str:
    return cell_text(cell) if not isinstance(cell, str) else cell.strip().lstrip("'")


def _years(cell: Cell) -> Decimal:
    try:
        years = Decimal(cell_text(cell).removesuffix("年")).quantize(Decimal("0.1"))
        usable = 0 < years <= _MAX_YEARS  # fails for what is no number, too
    except InvalidOperation:
        usable = False
    if not usable:
        raise RuleBroken("number_format")
    return years


def _unit(code: Cell, name: Cell) -> UnitNamed:
    coded = None if is_blank(code) else identifier_text(code)
    named = None if is_blank(name) else " ".join(_clean_text(name).split())
    if len(coded or "") > MAX_UNIT_CODE or len(named or "") > MAX_UNIT_NAME:
        raise RuleBroken("length")
    if not f"{coded}{named}".isprintable():
        raise RuleBroken("printable")
    # a code is part of an address
    return UnitNamed(coded and coded.replace("/", "／"), named)


def _whole_code(cell: Cell) -> Cell:
    """A major's code of six digits again, where the program took it for a number and dropped the zero in front."""
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    text = cell_text(cell)
    return text.zfill(MAJOR_DIGITS) if is_number and len(text) == MAJOR_DIGITS - 1 and text.isdigit() else cell


@dataclass(frozen=True)
class _WordReader:
    words: Mapping[str, str]

    def __call__(self, cell: Cell) -> str:
        try:
            return self.words[normalise(cell_text(cell))]
        except KeyError:
            raise RuleBroken("choice") from None


@dataclass(frozen=True)
class _TextReader:
    longest: int

    def __call__(self, cell: Cell) -> str:
        text = identity.free_text(_clean_text(cell))
        if len(text) > self.longest:
            raise RuleBroken("length")
        if not text.isprintable():
            raise RuleBroken("printable")
        return text
