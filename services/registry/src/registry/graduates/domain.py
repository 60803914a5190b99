"""Rules about one graduate's roster entry (生源信息): its fields, status, days, and what must fit together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum

from common.codes import CodeLists
from common.errors import Conflict, Message
from registry.graduates.identity import birth_date


class Status(StrEnum):
    """学籍状态: registered and completed (结业) belong to the population N, the others do not."""

    REGISTERED = "registered"
    COMPLETED = "completed"
    EXTENDED = "extended"
    WITHDRAWN = "withdrawn"
    DECEASED = "deceased"
    TRANSFERRED = "transferred"


class StudyForm(StrEnum):
    """学习形式."""

    FULL_TIME = "full_time"
    PART_TIME = "part_time"


class UrbanRural(StrEnum):
    """城乡生源."""

    URBAN = "urban"
    RURAL = "rural"


COUNTED = frozenset({Status.REGISTERED, Status.COMPLETED})
"""Statuses in N."""

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

REASONS: Mapping[str, Status] = {
    "extended": Status.EXTENDED,
    "延期毕业": Status.EXTENDED,
    "deceased": Status.DECEASED,
    "死亡": Status.DECEASED,
    "transferred": Status.TRANSFERRED,
    "转学": Status.TRANSFERRED,
    "转出": Status.TRANSFERRED,
}
"""Reasons of a withdrawal that have a status of their own; every other reason is `withdrawn`."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One graduate's roster entry, personal fields in clear: it lives in memory only, never in a log or an event."""

    student_number: str
    name: str
    exam_number: str | None = None
    citizen_id: str | None = None
    phone: str | None = None
    college_code: str | None = None
    major_code: str | None = None
    class_code: str | None = None
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

    def __repr__(self) -> str:
        return "Entry(…)"


FIELDS = tuple(field.name for field in fields(Entry))
"""Names of all fields, in the order of the contract."""

PERSONAL = ("name", "citizen_id", "phone")
"""Fields that are stored encrypted and answered masked."""


def first_day(cohort: int) -> date:
    """The day from which a first roster version counts: the start of the cohort's season."""
    return date(cohort - 1, 9, 1)


def status_of_level(level_code: str | None) -> Status:
    """The status that an education level says by itself: 结业 is completed, 肄业 has left."""
    level = CodeLists.load().get("education-level").lookup(level_code) if level_code else None
    outcome = level.attributes["outcome"] if level else "graduated"
    return {"completed": Status.COMPLETED, "left": Status.WITHDRAWN}.get(outcome, Status.REGISTERED)


def levels_with_status(status: Status) -> tuple[str, ...]:
    """The education levels that say this status by themselves."""
    codes = CodeLists.load().get("education-level").codes()
    return tuple(code for code in codes if status_of_level(code) is status)


def status_after(before: Entry, level_code: str | None) -> str:
    """The status after a change of the level: it follows as long as nobody has decided another one."""
    follows = before.status == status_of_level(before.education_level_code)
    return status_of_level(level_code) if follows else before.status


def changed_fields(before: Entry | None, after: Entry) -> tuple[str, ...]:
    """Names of the fields that differ; all that have a value for a first version."""
    if before is None:
        return tuple(field for field in FIELDS if getattr(after, field) is not None)
    return tuple(field for field in FIELDS if getattr(before, field) != getattr(after, field))


def broken_rules(
    citizen_id: str | None, born: date | None, enrolled_on: date | None, graduated_on: date | None
) -> Iterator[tuple[str, str]]:
    """Field and rule of every contradiction between values that are right by themselves."""
    if citizen_id and born and birth_date(citizen_id) not in {None, born}:
        yield "birth_date", "birth_date_matches_citizen_id"
    if enrolled_on and graduated_on and graduated_on < enrolled_on:
        yield "graduated_on", "graduated_after_enrolled"


def withdrawal(status: str, reason: str) -> Status:
    """The status that a withdrawal for this reason leads to; a graduate who has left cannot leave again."""
    if status not in COUNTED:
        raise not_in_population(status)
    return REASONS.get(reason.strip(), Status.WITHDRAWN)


def not_in_population(status: str) -> Conflict:
    """The refusal of an act that only somebody in N can undergo."""
    return Conflict(
        "graduate_withdrawn",
        Message("该毕业生已不在毕业生总数内", "The graduate has left the population"),
        state=status,
        allowed_transitions=[],
    )
