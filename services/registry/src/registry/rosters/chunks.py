"""One chunk of a file between reading and storing: what each row needs from the roster, and what it becomes.

The work is CPU only, runs in a thread, and never touches the database; `imports` carries values between both.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from uuid import UUID, uuid4

from common.codes import Cell, CodeLists
from common.codes.spelling import cell_text
from common.crypto import FieldCipher
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.spreadsheets.cells import CellProblem, identifier_text
from common.spreadsheets.headers import Header
from registry.graduates.domain import identity
from registry.graduates.storage.sealing import citizen_id_index, name_index, sealed_values
from registry.graduates.tables import CONTENT_COLUMNS
from registry.rosters.agreement import settle
from registry.rosters.columns import DAYS
from registry.rosters.faults import RowFault, shown
from registry.rosters.lines import Known, Line
from registry.rosters.repeats import REPEATED_CITIZEN, NamedBefore
from registry.rosters.rows import Fault, RowReader
from registry.rosters.units import UnitBook

CHECKS_VERSION = "2"
"""Part of every line's fingerprint: raise it when a check changes, and stored lines are checked again."""

FINGERPRINT_BYTES = 16


class ChunkWorker:
    """Reads, checks and seals the lines of one file. Remembers the keys of earlier chunks to find repeated ones."""

    def __init__(self, header: Header, school_code: SchoolCode, cohort: Cohort, cipher: FieldCipher) -> None:
        self._reader = RowReader(header, school_code, cohort)
        self._header = header
        self._school_code = school_code
        self._cipher = cipher
        self._named_before = NamedBefore()
        columns = ",".join(f"{column}@{header.texts[column]}" for column in sorted(header.positions))
        self._salt = "\x1f".join((school_code, str(cohort), CHECKS_VERSION, CodeLists.load().version, columns))
        self._positions = [header.positions[column] for column in sorted(header.positions)]

    def lines(self, numbered: Iterable[tuple[int, Sequence[Cell]]]) -> list[Line]:
        """The data rows with their fingerprints and numbers; rows without any value are no data rows."""
        return [self._line(number, cells) for number, cells in numbered]

    def read(self, lines: Sequence[Line], known: Mapping[str, Known], book: UnitBook | None) -> None:
        """Finds each line's graduate by student number, and reads the lines that are not unchanged.

        `book` is needed where a known graduate has no college: the major may have got one since.
        """
        for line in lines:
            line.known = known.get(line.student_number or "")
            if book and line.known and line.known.college_code is None:
                line.college_due = book.college_of_major(line.known.major_code) is not None
            if not line.is_unchanged:
                line.row = self._reader.read(line.cells)

    def match_exam_numbers(self, lines: Sequence[Line], found: Mapping[str, Sequence[Known]]) -> None:
        """Finds the graduates of lines that have an examinee number instead of a student number; names must agree."""
        for line in lines:
            if line.needs_exam_number:
                people = found.get(line.exam_number or "", ())
                fault = self._mismatch(line, people)
                if fault:
                    line.row.faults.append(fault)
                else:
                    line.known = people[0]

    def compare(self, lines: Sequence[Line]) -> None:
        """Compares each line with what is stored of its graduate, and with the lines before it."""
        for line in lines:
            if not line.is_unchanged:
                settle(line.row, self._stored(line))
                number = line.row.given.get("citizen_id")
                line.citizen_index = citizen_id_index(self._cipher, number) if isinstance(number, str) else None
            line.row.faults += self._named_before.faults_of(line)

    def match_citizens(self, lines: Sequence[Line], owners: Mapping[bytes, UUID]) -> None:
        """Refuses citizen ids that another graduate of the school and cohort has, unless the file repeats them."""
        for line in lines:
            owner = owners.get(line.citizen_index or b"")
            foreign = owner is not None and (line.known is None or line.known.id != owner)
            if foreign and REPEATED_CITIZEN not in line.row.faults:
                line.row.faults.append(Fault("citizen_id", "citizen_id_in_use"))

    def records(self, lines: Sequence[Line], book: UnitBook) -> list[tuple[object, ...]]:
        """The good lines as rows of the staging table, sealed; the units they name are entered in the book."""
        return [self._record(line, book) for line in lines if line.is_good and not line.is_unchanged]

    def faults(self, lines: Sequence[Line]) -> list[RowFault]:
        """What is wrong, ready to be shown."""
        return [shown(self._header, line, fault) for line in lines for fault in line.row.faults]

    def _line(self, number: int, cells: Sequence[Cell]) -> Line:
        texts = [cell_text(cells[position]) if position < len(cells) else "" for position in self._positions]
        content = "\x1f".join((self._salt, *texts)).encode("utf-8", "surrogatepass")
        fingerprint = self._cipher.fingerprint(content)[:FINGERPRINT_BYTES]
        student_number = self._number(cells, "student_number", identity.student_number)
        exam_number = self._number(cells, "exam_number", identity.exam_number)
        return Line(number, cells, fingerprint, student_number, exam_number)

    def _number(self, cells: Sequence[Cell], column: str, read: Callable[[str], str]) -> str | None:
        try:
            return read(identifier_text(self._header.cell(cells, column)))
        except (CellProblem, identity.RuleBroken):
            return None

    def _mismatch(self, line: Line, people: Sequence[Known]) -> Fault | None:
        """Why the graduates with a line's examinee number are not the one it means."""
        if not people:
            return Fault("student_number", "required")
        if len(people) > 1:
            return Fault("exam_number", "ambiguous")
        name = str(line.row.given["name"])
        agrees = people[0].name_index == name_index(self._cipher, self._school_code, name)
        return None if agrees else Fault("name", "name_mismatch")

    def _stored(self, line: Line) -> dict[str, object]:
        """What is stored of the fields that may contradict the line; the citizen id only if it is compared."""
        known, given = line.known, line.row.given
        if known is None:
            return {}
        stored: dict[str, object] = {field: getattr(known, field) for field in DAYS}
        if known.citizen_id_cipher and "birth_date" in given and "citizen_id" not in given:
            stored["citizen_id"] = self._cipher.decrypt("citizen_id", known.id, known.citizen_id_cipher)
        return stored

    def _record(self, line: Line, book: UnitBook) -> tuple[object, ...]:
        units = book.codes_of(line.row.units)
        given = line.row.given | units
        default_college = None if "college_code" in units else book.college_of_major(units.get("major_code"))
        graduate_id = line.known.id if line.known else GraduateId(uuid4())
        values = sealed_values(self._cipher, self._school_code, graduate_id, given)
        mask = sum(1 << bit for bit, column in enumerate(CONTENT_COLUMNS) if column in values)
        content = (values.get(column) for column in CONTENT_COLUMNS)
        return (line.number, graduate_id, line.known is None, mask, default_college, line.fingerprint, *content)
