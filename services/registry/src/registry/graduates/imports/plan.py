"""What becomes of the rows of a roster: whom they mean, what forbids them, and what is stored. CPU work only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from common.codes import Cell, CodeLists
from common.crypto import FieldCipher
from common.identifiers import GraduateId
from common.imports import REPEATED, Fault, LineFingerprints, SeenKeys, Task
from common.spreadsheets.headers import Header
from registry.graduates.domain.cross_checks import days_of, said_by
from registry.graduates.domain.doubts import doubts
from registry.graduates.domain.population import moves_by_level
from registry.graduates.domain.unit_book import UnitBook
from registry.graduates.imports.columns import DAYS
from registry.graduates.imports.rows import KnownGraduate, RosterRow, RowReader
from registry.graduates.storage.sealing import citizen_id_index, name_indexes, sealed_values
from registry.graduates.tables import CONTENT_COLUMNS

CHECKS_VERSION = "7"
"""Part of every row's fingerprint: raise it when a check changes, and stored rows are checked again."""

_BITS = {column: 1 << bit for bit, column in enumerate(CONTENT_COLUMNS)}

REPEATED_CITIZEN = Fault("citizen_id", "duplicate_citizen_id")


@dataclass(frozen=True)
class OtherGraduates:
    """Graduates of the roster that rows mean by other keys than the student number."""

    by_exam_number: Mapping[str, Sequence[KnownGraduate]] = field(default_factory=dict)
    owners_of_citizen_ids: Mapping[bytes, GraduateId] = field(default_factory=dict)


class RosterPlanner:
    """Reads, checks and seals the rows of one file. Remembers the keys of earlier chunks to find repeated ones."""

    def __init__(self, header: Header, task: Task, cipher: FieldCipher) -> None:
        # of the lists that cells are read with, and that is stored with the rows, whatever is added meanwhile
        self.lists_version = CodeLists.load().version
        self._reader = RowReader(header, task.school_code, task.cohort)
        self._header = header
        self._school_code = task.school_code
        self._cohort = task.cohort
        self._cipher = cipher
        self._seen = SeenKeys()
        # then rows are checked as they are read, while the database stores those before; most are as they were or none
        self.expects_changes = False
        rules = task.school_code, task.cohort, CHECKS_VERSION, self.lists_version
        self._fingerprints = LineFingerprints(header, cipher, *rules)

    def read(self, number: int, cells: Sequence[Cell]) -> RosterRow:
        """A row with its fingerprint and the numbers that name its graduate."""
        row = self._reader.read(number, cells, self._fingerprints.of(cells) or b"")
        if self.expects_changes:
            self._check(row)
        return row

    def check(self, rows: Sequence[RosterRow], known: Mapping[str, KnownGraduate], book: UnitBook | None) -> None:
        """Finds each row's graduate by student number, and checks the rows that are not unchanged by themselves.

        `book` is needed where a known graduate has no college: the major may have got one since.
        """
        for row in rows:
            row.known = known.get(row.student_number or "")
            if book and row.known and row.known.college_code is None:
                row.college_due = book.college_of_major(row.known.major_code) is not None
            if row.is_unchanged:
                # what it says is stored already
                row.given, row.units, row.citizen_index = {}, {}, None
            else:
                row.faults += self._check(row) if row.own_faults is None else row.own_faults
        self.expects_changes = 2 * sum(row.is_unchanged for row in rows) < len(rows)

    def _check(self, row: RosterRow) -> Sequence[Fault]:
        row.own_faults = self._reader.check(row)
        number = row.given.get("citizen_id")
        row.citizen_index = citizen_id_index(self._cipher, number) if isinstance(number, str) else None
        return row.own_faults

    def plan(self, rows: Sequence[RosterRow], others: OtherGraduates) -> list[RosterRow]:
        """The rows that may be stored; the others get their faults against the roster and the rows before them."""
        good = []
        for row in rows:
            if not row.is_unchanged:
                self._compare(row, others)
            row.faults += repeats(row, self._seen)
            row.faults += exam_number_in_use(row, others.by_exam_number)
            owner = others.owners_of_citizen_ids.get(row.citizen_index or b"")
            is_foreign = owner is not None and (row.known is None or row.known.id != owner)
            if is_foreign and REPEATED_CITIZEN not in row.faults:
                row.faults.append(Fault("citizen_id", "citizen_id_in_use"))
            if not row.faults:
                good.append(row)
        return good

    def _compare(self, row: RosterRow, others: OtherGraduates) -> None:
        """Finds the graduate that a row names by examinee number; what it says must agree with what is stored."""
        if row.needs_exam_number:
            people = others.by_exam_number.get(row.exam_number or "", ())
            if fault := self._mismatch(row, people):
                row.faults.append(fault)
            else:
                row.known = people[0]
        row.faults += moving_level(row)
        days = days_of(row.given, row.month_of_birth, self._compared(row), self._cohort)
        row.faults += [Fault(*each) for each in said_by(row.given, days.contradictions)]
        if not row.faults:
            odd = (*said_by(row.given, days.oddities), *doubts(row.given))
            row.warnings += [Fault(*each) for each in odd]

    def seal(self, rows: Sequence[RosterRow]) -> None:
        """Encrypts what the rows store; a new graduate gets an id."""
        for row in rows:
            row.graduate_id = row.known.id if row.known else GraduateId(uuid4())
            index = row.citizen_index
            row.sealed = sealed_values(self._cipher, self._school_code, row.graduate_id, row.given, index)

    def records(self, rows: Sequence[RosterRow], book: UnitBook) -> list[tuple[object, ...]]:
        """The rows as those of the staging table; the units they name are entered in the book."""
        return [self._record(row, book) for row in rows]

    def _mismatch(self, row: RosterRow, people: Sequence[KnownGraduate]) -> Fault | None:
        """Why the graduates with a row's examinee number are not the one it means."""
        if not people:
            return Fault("student_number", "required")
        if len(people) > 1:
            return Fault("exam_number", "ambiguous")
        agrees = people[0].name_index in name_indexes(self._cipher, self._school_code, str(row.given["name"]))
        return None if agrees else Fault("name", "name_mismatch")

    def _compared(self, row: RosterRow) -> dict[str, object]:
        """What is stored of the fields that may contradict the row; the citizen id only if it is compared."""
        known, given = row.known, row.given
        if known is None:
            return {}
        stored: dict[str, object] = {field: getattr(known, field) for field in DAYS}
        if known.citizen_id_cipher and "birth_date" in given and "citizen_id" not in given:
            stored["citizen_id"] = self._cipher.decrypt("citizen_id", known.id, known.citizen_id_cipher)
        return stored

    def _record(self, row: RosterRow, book: UnitBook) -> tuple[object, ...]:
        units = book.codes_of(row.units)
        default_college = None if "college_code" in units else book.college_of_major(units.get("major_code"))
        values = {**row.sealed, **units}
        mask = sum([_BITS[column] for column in values])
        content = map(values.get, CONTENT_COLUMNS)
        known = row.known and row.known.id
        return (row.number, row.graduate_id, known, mask, default_college, row.fingerprint, *content)


def exam_number_in_use(row: RosterRow, holders: Mapping[str, Sequence[KnownGraduate]]) -> Iterator[Fault]:
    """The fault of a row whose student number is another's than its examinee number is, as one issued anew.

    Who shares an examinee number since before they were unique may keep it.
    """
    number = row.given.get("exam_number")
    if row.student_number and isinstance(number, str) and not (row.known and row.known.exam_number == number):
        others = (each for each in holders.get(number, ()) if row.known is None or each.id != row.known.id)
        if (other := next(others, None)) and Fault("exam_number", REPEATED) not in row.faults:
            yield Fault("exam_number", "exam_number_in_use", str(other.id))


def moving_level(row: RosterRow) -> Iterator[Fault]:
    """The fault of a row whose education level would take its graduate into or out of the population."""
    known = row.known
    if known is None or "education_level_code" not in row.given:
        return
    level = row.given["education_level_code"]
    after = level if isinstance(level, str) else None
    if moves_by_level(known.status, known.education_level_code, after):
        yield Fault("education_level", "needs_population_change")


def repeats(row: RosterRow, seen: SeenKeys) -> Iterator[Fault]:
    """The faults of a row that repeats an earlier one's keys; its graduate must have been looked up.

    Two numbers may name one graduate, so the graduate is a key of its own.
    """
    keys: list[tuple[str, str, object]] = []
    if row.student_number:
        keys.append(("student_number", "student_number", row.student_number))
    if row.exam_number:
        keys.append(("exam_number", "exam_number", row.exam_number))
    if row.known:
        keys.append(("student_number" if row.student_number else "exam_number", "graduate", row.known.id.bytes))
    repeated = [column for column, of, key in keys if seen.take(of, key)]
    if repeated:
        yield Fault(repeated[0], REPEATED)
    citizen = row.known.citizen_id_index if row.is_unchanged and row.known else row.citizen_index
    if citizen and seen.take("citizen_id", citizen):
        yield REPEATED_CITIZEN
