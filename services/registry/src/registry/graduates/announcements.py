"""A roster entry as an event of the graduate topic, without anything personal."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

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

NAMING = ("student_number", "exam_number", "name")
"""What files name a graduate by. Events carry none of it, but tell that it changed: what another service remembers of a
line of a file holds until the next event of the graduate whom it named. What counts is the same as before, so a change
of these alone takes a sequence and leaves the day: else a name corrected today would hold back what counts since."""

STATED = frozenset({"status", *PUBLISHED})
"""Fields whose change moves the day from which a version counts."""

ANNOUNCED = STATED | frozenset(NAMING)
"""Fields by whose change a version is announced; one that changes others alone takes no sequence."""


def is_announced(changed: Collection[str]) -> bool:
    """True if a version that changes these fields is announced."""
    return not ANNOUNCED.isdisjoint(changed)


def moves_day(changed: Collection[str]) -> bool:
    """True if a version that changes these fields counts from its own day, not from that of the version before."""
    return not STATED.isdisjoint(changed)


def carried(content: Mapping[str, Any]) -> dict[str, Any]:
    """What of an entry's content an event says."""
    status = graduate.GraduateStatus(content["status"])
    return {"status": status, "counted": counts(status), **{field: content.get(field) for field in PUBLISHED}}


def type_of(status_before: str | None, status: str) -> str:
    """The type of the event of a version; that of a first one, without a status before, is `registered`."""
    if status_before is None:
        return graduate.REGISTERED
    # leaving the population is a withdrawal, whichever act brought it about
    return graduate.WITHDRAWN if leaves_population(status_before, status) else graduate.CHANGED


def graduate_changed(stored: StoredGraduate, status_before: str | None, changed: Sequence[str]) -> OutgoingEvent:
    """The event that a stored graduate announces."""
    data = graduate.GraduateData(
        graduate_id=stored.id,
        version=stored.version,
        school_code=stored.school_code,
        cohort=stored.cohort,
        decided_on=stored.decided_on,
        recorded_at=stored.recorded_at,
        changed_fields=tuple(changed),
        **carried(vars(stored.entry)),
    )
    return OutgoingEvent(
        topic=graduate.TOPIC,
        key=str(stored.id),
        sequence=stored.sequence,
        type=type_of(status_before, stored.entry.status),
        school_code=stored.school_code,
        decided_on=stored.decided_on,
        data=data,
    )


def change_token(stored: StoredGraduate) -> ChangeToken:
    """The newest change of a graduate that was published."""
    return ChangeToken(graduate.TOPIC, stored.school_code, str(stored.id), stored.sequence)
