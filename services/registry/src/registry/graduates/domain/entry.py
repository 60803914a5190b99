"""A roster entry (生源信息): its fields, which of them are sealed, and its versions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import compress
from operator import ne
from types import NoneType
from typing import Any
from uuid import UUID

from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, SchoolCode
from registry.graduates.domain.photo_state import PhotoState
from registry.graduates.domain.self_check import SelfCheck


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


class HouseholdKind(StrEnum):
    """户籍性质: resident (居民) where the household register no longer tells town from country."""

    URBAN = "urban"
    RURAL = "rural"
    RESIDENT = "resident"


Given = Mapping[str, Any]
"""Fields that a request or a line names, by name: an absent field stays, None clears."""

CODE_LIST_OF: Mapping[str, str] = {
    "document_type_code": "document-type",
    "sex_code": "sex",
    "ethnicity_code": "ethnicity",
    "political_status_code": "political-status",
    "education_level_code": "education-level",
    "origin_place_code": "division",
    "training_mode_code": "training-mode",
    "teacher_training_code": "teacher-training",
    "hardship_code": "hardship",
    "admission_mode_code": "admission-mode",
    "commissioning_place_code": "division",
    "household_place_code": "division",
    "marital_status_code": "marital-status",
    "health_status_code": "health-status",
}
"""Which list gives each coded field its meaning."""

PLACES = tuple(field for field, code_list in CODE_LIST_OF.items() if code_list == "division")
"""Coded fields whose list is never whole: it takes a well-formed code that it lacks."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One graduate's entry in clear, its fields in the order of the contract.

    It lives in memory only, never in a log or an event.
    """

    student_number: str
    name: str
    exam_number: str | None = None
    citizen_id: str | None = None
    phone: str | None = None
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
    document_type_code: str | None = None
    campus: str | None = None
    admission_mode_code: str | None = None
    higher_vocational: bool | None = None
    commissioning_place_code: str | None = None
    household_place_code: str | None = None
    household_address: str | None = None
    household_kind: str | None = None
    household_moved_in: bool | None = None
    prior_police_station: str | None = None
    prior_file_unit: str | None = None
    file_moved_in: bool | None = None
    marital_status_code: str | None = None
    health_status_code: str | None = None
    qualification: str | None = None
    home_phone: str | None = None
    email: str | None = None
    residence_address: str | None = None
    status: str = Status.REGISTERED

    def __repr__(self) -> str:
        return "Entry(…)"


FIELDS = tuple(each.name for each in fields(Entry))
"""Names of all fields, in the order of the contract."""

CLEAR = (
    "college_code",
    "major_code",
    "class_code",
    "sex_code",
    "ethnicity_code",
    "education_level_code",
    "origin_place_code",
    "urban_rural",
    "training_mode_code",
    "teacher_training_code",
    "hardship_code",
    "study_form",
    "status",
)
"""Names of the fields that stand in columns of their own: codes that events may carry."""

OF_ERASED: Mapping[str, Any] = dict.fromkeys(("student_number", "name"))
"""What an erased entry has, and it alone, for the fields that must have a value."""

SEALED = tuple(field for field in FIELDS if field not in CLEAR)
"""Names of the fields that are stored in the sealed document alone."""

TEXTS = (
    "major_direction",
    "commissioning_unit",
    "campus",
    "household_address",
    "prior_police_station",
    "prior_file_unit",
    "qualification",
    "residence_address",
)
"""Names of the fields that hold any text, of at most `MAX_TEXT` characters."""

MAX_TEXT = 200

INDEXED = ("student_number", "exam_number", "name", "citizen_id", "phone")
"""Sealed fields that a graduate is found by, through a keyed index."""


class Source(StrEnum):
    """By which door a version came in."""

    IMPORT = "import"
    OFFICER = "officer"
    GRADUATE = "graduate"
    CORRECTION = "correction"
    POPULATION_CHANGE = "population_change"
    ERASURE = "erasure"


@dataclass(frozen=True, kw_only=True)
class StoredGraduate:
    """毕业生: a graduate's newest version, its entry opened; `data_key_id` names the key that seals it.

    A `restricted` one is neither shown in clear nor given away. Of one that is erased, since `erased_at`, the entry has
    its codes and the day counts; what was sealed is gone, and no key seals it.

    `continues` is the earlier entry of who graduates later, or from here after another school, if the reader sees it.
    `unread` are fields that a later release, which runs beside this one, has sealed: the next version keeps them.
    """

    id: GraduateId
    school_code: SchoolCode
    cohort: Cohort
    entry: Entry
    data_key_id: UUID | None
    version: int
    sequence: int
    decided_on: date
    recorded_at: datetime
    code_lists_version: str
    continues: GraduateId | None = None
    self_check: SelfCheck = SelfCheck.UNCONFIRMED
    photo_state: PhotoState = PhotoState.NONE
    restricted: bool = False
    erased_at: datetime | None = None
    unread: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Filters:
    """How a list of graduates is narrowed; None does not narrow."""

    school_code: SchoolCode | None = None
    cohort: Cohort | None = None
    college_code: CollegeCode | None = None
    major_code: MajorCode | None = None
    class_code: ClassCode | None = None
    status: str | None = None
    self_check: str | None = None
    photo_state: str | None = None
    restricted: bool | None = None


def changed_fields(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[str, ...]:
    """Names of the fields that differ; all that have a value for a first version, which has nothing before."""
    if not before:
        return filled_fields(after)
    return tuple(compress(FIELDS, map(ne, map(before.get, FIELDS), map(after.get, FIELDS))))


def filled_fields(content: Mapping[str, object]) -> tuple[str, ...]:
    """Names of the fields that have a value."""
    if NoneType in map(type, content.values()):
        return _in_order(tuple(field for field, value in content.items() if value is not None))
    return _in_order(tuple(content))


@lru_cache(maxsize=256)
def _in_order(given: tuple[str, ...]) -> tuple[str, ...]:
    """The same of new entries: most of a file's rows fill the same fields."""
    return tuple(field for field in FIELDS if field in given)
