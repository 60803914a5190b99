"""What becomes of the rows of a roster: whom they mean, what forbids them, and what is stored. CPU work only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any, cast

from common.codes import Cell, CodeLists
from common.crypto import DataCipher, FieldCipher
from common.database import random_ids
from common.identifiers import Cohort, GraduateId
from common.imports import REPEATED, CellReader, Fault, LineFingerprints, SeenKeys, batches, plain
from common.spreadsheets import NumberedRow
from common.spreadsheets.cells import is_blank
from common.spreadsheets.headers import Header
from registry.graduates.domain.cross_checks import days_of, said_by
from registry.graduates.domain.doubts import doubts
from registry.graduates.domain.merging import merged
from registry.graduates.domain.unit_book import UnitBook
from registry.graduates.imports.guards import (
    ERASED,
    OtherGraduates,
    RosterTask,
    differing,
    exam_number_in_use,
    is_foreign,
    moving_level,
    outside,
)
from registry.graduates.imports.readings import NUMBERS, readings
from registry.graduates.imports.rows import KnownGraduate, RosterRow, RowReader
from registry.graduates.storage.sealing import (
    all_sealed,
    content_of,
    indexes_of_names,
    name_indexes,
    person_indexes,
)

CHECKS_VERSION = "9"
"""Part of every row's fingerprint: raise it when a check changes, and stored rows are checked again."""

REPEATED_CITIZEN = Fault("citizen_id", "duplicate_citizen_id")

_KEYS = ("student_number", "exam_number", "citizen_id")
"""Columns of which no two rows may have the same."""


@dataclass(frozen=True)
class Watched:
    """What a file says of its rows together: the faults of those that repeat an earlier one's number, by row.

    `names_each` is true if each row has a student number, `is_mixed` if some name a college and others do not.
    """

    repeated: Mapping[int, Sequence[Fault]]
    names_each: bool
    is_mixed: bool


class RosterWatch:
    """Looks at the keys of a file's rows while it is read, as `repeats` does where rows come one after the other."""

    def __init__(self, header: Header, cohort: Cohort) -> None:
        citizen_id = (each for each in readings(cohort) if each.field == "citizen_id")
        self._reader = CellReader[object](header, [*starmap(plain, NUMBERS.items()), *citizen_id])
        self._places = [header.positions.get(column, -1) for column in _KEYS]
        self._colleges = [header.positions[each] for each in ("college", "college_name") if each in header.positions]
        self._has_majors = not header.positions.keys().isdisjoint(("major", "major_name"))
        self._seen: Sequence[set[object]] = [set() for _ in _KEYS]
        self._repeated: dict[int, Sequence[Fault]] = {}
        self._names_each = True
        self._names_college: set[bool] = set()

    @property
    def found(self) -> Watched:
        """What was seen of all rows."""
        return Watched(self._repeated, self._names_each, len(self._names_college) > 1)

    def look(self, number: int, cells: Sequence[Cell]) -> None:
        """Takes in the keys of a row."""
        keys = self._plainly(cells) or self._read(cells)
        self._names_each = self._names_each and keys[0] is not None
        repeated = []
        for column, key, seen in zip(_KEYS, keys, self._seen, strict=True):
            if key in seen:
                repeated.append(column)
            elif key is not None:
                seen.add(key)
        if repeated:
            self._note(number, cells, repeated)
        if self._has_majors and len(self._names_college) < 2:
            named = (cells[at] for at in self._colleges if at < len(cells))
            self._names_college.add(not all(map(is_blank, named)))

    def _plainly(self, cells: Sequence[Cell]) -> Sequence[object]:
        """The keys of cells that mean themselves, as most do; nothing if one must be read."""
        keys: list[str | None] = []
        for place in self._places:
            cell = cells[place] if 0 <= place < len(cells) else None
            if cell is not None and not (isinstance(cell, str) and cell.isascii() and cell.isalnum()):
                return ()
            keys.append(cell)
        return (*keys[:2], keys[2] and keys[2].upper())

    def _read(self, cells: Sequence[Cell]) -> Sequence[object]:
        said = self._reader.read(cells, [])
        return [said.get(column) for column in _KEYS]

    def _note(self, number: int, cells: Sequence[Cell], columns: Sequence[str]) -> None:
        """Notes which of the keys of a row are an earlier one's; what is no number at all is none."""
        read = dict(zip(_KEYS, self._read(cells), strict=True))
        repeated = [column for column in columns if read[column] is not None]
        faults = [Fault(column, REPEATED) for column in repeated if column != "citizen_id"][:1]
        self._repeated[number] = [*faults, *([REPEATED_CITIZEN] if "citizen_id" in repeated else [])]


class RosterPlanner:
    """Reads, checks and seals the rows of one file. Remembers the keys of earlier chunks to find repeated ones."""

    def __init__(self, header: Header, task: RosterTask, cipher: FieldCipher) -> None:
        # of the lists that cells are read with, and that is stored with the rows, whatever is added meanwhile
        self.lists_version = CodeLists.load().version
        self._reader = RowReader(header, task.school_code, task.cohort)
        self._task = task
        self._school_code = task.school_code
        self._cohort = task.cohort
        self._cipher = cipher
        self._seen = SeenKeys()
        # what repeats an earlier row, by row, where that is known of the whole file
        self.repeated: Mapping[int, Sequence[Fault]] | None = None
        # then rows are checked as they are read, while the database stores those before; most are as they were or none
        self.expects_changes = False
        rules = task.school_code, task.cohort, CHECKS_VERSION, self.lists_version
        self._fingerprints = LineFingerprints(header, cipher, *rules)

    def read(self, chunk: Sequence[NumberedRow]) -> list[RosterRow]:
        """Some rows with their fingerprints and the numbers that name their graduates."""
        rows = self._reader.read(chunk)
        for row in rows:
            row.fingerprint = self._fingerprints.of(row.cells) or b""
        self._index(rows, [row.numbers for row in rows], "student_number")
        if self.expects_changes:
            self._check(rows)
        return rows

    def needs_book(self, rows: Sequence[RosterRow]) -> bool:
        """True if the school's units decide about rows that were checked: about their major, or about their college."""
        may_differ = any((row.known or row.is_sought) and not row.is_unchanged for row in rows)
        return bool(self._task.college_code) or (may_differ and not self._task.overwrites)

    def check(self, rows: Sequence[RosterRow], known: Mapping[bytes, KnownGraduate], book: UnitBook | None) -> None:
        """Finds each row's graduate by student number, and checks the rows that are not unchanged by themselves.

        `book` is needed where a known graduate has no college: the major may have got one since.
        """
        for row in rows:
            row.known = known.get(row.student_number_index or b"")
            if book and row.known and row.known.college_code is None:
                row.college_due = book.college_of_major(row.known.major_code) is not None
            if row.is_unchanged:
                # what it says is stored already
                row.given, row.units, row.indexes = {}, {}, {}
        changing = [row for row in rows if not row.is_unchanged]
        for some in batches([row for row in changing if row.own_faults is None]):
            self._check(some)
        for row in changing:
            row.faults += row.own_faults or ()
        self.expects_changes = 2 * len(changing) > len(rows)

    def _check(self, rows: Sequence[RosterRow]) -> None:
        self._reader.check(rows)
        for field in ("exam_number", "citizen_id"):
            self._index(rows, [row.given for row in rows], field)

    def _index(self, rows: Sequence[RosterRow], said: Sequence[Mapping[str, Any]], field: str) -> None:
        """Notes by what the graduates are found in a field of which rows say something."""
        name, found = f"{field}_index", self._cipher.blind_indexes(field, [given.get(field) for given in said])
        for row, given, index in zip(rows, said, found, strict=True):
            if field in given:
                row.indexes[name] = index

    def plan(self, rows: Sequence[RosterRow], others: OtherGraduates, data: DataCipher) -> list[RosterRow]:
        """The rows that may be stored; the others get their faults against the roster and the rows before them."""
        good = []
        for row in rows:
            if not row.is_unchanged:
                self._compare(row, others, data)
            row.faults += repeats(row, self._seen) if self.repeated is None else self.repeated.get(row.number, ())
            if others.by_exam_number:
                row.faults += exam_number_in_use(row, others.by_exam_number, self._task.college_code)
            owner = others.by_citizen_id.get(row.citizen_id_index or b"")
            # a row that found no graduate and creates none says nothing about the owner
            is_foreign = owner is not None and (row.known.id != owner.id if row.known else bool(row.student_number))
            if is_foreign and REPEATED_CITIZEN not in row.faults:
                row.faults.append(Fault("citizen_id", "citizen_id_in_use"))
            if self._task.college_code and others.book:
                row.faults += outside(row, self._task.college_code, others.book)
            if row.erased_by:
                # it may say what it will, and be there several times
                row.faults[:], row.warnings[:] = [], [Fault(row.erased_by, ERASED)]
            if not row.faults:
                row.continues = others.continued_by(row)
                good.append(row)
        return good

    def _compare(self, row: RosterRow, others: OtherGraduates, data: DataCipher) -> None:
        """Finds the graduate that a row names without a student number; what it says must agree with what is stored.

        With that of another college's nothing is compared.
        """
        if row.is_sought:
            self._find(row, others.sought(row))
        elif row.known is None and row.student_number and not self._reader.naming.has_names:
            row.faults.append(Fault("student_number", "unknown_graduate"))
        if is_foreign(row.known, self._task.college_code):
            return
        if row.known and (newest := others.newest.get(row.known.id)):
            row.newest, row.before, row.version = newest, content_of(data, newest), newest.version + 1
            self._reader.keep_masked(row)
            row.faults += moving_level(row)
        days = days_of(row.given, row.month_of_birth, row.before, self._cohort)
        row.faults += [Fault(*each) for each in said_by(row.given, days.contradictions)]
        if row.before and others.book and not self._task.overwrites:
            row.faults += differing(row, others.book)
        if not row.faults:
            odd = (*said_by(row.given, days.oddities), *doubts(row.given))
            row.warnings += [Fault(*each) for each in odd]

    def standing(self, row: RosterRow) -> Sequence[str]:
        """The columns of a planned row that say in clear what staff see masked of its graduate."""
        return () if is_foreign(row.known, self._task.college_code) else self._reader.standing(row)

    def seal(self, rows: Sequence[RosterRow], data: DataCipher) -> None:
        """Works out what the rows store but for the units, and seals it; a new graduate gets an id."""
        ids = random_ids(len(rows))
        for row, new_id in zip(rows, ids, strict=True):
            row.graduate_id = row.known.id if row.known else GraduateId(new_id)
            row.after = merged(row.before, row.given)
        self._index(rows, [row.given for row in rows], "phone")
        contents = [row.after for row in rows]
        names = cast(
            list[bytes], indexes_of_names(self._cipher, self._school_code, [each["name"] for each in contents])
        )
        persons = person_indexes(self._cipher, names, contents)
        for row, name, row.person_index in zip(rows, names, persons, strict=True):
            if "name" in row.given:
                row.indexes["name_index"] = name
        changing = [row for row in rows if row.known is None or row.after != row.before]
        documents = all_sealed(data, [(row.id, row.version, row.after) for row in changing])
        for row, document in zip(changing, documents, strict=True):
            row.sealed = document

    def _find(self, row: RosterRow, people: Sequence[KnownGraduate]) -> None:
        """The graduate that a row means among those with its number, or why none of them is it."""
        name = row.given.get("name")
        if not people:
            row.faults.append(Fault(row.named_by or "exam_number", "unknown_graduate"))
        elif len(people) > 1:
            row.faults.append(Fault("exam_number", "ambiguous"))
        elif name and not self._is_named(people[0], str(name)):
            row.faults.append(Fault("name", "name_mismatch"))
        else:
            row.known = people[0]

    def _is_named(self, known: KnownGraduate, name: str) -> bool:
        """True for a graduate of another college, too: the row is refused whatever name it has."""
        named = name_indexes(self._cipher, self._school_code, name)
        return known.name_index in named or is_foreign(known, self._task.college_code)


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
        column = "student_number" if row.student_number else row.named_by or "exam_number"
        keys.append((column, "graduate", row.known.id.bytes))
    repeated = [column for column, of, key in keys if seen.take(of, key, row.number)]
    if repeated:
        yield Fault(repeated[0], REPEATED)
    citizen = row.known.citizen_id_index if row.is_unchanged and row.known else row.citizen_id_index
    if citizen and seen.take("citizen_id", citizen, row.number):
        yield REPEATED_CITIZEN
