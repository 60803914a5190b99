"""A roster entry as an event of the graduate topic, without anything personal."""

from collections.abc import Mapping, Sequence
from typing import Any

from common.contracts import OutgoingEvent, graduate
from registry.graduates.domain import COUNTED

PUBLISHED = (
    "college_code",
    "major_code",
    "class_code",
    "education_level_code",
    "sex_code",
    "origin_place_code",
    "ethnicity_code",
    "hardship_code",
    "training_mode_code",
    "teacher_training_code",
    "study_form",
)
"""Content that events carry."""


def graduate_changed(row: Mapping[str, Any], status_before: str | None, changed: Sequence[str]) -> OutgoingEvent:
    """The event that a stored row announces; a first version is always `registered`."""
    data = graduate.GraduateData(
        graduate_id=row["id"],
        version=row["version"],
        school_code=row["school_code"],
        cohort=row["cohort"],
        status=graduate.GraduateStatus(row["status"]),
        decided_on=row["decided_on"],
        recorded_at=row["recorded_at"],
        changed_fields=tuple(changed),
        **{field: row[field] for field in PUBLISHED},
    )
    return OutgoingEvent(
        topic=graduate.TOPIC,
        key=str(row["id"]),
        sequence=row["sequence"],
        type=_type(status_before, row["status"]),
        school_code=row["school_code"],
        decided_on=row["decided_on"],
        data=data,
    )


def _type(before: str | None, after: str) -> str:
    if before is None:
        return graduate.REGISTERED
    return graduate.WITHDRAWN if before in COUNTED and after not in COUNTED else graduate.CHANGED
