"""One chunk of a file between reading and storing: what each row needs from the roster, and what it becomes.

The work is CPU only, runs in a thread, and never touches the database; `imports` carries values between both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from common.codes import Cell, CodeLists
from common.codes.spelling import cell_text
from common.crypto import FieldCipher
from common.spreadsheets.cells import CellProblem, identifier_text
from common.spreadsheets.headers import Header
from common.spreadsheets.masking import without_persons
from registry.graduates import identity
from registry.graduates.sealing import citizen_id_index, name_index, sealed_values
from registry.graduates.tables import CONTENT_COLUMNS
from registry.rosters.columns import IDENTIFYING
from registry.rosters.rows import Fault, Row, RowReader, UnitNamed
from registry.rosters.units import UnitBook

CHECKS_VERSION = "1"
"""Part of every line's fingerprint: raise it when a check changes, and stored lines are checked again."""

FINGERPRINT_BYTES = 16
MAX_SHOWN = 80


@dataclass(frozen=True)
class Known:
    """A graduate of the roster as far as an import must know it."""

    id: UUID
    student_number: str
    exam_number: str | None
    name_index: bytes
    citizen_id_index: bytes | None
    line_fingerprint: bytes | None


@dataclass(frozen=True)
class RowFault:
    """One broken rule as it is reported: row as the spreadsheet program counts, header as in the file."""

    row: int
    column: str
    rule: str
    value: str | None


@dataclass
class Line:
    """One data row on its way through an import."""

    number: int
    cells: Sequence[Cell]
    fingerprint: bytes = b""
    student_number: str | None = None
    row: Row = field(default_factory=Row)
    known: Known | None = None
    citizen_index: bytes | None = None

    @property
    def is_unchanged(self) -> bool:
        """True if exactly this line left the stored content: nothing about it needs to be looked at again."""
        return self.known is not None and self.known.line_fingerprint == self.fingerprint


class ChunkWorker:
    """Reads, checks and seals the lines of one file. Remembers the keys of earlier chunks to find repeated ones."""

    def __init__(self, header: Header, school_code: str, cohort: int, cipher: FieldCipher) -> None:
        self._reader = RowReader(header, school_code, cohort)
        self._header = header
        self._school_code = school_code
        self._cipher = cipher
        self._seen_numbers: set[str] = set()
        self._seen_exam_numbers: set[str] = set()
        self._seen_citizens: set[bytes] = set()
        columns = ",".join(f"{column}@{header.texts[column]}" for column in sorted(header.positions))
        self._salt = "\x1f".join((school_code, str(cohort), CHECKS_VERSION, CodeLists.load().version, columns))
        self._positions = [header.positions[column] for column in sorted(header.positions)]

    def lines(self, numbered: Iterable[tuple[int, Sequence[Cell]]]) -> list[Line]:
        """The data rows with their fingerprints and student numbers; rows without any value are no data rows."""
        return [self._line(number, cells) for number, cells in numbered]

    def _line(self, number: int, cells: Sequence[Cell]) -> Line:
        texts = [cell_text(cells[position]) if position < len(cells) else "" for position in self._positions]
        content = "\x1f".join((self._salt, *texts)).encode("utf-8", "surrogatepass")
        fingerprint = self._cipher.fingerprint(content)[:FINGERPRINT_BYTES]
        return Line(number, cells, fingerprint, self._student_number(cells))

    def _student_number(self, cells: Sequence[Cell]) -> str | None:
        try:
            return identity.student_number(identifier_text(self._header.cell(cells, "student_number")))
        except (CellProblem, identity.RuleBroken):
            return None

    def check(self, lines: Sequence[Line], known: Mapping[str, Known]) -> None:
        """Finds each line's graduate by student number and checks the lines that are not unchanged."""
        for line in lines:
            line.known = known.get(line.student_number or "")
            repeated = self._is_repeated(line.student_number, self._seen_numbers)
            if line.is_unchanged and not repeated:
                self._remember(line.known)
                continue
            line.row = self._reader.read(line.cells)
            if repeated:
                line.row.faults.append(Fault("student_number", "duplicate_in_file"))
            self._check_citizen(line)

    def remember(self, lines: Sequence[Line], known: Mapping[str, Known]) -> None:
        """Only notes the keys of a chunk that an earlier run of the operation has stored."""
        self.check(lines, known)

    def match_exam_numbers(self, lines: Sequence[Line], found: Mapping[str, Sequence[Known]]) -> None:
        """Finds the graduates of lines that have an examinee number instead of a student number; names must agree."""
        for line in lines:
            if not needs_exam_number(line):
                continue
            exam_number = str(line.row.given["exam_number"])
            graduates = found.get(exam_number, ())
            rule = None
            if self._is_repeated(exam_number, self._seen_exam_numbers):
                rule = "duplicate_in_file"
            elif len(graduates) > 1:
                rule = "ambiguous"
            elif not graduates:
                line.row.faults.append(Fault("student_number", "required"))
                continue
            elif graduates[0].name_index != name_index(
                self._cipher, self._school_code, str(line.row.given.get("name"))
            ):
                rule = "name_mismatch"
            if rule:
                line.row.faults.append(Fault("name" if rule == "name_mismatch" else "exam_number", rule))
            else:
                line.known = graduates[0]
                if self._is_repeated(graduates[0].student_number, self._seen_numbers):
                    line.row.faults.append(Fault("exam_number", "duplicate_in_file"))

    def match_citizens(self, lines: Sequence[Line], owners: Mapping[bytes, UUID]) -> None:
        """Refuses citizen ids that another graduate of the school and cohort has."""
        for line in lines:
            owner = owners.get(line.citizen_index or b"")
            if owner and (line.known is None or line.known.id != owner):
                line.row.faults.append(Fault("citizen_id", "citizen_id_in_use"))

    def records(self, lines: Sequence[Line], book: UnitBook) -> list[tuple[object, ...]]:
        """The good lines as rows of the staging table, sealed; the units they name are entered in the book."""
        return [self._record(line, book) for line in lines if not line.is_unchanged and not line.row.faults]

    def faults(self, lines: Sequence[Line]) -> list[RowFault]:
        """What is wrong, ready to be shown."""
        return [self._shown(line, fault) for line in lines for fault in line.row.faults]

    def _record(self, line: Line, book: UnitBook) -> tuple[object, ...]:
        given = dict(line.row.given)
        default_college = self._fill_units(line.row.units, given, book)
        graduate_id = line.known.id if line.known else uuid4()
        values = sealed_values(self._cipher, self._school_code, graduate_id, given)
        mask = sum(1 << bit for bit, column in enumerate(CONTENT_COLUMNS) if column in values)
        content = (values.get(column) for column in CONTENT_COLUMNS)
        return (line.number, graduate_id, line.known is None, mask, default_college, line.fingerprint, *content)

    def _fill_units(
        self, units: Mapping[str, UnitNamed | None], given: dict[str, object], book: UnitBook
    ) -> str | None:
        """Puts the codes of the named units into the row; answers the college that the major alone implies."""
        for unit, named in units.items():
            if named is None:
                given[f"{unit}_code"] = None
        college = book.college(named) if (named := units.get("college")) else None
        major = book.major(named, college) if (named := units.get("major")) else None
        school_class = book.school_class(named, college, major) if (named := units.get("class")) else None
        codes = {"college_code": college, "major_code": major, "class_code": school_class}
        given.update({field: code for field, code in codes.items() if code})
        return None if "college" in units else book.college_of_major(major)

    def _check_citizen(self, line: Line) -> None:
        number = line.row.given.get("citizen_id")
        if not isinstance(number, str):
            return
        line.citizen_index = citizen_id_index(self._cipher, number)
        if line.citizen_index in self._seen_citizens:
            line.row.faults.append(Fault("citizen_id", "duplicate_citizen_id"))
        self._seen_citizens.add(line.citizen_index)

    def _remember(self, known: Known | None) -> None:
        if known and known.citizen_id_index:
            self._seen_citizens.add(known.citizen_id_index)

    def _is_repeated(self, key: str | None, seen: set[str]) -> bool:
        repeated = key in seen
        if key:
            seen.add(key)
        return repeated

    def _shown(self, line: Line, fault: Fault) -> RowFault:
        header = self._header.texts.get(fault.column) or self._header.texts.get(f"{fault.column}_label")
        shown = self._masked(line.cells, fault.column)[:MAX_SHOWN]
        return RowFault(line.number, header or fault.column, fault.rule, shown or None)

    def _masked(self, cells: Sequence[Cell], column: str) -> str:
        cell = self._header.cell(cells, column)
        if column not in IDENTIFYING:
            return without_persons(cell, (self._header.cell(cells, each) for each in IDENTIFYING))
        text = cell_text(cell)
        return identity.masked_name(text) if text and column == "name" else identity.masked_number(text)


def needs_exam_number(line: Line) -> bool:
    """True for a checked line that names its graduate by examinee number only."""
    given = line.row.given
    return not line.row.faults and "student_number" not in given and bool(given.get("exam_number"))
