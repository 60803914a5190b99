"""A roster entry (生源信息): its fields, in clear and as stored, and what must fit together."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, SchoolCode


class Status(StrEnum):
    """学籍状态: registered and completed (结业) belong to the population N, the others do not."""

    REGISTERED = "registered"
    COMPLETED = "completed"
    EXTENDED = "extended"
    WITHDRAWN = "withdrawn"
    DECEASED = "deceased"
    TRANSFERRED = "transferred"
    EXCLUDED = "excluded"


class StudyForm(StrEnum):
    """学习形式."""

    FULL_TIME = "full_time"
    PART_TIME = "part_time"


class UrbanRural(StrEnum):
    """城乡生源."""

    URBAN = "urban"
    RURAL = "rural"


Given = Mapping[str, Any]
"""Fields that a request or a line names, by name: an absent field stays, None clears."""

CODE_LIST_OF: Mapping[str, str] = {
    "sex_code": "sex",
    "ethnicity_code": "ethnicity",
    "political_status_code": "political-status",
    "education_level_code": "education-level",
    "origin_place_code": "division",
    "training_mode_code": "training-mode",
    "teacher_training_code": "teacher-training",
    "hardship_code": "hardship",
}
"""Which list gives each coded field its meaning."""


@dataclass(frozen=True, kw_only=True)
class ClearFields:
    """The fields of an entry that are stored as they are."""

    student_number: str
    exam_number: str | None = None
    college_code: CollegeCode | None = None
    major_code: MajorCode | None = None
    class_code: ClassCode | None = None
    sex_code: str | None = None
    birth_date: date | None = None
    ethnicity_code: str | None = None
    political_status_code: str | None = None
    education_level_code: str | None = None
    origin_place_code: str | None = None
    urban_rural: str | None = None
    training_mode_code: str | None = None
    teacher_training_code: str | None = None
    hardship_code: str | None = None
    study_form: str | None = None
    enrolled_on: date | None = None
    graduated_on: date | None = None
    major_direction: str | None = None
    commissioning_unit: str | None = None
    duration_years: Decimal | None = None
    status: str = Status.REGISTERED


CLEAR = tuple(field.name for field in fields(ClearFields))
"""Names of the fields that are stored as they are; `status` is the last."""

PERSONAL = ("name", "citizen_id", "phone")
"""Names of the fields that are stored encrypted and answered masked."""

FIELDS = ("student_number", "name", "exam_number", "citizen_id", "phone", *CLEAR[2:])
"""Names of all fields, in the order of the contract."""


@dataclass(frozen=True, kw_only=True)
class Entry(ClearFields):
    """One graduate's entry with the personal fields in clear: it lives in memory only, never in a log or an event."""

    name: str
    citizen_id: str | None = None
    phone: str | None = None

    def __repr__(self) -> str:
        return "Entry(…)"


@dataclass(frozen=True, kw_only=True)
class StoredGraduate(ClearFields):
    """毕业生: a graduate's newest version as stored, the personal fields as ciphertexts bound to `id`."""

    id: GraduateId
    school_code: SchoolCode
    cohort: Cohort
    name_cipher: bytes
    name_index: bytes
    citizen_id_cipher: bytes | None
    citizen_id_index: bytes | None
    phone_cipher: bytes | None
    version: int
    sequence: int
    decided_on: date
    recorded_at: datetime
    code_lists_version: str


@dataclass(frozen=True, kw_only=True)
class StoredVersion:
    """One version of a graduate's history: the act, its role, the fields it changed, the day from which it counts."""

    version: int
    sequence: int
    action: str
    role: str
    status: str
    college_code: CollegeCode | None
    major_code: MajorCode | None
    class_code: ClassCode | None
    education_level_code: str | None
    changed_fields: list[str]
    decided_on: date
    recorded_at: datetime


@dataclass(frozen=True)
class Filters:
    """How a list of graduates is narrowed; None does not narrow."""

    school_code: SchoolCode | None = None
    cohort: Cohort | None = None
    college_code: CollegeCode | None = None
    major_code: MajorCode | None = None
    class_code: ClassCode | None = None
    status: str | None = None


def changed_fields(before: Entry | None, after: Entry) -> tuple[str, ...]:
    """Names of the fields that differ; all that have a value for a first version."""
    if before is None:
        return tuple(field for field in FIELDS if getattr(after, field) is not None)
    return tuple(field for field in FIELDS if getattr(before, field) != getattr(after, field))
