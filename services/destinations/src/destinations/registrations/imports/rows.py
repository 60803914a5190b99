"""One row of a destination spreadsheet → what it says about whom, or which rules it breaks. Pure.

A field that is absent from `given` keeps what is stored; one that is given as None erases it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial

from common.codes import Cell, CodeLists, CodeProblem
from common.codes.spelling import cell_text, normalise
from common.crypto import FieldCipher
from common.identity import plain_number
from common.imports import (
    OWNER_HEADERS,
    CellReader,
    Fault,
    LineFingerprints,
    Reading,
    SeenKeys,
    coded,
    foreign_cells,
    plain,
    text_of,
)
from common.spreadsheets.cells import CellProblem, as_day, identifier_text, is_blank, is_clear
from common.spreadsheets.headers import Header
from destinations.filing.formats.classes import FLEXIBLE, UnclearFlag, disagreeing, flag_in
from destinations.filing.formats.classes import HEADERS as CLASS_HEADERS
from destinations.registrations.domain.content import CODE_LISTS, LONGEST_PHONE, MOST_PAY, SEALED, field_of_name
from destinations.registrations.domain.fields import is_reason_of
from destinations.registrations.imports.columns import CODED, DESTINATION, KEYS, TEXTS
from destinations.registrations.storage import Line

CHECKS_VERSION = 3
"""Part of every line's fingerprint: raise it when a check or a reading changes, and stored lines are checked again."""

_PAY_UNITS = {"月": "month", "month": "month", "小时": "hour", "时": "hour", "hour": "hour"}

LONGEST_KEY = 100
"""No number and no name is longer; registry is not asked for such a one."""


@dataclass
class RegistrationRow:
    """What a row says of a graduate's destination, and what is wrong with it.

    Without a destination the row is silent: it leaves the graduate as stored. `flexible` is what a column says that may
    only repeat what is stored, or follows from the code.
    """

    number: int
    cells: Sequence[Cell] = ()
    student_number: str | None = None
    exam_number: str | None = None
    name: str | None = None
    silent: bool = True
    destination_code: str | None = None
    flexible: bool | None = None
    given: dict[str, object] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    fingerprint: bytes | None = None
    line: Line | None = None

    key_column: str = "student_number"
    """The column that the graduate is looked up by."""

    @property
    def key(self) -> tuple[str, str] | None:
        """The number that the graduate is looked up by, with its column."""
        number = self.student_number or self.exam_number
        return (self.key_column, number) if number else None

    def says_only(self, destination_code: str) -> bool:
        """Whether it names this destination, and no particular of it."""
        return self.given == {"destination_code": destination_code}


class PersonReader:
    """Reads whom the rows of a file name."""

    def __init__(self, header: Header) -> None:
        self._person = CellReader(header, PERSON)
        self._persons = [(column, header.positions[column]) for column in PERSON_COLUMNS if column in header.positions]

    def read(self, cells: Sequence[Cell], faults: list[Fault]) -> Mapping[str, str | None]:
        """What a row says of its numbers and its name; each rule that its cells break is added to the faults."""
        return self._plainly(cells) or self._person.read(cells, faults)

    def _plainly(self, cells: Sequence[Cell]) -> dict[str, str | None]:
        """What cells say that mean themselves, as most do: what reading says, too. Nothing if one must be read."""
        said: dict[str, str | None] = {}
        for column, place in self._persons:
            cell = cells[place] if place < len(cells) else None
            is_word = isinstance(cell, str) and cell.isalnum() and len(cell) <= LONGEST_KEY
            if not is_word or not (column == "name" or str(cell).isascii()):
                return {}
            said[column] = str(cell)
        return said


@dataclass(frozen=True)
class Watched:
    """What a file says of its rows together: those that repeat an earlier one's number, and if each has a 学号."""

    repeated: Collection[int]
    names_each: bool


class NumberWatch:
    """Looks at the numbers of a file's rows while it is read."""

    def __init__(self, header: Header) -> None:
        self._person = PersonReader(header)
        self._seen = SeenKeys()
        self._repeated: set[int] = set()
        self._names_each = True

    @property
    def found(self) -> Watched:
        """What was seen of all rows."""
        return Watched(self._repeated, self._names_each)

    def look(self, number: int, cells: Sequence[Cell]) -> None:
        """Takes in the number of a row."""
        student_number = self._person.read(cells, []).get("student_number")
        self._names_each = self._names_each and student_number is not None
        if self._names_each and self._seen.take("number", student_number, number):
            self._repeated.add(number)


class RowReader:
    """Reads the rows of one file for one school and cohort."""

    def __init__(self, header: Header, school_code: str, cohort: int, cipher: FieldCipher) -> None:
        self.lists = CodeLists.load()
        self._header = header
        self._owner = school_code, cohort
        self._names_owner = not header.positions.keys().isdisjoint(OWNER_HEADERS)
        self._person = PersonReader(header)
        self._content = CellReader[object](header, readings(cohort))
        self._reason = lru_cache(maxsize=2_000, typed=True)(partial(_reason, self.lists))
        self._fingerprints = LineFingerprints(header, cipher, school_code, cohort, CHECKS_VERSION, self.lists.version)
        self.reads_sealed = not header.positions.keys().isdisjoint(SEALED)
        self.number_column = next(key for key in KEYS if key in header.positions)
        self._has_names = "name" in header.positions
        self._classes = [each for each in CLASS_HEADERS if each in header.positions]

    def named(self, number: int, cells: Sequence[Cell]) -> RegistrationRow:
        """Whom the row means, of a silent one too, since a later row may repeat it; and how its line is recognised."""
        row = RegistrationRow(number, cells)
        self._read_person(row)
        if not row.silent and not row.faults:
            row.fingerprint = self._fingerprints.of(cells)
        return row

    def _read_person(self, row: RegistrationRow) -> None:
        faults, cells = row.faults, row.cells
        said = self._person.read(cells, faults)
        row.student_number, row.exam_number, row.name = map(said.get, PERSON_COLUMNS)
        if row.student_number is None and row.exam_number is not None:
            row.key_column = "exam_number"
        row.silent = all(is_blank(self._header.cell(cells, column)) for column in DESTINATION)
        if row.key and (row.name or not self._has_names):
            return
        faulty = {fault.column for fault in faults}
        if not row.key and faulty.isdisjoint(KEYS):
            faults.append(Fault(self.number_column, "required"))
        if self._has_names and not row.name and "name" not in faulty:
            faults.append(Fault("name", "required"))

    def read(self, rows: Sequence[RegistrationRow]) -> None:
        """Checks rows by themselves; what depends on other rows or on what is stored is checked later.

        Whom a row with a line means was read before, without a fault.
        """
        for row in rows:
            unclear, row.faults = row.faults, []
            if row.line is None:
                self._read_person(row)
            else:
                row.silent, row.key_column = False, self._key_column(row.cells)
            foreign = list(foreign_cells(self._header, row.cells, *self._owner)) if self._names_owner else []
            row.faults = unclear + foreign + ([] if row.silent else row.faults)
        speaking = [row for row in rows if not row.silent]
        given = self._content.read_all([row.cells for row in speaking], [row.faults for row in speaking])
        for row, said in zip(speaking, given, strict=True):
            row.given = said
            code = said.get("destination_code", "")
            if code is None:
                row.faults.append(Fault("destination_code", "required"))
            elif isinstance(code, str) and code:
                row.destination_code = code
                self._say_what_depends(row, code)
                if self._classes:
                    self._compare_classes(row, code)

    def _say_what_depends(self, row: RegistrationRow, code: str) -> None:
        """Enters what cells mean under this code: 单位名称 may name a school, a sub-label a reason."""
        cell = partial(self._header.cell, row.cells)
        if reason := self._reason(code, *map(cell, DESTINATION)):
            row.given["reason"] = reason
        name_column = field_of_name(code)
        if name_column != "employer_name" and "employer_name" in row.given:
            row.given[name_column] = row.given.pop("employer_name")

    def _compare_classes(self, row: RegistrationRow, code: str) -> None:
        said = {column: self._header.cell(row.cells, column) for column in self._classes}
        wrong = [*disagreeing(code, said)]
        try:
            row.flexible = flag_in(said.get(FLEXIBLE))
        except UnclearFlag:
            wrong.append(FLEXIBLE)
        row.faults += [Fault(column, "class_flags_disagree") for column in wrong]

    def _key_column(self, cells: Sequence[Cell]) -> str:
        """The column that a graduate is looked up by."""
        if self.number_column == "exam_number" or "exam_number" not in self._header.positions:
            return self.number_column
        student_number, exam_number = (self._header.cell(cells, column) for column in KEYS)
        has_exam_number = not is_blank(exam_number) and (is_blank(student_number) or is_clear(student_number))
        return "exam_number" if has_exam_number else "student_number"


def readings(cohort: int) -> Iterator[Reading[object]]:
    """How the fields of a registration are read."""
    yield coded("destination_code", CODE_LISTS["destination_code"], cohort)
    for column in ("signed_on", "contract_from", "contract_to"):
        yield plain(column, as_day)
    yield plain("contact_name", text_of)
    yield plain("contact_phone", _phone)
    yield plain("pay_amount", _yuan)
    yield plain("pay_unit", _pay_unit)
    yield plain("employer_uscc", lambda cell: plain_number(identifier_text(cell)).upper())
    for column in TEXTS:
        yield plain(column, text_of)
    for column in CODED:
        yield coded(column, CODE_LISTS[column], cohort)


def _phone(cell: Cell) -> str:
    """A phone, with its extension if it has one."""
    if len(text := text_of(cell)) > LONGEST_PHONE:
        raise CellProblem("length")
    return text


def _yuan(cell: Cell) -> int:
    """Whole yuan: `4500`, `4,500元`."""
    digits = cell_text(cell).replace(",", "").removesuffix("元")
    if not digits.isascii() or not digits.isdigit() or len(digits) > len(str(MOST_PAY)):
        raise CellProblem("number_format")
    if not 0 < int(digits) <= MOST_PAY:
        raise CellProblem("number_format")
    return int(digits)


def _pay_unit(cell: Cell) -> str:
    """What pay is for, as people write it: `月`, `元/小时`."""
    written = cell_text(cell).removeprefix("元").removeprefix("/").removeprefix("每")
    if (unit := _PAY_UNITS.get(written)) is None:
        raise CellProblem("choice")
    return unit


def _short(text: str) -> str:
    if len(text) > LONGEST_KEY:
        raise CellProblem("length")
    return text


PERSON_COLUMNS = (*KEYS, "name")
PERSON = (
    *(plain(column, lambda cell: _short(plain_number(identifier_text(cell)))) for column in KEYS),
    plain("name", lambda cell: _short(text_of(cell))),
)
"""How the cells are read that name a graduate."""


def _reason(lists: CodeLists, destination_code: str, *cells: Cell) -> str | None:
    """The reason that the label of a code tells, or what stands in place of the code."""
    reasons = (_reason_of(lists, destination_code, cell) for cell in reversed(cells))
    return next(filter(None, reasons), None)


def _reason_of(lists: CodeLists, destination_code: str, label: Cell) -> str | None:
    """The reason that a sub-label tells: 求职中 is a reason of 待就业. The code's own label tells no more than it."""
    own = lists.get(CODE_LISTS["destination_code"]).lookup(destination_code)
    if own is not None and normalise(cell_text(label)) == normalise(own.label_zh):
        return None
    reasons = lists.get("not-employed-reason")
    try:
        reason = reasons.resolve_cell(label)
    except CodeProblem:
        return None
    return reason if reason and is_reason_of(reason, destination_code) else None
