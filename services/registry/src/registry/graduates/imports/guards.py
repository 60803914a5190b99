"""What a row may not do although it is right by itself.

It may not overwrite the student register, take another's number, leave the college, move the population, or bring an
erased person back. Pure.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from common.identifiers import GraduateId
from common.identity import comparable_name
from common.imports import REPEATED, Fault, Task
from common.sql import Row
from registry.graduates.domain.editing import overwritten
from registry.graduates.domain.merging import placed
from registry.graduates.domain.population import moves_by_level
from registry.graduates.domain.unit_book import UnitBook, UnitNamed
from registry.graduates.imports.columns import FIELDS
from registry.graduates.imports.rows import KnownGraduate, RosterRow
from registry.graduates.storage.erased_numbers import HASHED, Number
from registry.organisation.domain import Kind

ERASED = "erased_person"
"""The rule that warns of a row of an erased person."""


@dataclass(frozen=True, kw_only=True)
class RosterTask(Task):
    """The roster of one cohort; `college_code` is the one that rows must be of, since its officer sends them."""

    authoritative: str = "refuse"
    college_code: str | None = None

    @property
    def overwrites(self) -> bool:
        """True if the file counts more than what the student register says."""
        return self.authoritative == "accept"


@dataclass(frozen=True)
class OtherGraduates:
    """Graduates that rows mean by other keys than the student number, and what is stored of those that may change.

    `book` has the school's units, where it decides about a row. `continued` are entries of earlier cohorts or other
    schools that new ones continue, by student number or citizen id.
    """

    by_exam_number: Mapping[bytes, Sequence[KnownGraduate]] = field(default_factory=dict)
    by_citizen_id: Mapping[bytes, KnownGraduate] = field(default_factory=dict)
    newest: Mapping[GraduateId, Row] = field(default_factory=dict)
    book: UnitBook | None = None
    continued: Mapping[bytes, GraduateId] = field(default_factory=dict)

    def sought(self, row: RosterRow) -> Sequence[KnownGraduate]:
        """The graduates that a row names without a student number: those with its examinee number, if there are any."""
        found = self.by_exam_number.get(row.indexes.get("exam_number_index") or b"", ())
        owner = self.by_citizen_id.get(row.citizen_id_index or b"")
        return found or ([owner] if owner and row.by_document else ())

    def unheld(self, row: RosterRow) -> Iterator[Number]:
        """The numbers of a row, with their fields, that no graduate of the roster has."""
        holders = {
            "student_number": row.known,
            "exam_number": self.by_exam_number.get(row.indexes.get("exam_number_index") or b""),
            "citizen_id": self.by_citizen_id.get(row.citizen_id_index or b""),
        }
        return ((each, str(row.given[each])) for each, held in holders.items() if row.given.get(each) and not held)

    def continued_by(self, row: RosterRow) -> GraduateId | None:
        """The earlier entry that a new graduate's row continues: with its citizen id, else with its student number."""
        if row.known or not self.continued:
            return None
        by_citizen_id = self.continued.get(row.citizen_id_index or b"")
        return by_citizen_id or self.continued.get(row.student_number_index or b"")

    def mark(self, rows: Iterable[RosterRow], erased: Collection[Number]) -> None:
        """Lets rows change nothing that name an erased person."""
        for row in rows:
            row.erased_by = next((number[0] for number in self.unheld(row) if number in erased), None)
            if row.erased_by:
                row.given, row.units = {}, {}


def taken(row: RosterRow) -> Iterator[Number]:
    """The numbers that a stored row has given its graduate, with their fields."""
    for field_name in HASHED:
        number, index = row.given.get(field_name), row.indexes.get(f"{field_name}_index")
        if number and (row.newest is None or row.newest[f"{field_name}_index"] != index):
            yield field_name, str(number)


def differing(row: RosterRow, book: UnitBook) -> Iterator[Fault]:
    """The faults of a row that would overwrite filled fields of the student register.

    Another spelling of the same name is none, and the stored one stays. A major that has a code already keeps it from
    now on, whatever units the rows before this one bring.
    """
    after = dict(row.given)
    if "major" in row.units:
        after["major_code"] = _settled(row, Kind.MAJOR, book)
    if "name" in after and comparable_name(str(after["name"])) == comparable_name(row.before["name"]):
        after["name"] = row.given["name"] = row.before["name"]
    faulty = {fault.column for fault in row.faults}
    for column in map(FIELDS.__getitem__, overwritten(row.before, after)):
        if column not in faulty:
            yield Fault(column, "authoritative_differs")


def is_foreign(known: KnownGraduate | None, own_college: str | None) -> bool:
    """True for a graduate of another college than the officer's who sends the file; None is an officer of the school.

    The row is refused whatever it says, and no other fault of it may show what is stored.
    """
    return own_college is not None and known is not None and known.college_code != own_college


def outside(row: RosterRow, own_college: str, book: UnitBook) -> Iterator[Fault]:
    """The fault of a row whose graduate is in another college than the officer who sends it, or would be."""
    if is_foreign(row.known, own_college):
        yield Fault(row.named_by or "student_number", "not_editable")
    elif not row.is_unchanged and not row.faults and _college_after(row, own_college, book) != own_college:
        yield Fault("college", "not_editable")


def exam_number_in_use(
    row: RosterRow, holders: Mapping[bytes, Sequence[KnownGraduate]], own_college: str | None
) -> Iterator[Fault]:
    """The fault of a row whose student number is another's than its examinee number is, as one issued anew.

    Who shares an examinee number since before they were unique may keep it. A holder of another college is not named.
    """
    number = row.indexes.get("exam_number_index")
    if row.student_number and number and not (row.known and row.known.exam_number_index == number):
        others = (each for each in holders.get(number, ()) if row.known is None or each.id != row.known.id)
        if (other := next(others, None)) and Fault("exam_number", REPEATED) not in row.faults:
            against = None if is_foreign(other, own_college) else str(other.id)
            yield Fault("exam_number", "exam_number_in_use", against)


def moving_level(row: RosterRow) -> Iterator[Fault]:
    """The fault of a row whose education level would take its graduate into or out of the population."""
    if row.before and "education_level_code" in row.given:
        level = row.given["education_level_code"]
        if moves_by_level(row.before, None if level is None else str(level)):
            yield Fault("education_level", "needs_population_change")


def _college_after(row: RosterRow, own_college: str, book: UnitBook) -> str | None:
    """The college of the graduate once the row is stored; a new one that its major brings there keeps it."""
    codes = {f"{unit}_code": _settled(row, Kind(unit), book) for unit in row.units if unit != Kind.CLASS}
    before = {"college_code": row.known.college_code, "major_code": row.known.major_code} if row.known else {}
    after = placed(before, codes, book.college_of_major(codes.get("major_code"))).get("college_code")
    if row.known is None and after == own_college:
        row.units.setdefault("college", UnitNamed(own_college, None))
    return after


def _settled(row: RosterRow, kind: Kind, book: UnitBook) -> str | None:
    """The code of a unit that a row names, by which the row names it from now on; None where it names or finds none."""
    named = book.with_own(row.units, row.before).get(kind)
    code = book.code_named(kind, named) if named else None
    if named and code:
        row.units[kind] = named._replace(code=code)
    return code
