"""Which graduate a row of a spreadsheet means, for services that may know neither numbers nor names."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, SchoolCode

Unresolved: TypeAlias = Literal["not_found", "ambiguous", "name_mismatch"]
"""Why a row means no graduate."""


@dataclass(frozen=True)
class NamedRow:
    """How one row names a person: numbers as stored, the name as its blind indexes."""

    row: int
    student_number: str | None
    exam_number: str | None
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
    student_number: str
    exam_number: str | None
    name_index: bytes


People = Mapping[str, Sequence[RosterPerson]]
"""Graduates of one roster by one of their numbers."""


def resolved(row: NamedRow, by_student_number: People, by_exam_number: People) -> RosterPerson | Unresolved:
    """The graduate of a row: by student number, else by examinee number, and the name must agree."""
    if row.student_number:
        people = by_student_number.get(row.student_number, ())
    else:
        people = by_exam_number.get(row.exam_number or "", ())
    if len(people) != 1:
        return "ambiguous" if people else "not_found"
    return people[0] if people[0].name_index in row.name_indexes else "name_mismatch"
