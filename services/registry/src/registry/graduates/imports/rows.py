"""One row of a roster spreadsheet → what it says about a graduate, or which rules it breaks. Pure.

A field that is absent from `given` keeps what is stored; one that is given as None erases it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from common.codes import Cell
from common.codes.spelling import cell_text
from common.identifiers import GraduateId
from common.imports import OWNER_HEADERS, CellReader, Fault, foreign_cells, plain
from common.spreadsheets import NumberedRow
from common.spreadsheets.cells import is_month
from common.spreadsheets.headers import Header
from common.sql import Row
from registry.graduates.domain import identity
from registry.graduates.domain.masking import MASKS
from registry.graduates.domain.unit_book import UnitNamed
from registry.graduates.imports.columns import Naming
from registry.graduates.imports.readings import MASKED, NATIONAL_CODE, NUMBERS, UNITS, citizen_id_of, readings


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
    numbers: Mapping[str, str | None] = field(default_factory=dict)
    number_faults: list[Fault] = field(default_factory=list)
    fingerprint: bytes = b""
    named_by: str | None = None
    by_document: bool = False
    known: KnownGraduate | None = None
    college_due: bool = False
    given: dict[str, object] = field(default_factory=dict)
    month_of_birth: date | None = None
    units: dict[str, UnitNamed | None] = field(default_factory=dict)
    indexes: dict[str, bytes | None] = field(default_factory=dict)
    own_faults: list[Fault] | None = None
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
    def id(self) -> GraduateId:
        """Of its graduate, once it is sealed."""
        assert self.graduate_id is not None
        return self.graduate_id

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
        numbers = [plain(column, read, identity.stands_as_number) for column, read in NUMBERS.items()]
        if self.naming.by_document:
            numbers.append(citizen_id_of(cohort))
        named = {each.field for each in numbers}
        self._numbers = CellReader(header, numbers)
        self._content = CellReader[object](header, [each for each in readings(cohort) if each.field not in named])
        self._units = CellReader(header, UNITS)
        self._national_codes = CellReader(header, [NATIONAL_CODE])
        self._masked = [each for each in MASKS if each in header.positions]
        self._names_owners = not header.positions.keys().isdisjoint(OWNER_HEADERS)

    def read(self, rows: Sequence[NumberedRow]) -> list[RosterRow]:
        """The rows as far as their numbers name graduates."""
        faults: list[list[Fault]] = [[] for _ in rows]
        numbers = self._numbers.read_all([cells for _, cells in rows], faults)
        return [
            RosterRow(number, cells, said, own)
            for (number, cells), said, own in zip(rows, numbers, faults, strict=True)
        ]

    def check(self, rows: Sequence[RosterRow]) -> None:
        """Checks the rows by themselves; what depends on other rows or on the roster is checked later."""
        cells = [row.cells for row in rows]
        own = [[*row.number_faults] for row in rows]
        if self._names_owners:
            for row, faults in zip(rows, own, strict=True):
                faults[:0] = foreign_cells(self._header, row.cells, self._school_code, self._cohort)
        content, stated = self._content.read_all(cells, own), self._national_codes.read_all(cells, own)
        units = self._units.read_all(cells, own)
        for row, row.given, row.units, row.own_faults, of_major in zip(rows, content, units, own, stated, strict=True):
            row.given |= row.numbers
            major = row.units.get("major")
            if of_major and major:
                row.units["major"] = major._replace(national_code=of_major["national_code"])
            self._name(row, row.own_faults)

    def _name(self, row: RosterRow, own: list[Fault]) -> None:
        """Notes by what a checked row names its graduate, and that it tells a month of birth only."""
        if row.given.get("student_number") and row.given.get("name"):
            # as nearly all rows
            row.named_by = "student_number"
        else:
            row.named_by, row.by_document = self.naming.number_of(row.given), self.naming.by_document
            own += self.naming.missing(row.given, own)
        born = row.given.get("birth_date")
        if isinstance(born, date) and born.day == 1 and is_month(self._header.cell(row.cells, "birth_date")):
            row.month_of_birth = born

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
