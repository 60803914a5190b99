"""A roster entry as an event of the graduate topic, without anything personal."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from common.announcing import Roster
from common.contracts import ChangeToken, OutgoingEvent, graduate
from registry.graduates.domain.entry import StoredGraduate
from registry.graduates.domain.population import counts, leaves_population
from registry.graduates.storage.announced import Numbered, Stated

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
    "urban_rural",
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


def carried(content: Mapping[str, Any], *, erased: bool = False) -> dict[str, Any]:
    """What of an entry's content an event says."""
    status = graduate.GraduateStatus(content["status"])
    said = {field: content.get(field) for field in PUBLISHED}
    return {"status": status, "counted": counts(status), "erased": erased, **said}


def is_said(stated: Stated) -> bool:
    """True if the newest event of a graduate says all that events say today of what stands."""
    return carried(stated.content, erased=stated.erased).items() <= stated.newest_event.items()


def type_of(status_before: str | None, status: str) -> str:
    """The type of the event of a version; that of a first one, without a status before, is `registered`."""
    if status_before is None:
        return graduate.REGISTERED
    # leaving the population is a withdrawal, whichever act brought it about
    return graduate.WITHDRAWN if leaves_population(status_before, status) else graduate.CHANGED


def graduate_changed(stored: StoredGraduate, status_before: str | None, changed: Sequence[str]) -> OutgoingEvent:
    """The event that a stored graduate announces."""
    kind = type_of(status_before, stored.entry.status)
    return _event(kind, Roster(stored.school_code, stored.cohort), stored, vars(stored.entry), changed)


def graduate_erased(stored: StoredGraduate) -> OutgoingEvent:
    """The event that an erased graduate announces: what counts is as before."""
    roster = Roster(stored.school_code, stored.cohort)
    return _event(graduate.ERASED, roster, stored, vars(stored.entry), ("erased",), erased=True)


def stated_again(roster: Roster, numbered: Numbered) -> OutgoingEvent:
    """The event that says once more what stands of a graduate: nothing has changed, and the day is the same."""
    kind = graduate.ERASED if numbered.erased else graduate.CHANGED
    return _event(kind, roster, numbered, numbered.content, (), erased=numbered.erased)


def _event(
    kind: str,
    roster: Roster,
    of: StoredGraduate | Numbered,
    content: Mapping[str, Any],
    changed: Sequence[str],
    *,
    erased: bool = False,
) -> OutgoingEvent:
    data = graduate.GraduateData(
        graduate_id=of.id,
        version=of.version,
        school_code=roster.school_code,
        cohort=roster.cohort,
        decided_on=of.decided_on,
        recorded_at=of.recorded_at,
        changed_fields=tuple(changed),
        **carried(content, erased=erased),
    )
    return OutgoingEvent(
        topic=graduate.TOPIC,
        key=str(of.id),
        sequence=of.sequence,
        type=kind,
        school_code=roster.school_code,
        decided_on=of.decided_on,
        data=data,
    )


def change_token(stored: StoredGraduate) -> ChangeToken:
    """The newest change of a graduate that was published."""
    return ChangeToken(graduate.TOPIC, stored.school_code, str(stored.id), stored.sequence)
