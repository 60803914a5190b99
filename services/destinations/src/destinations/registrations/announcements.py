"""Registration → event contract. What is personal stays here: employers, addresses, reasons, schools abroad."""

from __future__ import annotations

from collections.abc import Mapping

from common.codes import CodeLists
from common.contracts import OutgoingEvent
from common.contracts import registration as contract
from destinations.registrations.domain.content import changed_fields
from destinations.registrations.domain.fields import is_flexible
from destinations.registrations.domain.registration import Announcement, Change, Registration

TYPES: Mapping[Announcement, str] = {
    Announcement.DECIDED: contract.DECIDED,
    Announcement.CHANGED: contract.CHANGED,
    Announcement.VOIDED: contract.VOIDED,
    Announcement.CONFIRMED: contract.CONFIRMED,
    Announcement.DISPUTED: contract.DISPUTED,
}


def to_event(before: Registration | None, after: Registration, change: Change, sequence: int) -> OutgoingEvent | None:
    """The event of an act, if the act is one to announce."""
    if change.announcement is None:
        return None
    return OutgoingEvent(
        topic=contract.TOPIC,
        key=str(after.graduate.id),
        sequence=sequence,
        type=TYPES[change.announcement],
        school_code=after.graduate.school_code,
        decided_on=after.decided_on,
        data=to_data(before, after),
    )


def to_data(before: Registration | None, after: Registration) -> contract.DestinationData:
    """The full state after the change; every announced act leaves the newest content the effective one, or voids it."""
    graduate, content = after.graduate, after.content
    destination = CodeLists.load().get("destination")
    entry = destination.lookup(content.destination_code)
    classes = entry.attributes if entry else {}
    return contract.DestinationData(
        graduate_id=graduate.id,
        registration_id=after.id,
        version=after.version,
        school_code=graduate.school_code,
        college_code=graduate.college_code,
        major_code=graduate.major_code,
        education_level_code=graduate.education_level_code,
        cohort=graduate.cohort,
        destination_code=content.destination_code,
        code_list_version=destination.version,
        class_level1=classes.get("class_level1"),
        class_level2=classes.get("class_level2"),
        flexible=is_flexible(content),
        flexible_kind=content.flexible_kind,
        employer_nature_code=content.employer_nature_code,
        industry_code=content.industry_code,
        place_code=content.place_code,
        position_code=content.position_code,
        source=contract.RegistrationSource(after.source),
        state=contract.RegistrationState(after.state),
        confirmation=after.confirmation and contract.Confirmation(after.confirmation),
        changed_fields=published_changes(before, after),
        decided_on=after.decided_on,
        recorded_at=after.recorded_at,
    )


def published_changes(before: Registration | None, after: Registration) -> tuple[str, ...]:
    """Fields that differ from what was effective before: a replacement was pending over several versions."""
    effective = before.effective if before else None
    contents = changed_fields(effective.content if effective else None, after.content)
    if before is None:
        return contents
    states = ("state",) if before.state != after.state else ()
    confirmations = ("confirmation",) if before.confirmation != after.confirmation else ()
    return (*contents, *states, *confirmations)
