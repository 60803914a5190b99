"""Graduates of the roster whom rows of a file mean, and numbers whose person is erased. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from common.identifiers import GraduateId
from common.sql import Row
from registry.graduates.domain.unit_book import UnitBook
from registry.graduates.imports.rows import KnownGraduate, RosterRow
from registry.graduates.storage.erased_numbers import HASHED, Number

ERASED = "erased_person"
"""The rule that warns of a row of an erased person."""


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
