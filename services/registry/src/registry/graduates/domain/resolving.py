"""Which graduate a row of a spreadsheet means, for services that may know neither numbers nor names."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Self, TypeAlias

from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, SchoolCode

Unresolved: TypeAlias = Literal["not_found", "ambiguous", "name_mismatch", "erased"]
"""Why a row means no graduate."""


@dataclass(frozen=True)
class NamedRow:
    """How one row names a person: each number as its blind index, the name as all that may find it.

    `numbers` are what stands behind the indexes, with their fields. A `nameless` row is of a file without names, where
    the examinee number alone says whom it means.
    """

    row: int
    student_number_index: bytes | None
    exam_number_index: bytes | None
    name_indexes: Collection[bytes]
    citizen_id_index: bytes | None = None
    numbers: Collection[tuple[str, str]] = field(default=(), repr=False)
    nameless: bool = False

    @property
    def by_exam_number_alone(self) -> bool:
        """True if no name need agree."""
        return self.nameless and self.student_number_index is None and self.exam_number_index is not None


@dataclass(frozen=True)
class RosterPerson:
    """What of a graduate resolves a row, and what the asking service learns of it."""

    id: GraduateId
    sequence: int
    school_code: SchoolCode
    cohort: Cohort
    college_code: CollegeCode | None
    major_code: MajorCode | None
    class_code: ClassCode | None
    education_level_code: str | None
    training_mode_code: str | None
    status: str
    student_number_index: bytes
    exam_number_index: bytes | None
    citizen_id_index: bytes | None
    name_index: bytes


People = Mapping[bytes, Sequence[RosterPerson]]
"""Graduates of one roster by the index of one of their numbers."""


@dataclass(frozen=True)
class PeopleNamed:
    """The graduates of one roster whom rows name, by each of the numbers.

    `erased` are the numbers of an erased person among those of rows that found none.
    """

    by_student_number: People
    by_exam_number: People
    by_citizen_id: People
    erased: Collection[tuple[str, str]] = field(default=(), repr=False)

    @property
    def ids(self) -> set[GraduateId]:
        """Of all of them."""
        by_number = (self.by_student_number, self.by_exam_number, self.by_citizen_id)
        return {person.id for each in by_number for people in each.values() for person in people}

    def among(self, ids: Collection[GraduateId]) -> Self:
        """Those of them who have one of the ids."""

        def kept(people: People) -> People:
            return {index: [each for each in found if each.id in ids] for index, found in people.items()}

        return type(self)(
            kept(self.by_student_number), kept(self.by_exam_number), kept(self.by_citizen_id), self.erased
        )

    def meant_by(self, row: NamedRow) -> Sequence[RosterPerson]:
        """Those with the number that comes first: the student number, else the examinee number, else the citizen id."""
        if row.student_number_index:
            return self.by_student_number.get(row.student_number_index, ())
        if row.exam_number_index:
            return self.by_exam_number.get(row.exam_number_index, ())
        return self.by_citizen_id.get(row.citizen_id_index or b"", ())

    def is_erased(self, row: NamedRow) -> bool:
        """True if a number of a row that found none was an erased person's."""
        return any(each in self.erased for each in row.numbers)

    def contradicts(self, row: NamedRow, person: RosterPerson) -> bool:
        """True if the citizen id of a row is another one than the person's, or another person's."""
        if row.citizen_id_index in (None, person.citizen_id_index):
            return False
        return person.citizen_id_index is not None or row.citizen_id_index in self.by_citizen_id


def resolved(row: NamedRow, named: PeopleNamed) -> RosterPerson | Unresolved:
    """The graduate of a row; the name must agree, if the file has one, and a citizen id must be the same person's."""
    people = named.meant_by(row)
    if not people:
        return "erased" if named.is_erased(row) else "not_found"
    if len(people) > 1:
        return "ambiguous"
    if named.contradicts(row, people[0]):
        return "ambiguous"
    is_meant = row.by_exam_number_alone or people[0].name_index in row.name_indexes
    return people[0] if is_meant else "name_mismatch"
