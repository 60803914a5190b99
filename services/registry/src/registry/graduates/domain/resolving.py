"""Which graduate a row of a spreadsheet means, for services that may know neither numbers nor names."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, SchoolCode

Unresolved: TypeAlias = Literal["not_found", "ambiguous", "name_mismatch"]
"""Why a row means no graduate."""


@dataclass(frozen=True)
class NamedRow:
    """How one row names a person: each number as its blind index, the name as all that may find it."""

    row: int
    student_number_index: bytes | None
    exam_number_index: bytes | None
    name_indexes: Collection[bytes]


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
    status: str
    student_number_index: bytes
    exam_number_index: bytes | None
    name_index: bytes


People = Mapping[bytes, Sequence[RosterPerson]]
"""Graduates of one roster by the index of one of their numbers."""


def resolved(row: NamedRow, by_student_number: People, by_exam_number: People) -> RosterPerson | Unresolved:
    """The graduate of a row: by student number, else by examinee number, and the name must agree."""
    if row.student_number_index:
        people = by_student_number.get(row.student_number_index, ())
    else:
        people = by_exam_number.get(row.exam_number_index or b"", ())
    if len(people) != 1:
        return "ambiguous" if people else "not_found"
    return people[0] if people[0].name_index in row.name_indexes else "name_mismatch"
