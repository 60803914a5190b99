"""One row of a roster spreadsheet → what it says about a graduate, or which rules it breaks. Pure.

A field that is absent from `given` keeps what is stored; one that is given as None erases it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from common.codes import Cell, normalise
from common.codes.spelling import cell_text
from common.identifiers import GraduateId
from common.identity import steers_a_device
from common.imports import OWNER_HEADERS, CellReader, Fault, Reading, coded, foreign_cells, plain, text_of
from common.spreadsheets.cells import CellProblem, as_day, identifier_text, is_month, shown_text
from common.spreadsheets.headers import Header
from common.sql import Row
from registry.graduates.domain import identity
from registry.graduates.domain.entry import CODE_LIST_OF, MAX_TEXT, TEXTS
from registry.graduates.domain.masking import MASKS
from registry.graduates.domain.unit_book import UnitNamed
from registry.graduates.imports.columns import CODED, DAYS, WORDS, Naming
from registry.organisation.domain import MAX_NAME, MAX_UNIT_CODE
from registry.organisation.imports.rows import whole_code

MASKED = "masked_value"
"""The rule that a cell with stars breaks, unless it turns out to show what is stored."""

_MAX_YEARS = Decimal(12)


@dataclass(frozen=True)
class KnownGraduate:
    """A graduate of the roster as far as every row that may mean it must know it."""

    id: GraduateId
    version: int
    student_number_index: bytes
    exam_number_index: bytes | None
    name_index: bytes
    citizen_id_index: bytes | None
    college_code: str | None
    major_code: str | None
    line_fingerprint: bytes | None


@dataclass(slots=True)
class RosterRow:
    """One data row: its fingerprint and numbers, the graduate it means, and what it says.

    `indexes` are those of the numbers and of the citizen id that it names, where they were needed. `own_faults` are
    what is wrong with it by itself: none before it is checked, which it is only if it may be changed. `named_by` is the
    number that it names its graduate by, `by_document` says that the citizen id may be it. `month_of_birth` is set
    where it names no day. `college_due` marks a graduate without a college whose major has got one since.

    `erased_by` is the column of a number that was an erased person's: such a row changes nothing.

    `newest` is what is stored of the known graduate, `before` its content. What it stores but for the units: `after`
    with the number of its `version`, `sealed` as its document unless nothing of it differs, the `person_index`; what a
    new one `continues`.
    """

    number: int = 0
    cells: Sequence[Cell] = ()
    fingerprint: bytes = b""
    numbers: Mapping[str, str | None] = field(default_factory=dict)
    number_faults: list[Fault] = field(default_factory=list)
    named_by: str | None = None
    by_document: bool = False
    known: KnownGraduate | None = None
    college_due: bool = False
    given: dict[str, object] = field(default_factory=dict)
    month_of_birth: date | None = None
    units: dict[str, UnitNamed | None] = field(default_factory=dict)
    indexes: dict[str, bytes | None] = field(default_factory=dict)
    own_faults: Sequence[Fault] | None = None
    graduate_id: GraduateId | None = None
    newest: Row | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    version: int = 1
    sealed: bytes | None = None
    person_index: bytes | None = None
    continues: GraduateId | None = None
    erased_by: str | None = None
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    @property
    def student_number(self) -> str | None:
        """As read; None for one that is blank or at fault."""
        return self.numbers.get("student_number")

    @property
    def exam_number(self) -> str | None:
        """As read; None for one that is blank or at fault."""
        return self.numbers.get("exam_number")

    @property
    def is_unchanged(self) -> bool:
        """True if exactly this row left the stored content, or is of an erased person: nothing more is looked at."""
        same = self.known is not None and self.known.line_fingerprint == self.fingerprint and not self.college_due
        return same or self.erased_by is not None

    @property
    def is_sought(self) -> bool:
        """True for a row, good but for its masks, that names its graduate without a student number."""
        is_named = self.named_by not in {None, "student_number"} and self.erased_by is None
        return is_named and all(fault.rule == MASKED for fault in self.faults)

    @property
    def student_number_index(self) -> bytes | None:
        """Of the student number that it names."""
        return self.indexes.get("student_number_index")

    @property
    def citizen_id_index(self) -> bytes | None:
        """Of the citizen id that it names."""
        return self.indexes.get("citizen_id_index")


class RowReader:
    """Reads the rows of one file for one school and cohort."""

    def __init__(self, header: Header, school_code: str, cohort: int) -> None:
        self._header = header
        self._school_code = school_code
        self._cohort = cohort
        self.naming = Naming.of(header)
        numbers = [plain(column, read) for column, read in NUMBERS.items()]
        if self.naming.by_document:
            numbers.append(_citizen_id(cohort))
        named = {each.field for each in numbers}
        self._numbers = CellReader(header, numbers)
        self._content = CellReader[object](header, [each for each in readings(cohort) if each.field not in named])
        self._units = CellReader(header, UNITS)
        self._masked = [each for each in MASKS if each in header.positions]
        self._names_owners = not header.positions.keys().isdisjoint(OWNER_HEADERS)

    def read(self, number: int, cells: Sequence[Cell], fingerprint: bytes = b"") -> RosterRow:
        """The row as far as its numbers name a graduate."""
        faults: list[Fault] = []
        return RosterRow(number, cells, fingerprint, self._numbers.read(cells, faults), faults)

    def check(self, row: RosterRow) -> Sequence[Fault]:
        """Checks the row by itself; what depends on other rows or on the roster is checked later."""
        own = [*row.number_faults]
        if self._names_owners:
            own[:0] = foreign_cells(self._header, row.cells, self._school_code, self._cohort)
        row.given = {**row.numbers, **self._content.read(row.cells, own)}
        row.units = self._units.read(row.cells, own)
        if row.given.get("student_number") and row.given.get("name"):
            # as nearly all rows
            row.named_by = "student_number"
        else:
            row.named_by, row.by_document = self.naming.number_of(row.given), self.naming.by_document
            own += self.naming.missing(row.given, own)
        born = row.given.get("birth_date")
        if isinstance(born, date) and born.day == 1 and is_month(self._header.cell(row.cells, "birth_date")):
            row.month_of_birth = born
        return own

    def standing(self, row: RosterRow) -> Sequence[str]:
        """The columns of a row that say in clear what staff see masked of its graduate; of an unchanged one, all.

        Without the citizen id where it may name the graduate: masked it would find none when the row comes again.
        """
        is_key = row.by_document and row.named_by != "student_number"
        shown = [each for each in self._masked if not (is_key and each == "citizen_id")]
        if row.is_unchanged:
            return shown
        return [each for each in shown if row.given.get(each) and row.given[each] == row.before.get(each)]

    def keep_masked(self, row: RosterRow) -> None:
        """Takes the fault from cells that show what is stored as staff see it: they keep it."""
        row.faults[:] = [each for each in row.faults if each.rule != MASKED or not self._stands(row, each.column)]

    def _stands(self, row: RosterRow, column: str) -> bool:
        stored = row.before.get(column)
        if stored is None:
            return False
        # a cell's text has one width, what is stored of an address any
        return cell_text(self._header.cell(row.cells, column)) == cell_text(MASKS[column](stored))


def readings(cohort: int) -> Iterator[Reading[object]]:
    """How the fields of a graduate are read but for the numbers and the units."""
    yield _citizen_id(cohort)
    for column, read in MASKED_TEXTS.items():
        yield shown_masked(column, read)
    yield plain("duration_years", _years)
    for column in DAYS:
        yield plain(column, as_day)
    for column, words in WORDS.items():
        yield plain(column, partial(_word, words))
    for column in TEXTS:
        if column not in MASKED_TEXTS:
            yield plain(column, _text)
    for column, field_name in CODED.items():
        yield coded(column, CODE_LIST_OF[field_name], cohort, field_name)


def _citizen_id(cohort: int) -> Reading[str]:
    return shown_masked("citizen_id", stored_as(lambda text: identity.citizen_id(text, cohort)))


def shown_masked(column: str, read: Callable[[Cell], str]) -> Reading[str]:
    """The reading of a field that staff see masked: a text with stars is no value of it."""

    def read_clear(cell: Cell) -> str:
        if isinstance(cell, str) and "*" in cell:
            raise CellProblem(MASKED)
        return read(cell)

    return plain(column, read_clear)


def stored_as(form: Callable[[str], str], text: Callable[[Cell], str] = identifier_text) -> Callable[[Cell], str]:
    """Reads a cell's text in the form in which the roster stores it."""

    def read(cell: Cell) -> str:
        try:
            return form(text(cell))
        except identity.RuleBroken as broken:
            raise CellProblem(broken.rule) from None

    return read


NUMBERS: Mapping[str, Callable[[Cell], str]] = {
    "student_number": stored_as(identity.student_number),
    "exam_number": stored_as(identity.exam_number),
}
"""How the numbers are read that a graduate is looked up by."""


def _years(cell: Cell) -> Decimal:
    try:
        given = Decimal(cell_text(cell).removesuffix("年"))
        years = given.quantize(Decimal("0.1"))
        usable = 0 < years == given <= _MAX_YEARS  # fails for what is no number, too
    except InvalidOperation:
        usable = False
    if not usable:
        raise CellProblem("number_format")
    return years


def _word(words: Mapping[str, object], cell: Cell) -> object:
    try:
        return words[normalise(cell_text(cell))]
    except KeyError:
        raise CellProblem("choice") from None


def _text(cell: Cell) -> str:
    text = identity.free_text(text_of(cell))
    if len(text) > MAX_TEXT:
        raise CellProblem("length")
    return text


def _unit(code: Cell, name: Cell) -> UnitNamed | None:
    identifier = None if code is None else identifier_text(code)
    named = text_of(name) or None
    if len(identifier or "") > MAX_UNIT_CODE or len(named or "") > MAX_NAME:
        raise CellProblem("length")
    if steers_a_device(identifier or ""):
        raise CellProblem("printable")
    # a code is part of an address
    return UnitNamed(identifier and identifier.replace("/", "／"), named) if identifier or named else None


def _major(code: Cell, name: Cell) -> UnitNamed | None:
    return _unit(whole_code(code), name)


UNITS = (
    Reading("college", ("college", "college_name"), _unit),
    Reading("major", ("major", "major_name"), _major),
    Reading("class", ("class", "class_name"), _unit),
)

MASKED_TEXTS: Mapping[str, Callable[[Cell], str]] = {
    "name": stored_as(identity.name, lambda cell: cell if isinstance(cell, str) else shown_text(cell)),
    "phone": stored_as(identity.phone),
    "home_phone": stored_as(identity.phone),
    "email": stored_as(identity.email),
    **{column: _text for column in TEXTS if column in MASKS},
}
"""How the fields are read that staff see masked, but for the citizen id, which the cohort is asked about."""

SHOWN: Mapping[str, Callable[[Cell], str]] = {
    column: partial(lambda mask, read, cell: mask(read(cell)), MASKS[column], read)
    for column, read in {**MASKED_TEXTS, "citizen_id": stored_as(identity.document_number)}.items()
}
"""What staff see of the value of a cell."""
