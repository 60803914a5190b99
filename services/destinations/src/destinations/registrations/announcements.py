"""Registration → event contract. No event carries personal values: employers, addresses, reasons, schools abroad."""

from collections.abc import Mapping
from typing import Any

from common.codes import CodeLists
from common.contracts import OutgoingEvent
from common.contracts import registration as contract
from common.identifiers import Cohort
from destinations.registrations.domain.content import CODE_LISTS, Destination
from destinations.registrations.domain.fields import is_flexible
from destinations.registrations.domain.lifecycle import Confirmation, State
from destinations.registrations.domain.registration import Announcement, Change, Registration, Source
from destinations.roster.domain import Graduate

TYPES: Mapping[Announcement, str] = {
    Announcement.DECIDED: contract.DECIDED,
    Announcement.CHANGED: contract.CHANGED,
    Announcement.VOIDED: contract.VOIDED,
    Announcement.CONFIRMED: contract.CONFIRMED,
    Announcement.DISPUTED: contract.DISPUTED,
}


CARRIED = (
    *("destination_code", "flexible", "flexible_kind", "employer_nature_code", "industry_code", "place_code"),
    "position_code",
)
"""What of a registration's content its events are made of."""


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
    return contract.DestinationData(
        **facts(after.graduate, before, after.content, after.source, after.state, after.confirmation),
        registration_id=after.id,
        version=after.version,
        decided_on=after.decided_on,
        recorded_at=after.recorded_at,
    )


def facts(
    graduate: Graduate,
    before: Registration | None,
    content: Destination,
    source: Source,
    state: State,
    confirmation: Confirmation | None,
) -> dict[str, Any]:
    """What an event says but for the registration's id, version and moment."""
    announced = before.effective if before else None
    carried = _carried(content, graduate.cohort, source, state, confirmation)
    previously: Mapping[str, Any] = {}
    if announced:
        # between two events several versions may have been pending: compared is what the event before carried
        answered = announced.source, State.SCHOOL_APPROVED, announced.confirmation
        previously = _carried(announced.content, graduate.cohort, *answered)
    return {
        "graduate_id": graduate.id,
        "school_code": graduate.school_code,
        "college_code": graduate.college_code,
        "major_code": graduate.major_code,
        "education_level_code": graduate.education_level_code,
        "cohort": graduate.cohort,
        "code_list_version": CodeLists.load().get(CODE_LISTS["destination_code"]).version,
        "changed_fields": tuple([name for name, value in carried.items() if value != previously.get(name)]),
        **carried,
    }


def _carried(
    content: Destination, cohort: Cohort, source: Source, state: State, confirmation: Confirmation | None
) -> Mapping[str, Any]:
    """The fields of an event that describe the destination itself."""
    entry = CodeLists.load().get(CODE_LISTS["destination_code"]).lookup(content.destination_code)
    classes = entry.attributes if entry else {}
    return {
        "destination_code": content.destination_code,
        "class_level1": classes.get("class_level1"),
        "class_level2": classes.get("class_level2"),
        "flexible": is_flexible(content, cohort),
        "flexible_kind": content.flexible_kind,
        "employer_nature_code": content.employer_nature_code,
        "industry_code": content.industry_code,
        "place_code": content.place_code,
        "position_code": content.position_code,
        "source": contract.RegistrationSource(source),
        "state": contract.RegistrationState(state),
        "confirmation": confirmation and contract.Confirmation(confirmation),
    }
