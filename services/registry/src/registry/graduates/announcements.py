"""A roster entry as an event of the graduate topic, without anything personal."""

from collections.abc import Sequence

from common.contracts import ChangeToken, OutgoingEvent, graduate
from registry.graduates.domain.entry import StoredGraduate
from registry.graduates.domain.population import counts, leaves_population

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


def graduate_changed(stored: StoredGraduate, status_before: str | None, changed: Sequence[str]) -> OutgoingEvent:
    """The event that a stored graduate announces; that of a first version, without a status before, is `registered`."""
    if status_before is None:
        kind = graduate.REGISTERED
    else:
        # leaving the population is a withdrawal, whichever act brought it about
        kind = graduate.WITHDRAWN if leaves_population(status_before, stored.status) else graduate.CHANGED
    data = graduate.GraduateData(
        graduate_id=stored.id,
        version=stored.version,
        school_code=stored.school_code,
        cohort=stored.cohort,
        status=graduate.GraduateStatus(stored.status),
        counted=counts(stored.status),
        decided_on=stored.decided_on,
        recorded_at=stored.recorded_at,
        changed_fields=tuple(changed),
        **{field: getattr(stored, field) for field in PUBLISHED},
    )
    return OutgoingEvent(
        topic=graduate.TOPIC,
        key=str(stored.id),
        sequence=stored.sequence,
        type=kind,
        school_code=stored.school_code,
        decided_on=stored.decided_on,
        data=data,
    )


def change_token(stored: StoredGraduate) -> ChangeToken:
    """The change that a graduate's newest version published."""
    return ChangeToken(graduate.TOPIC, stored.school_code, str(stored.id), stored.sequence)
