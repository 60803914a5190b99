"""Registration → event contract. No event carries personal values: employers, addresses, reasons, schools abroad."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from common import copying
from common.codes import CodeLists
from common.contracts import OutgoingEvent
from common.contracts import registration as contract
from common.identifiers import Cohort, SchoolCode
from destinations.registrations.domain.content import CODE_LISTS, Destination
from destinations.registrations.domain.fields import is_flexible
from destinations.registrations.domain.lifecycle import Confirmation, State
from destinations.registrations.domain.registration import Announcement, Change, Registration, Source
from destinations.registrations.storage import Stamped
from destinations.registrations.storage.announced import Outdated, Place
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
    *("position_code", "study_level_code", "abroad_country_code"),
)
"""What of a registration's content its events are made of."""

OUTBOX_COLUMNS = (
    *(
        "topic",
        "correlation_id",
        "recorded_at",
        "school_code",
        "sequence",
        "type",
        "decided_on",
        "key",
        "data",
        "event_id",
    ),
)
"""Of the rows that `to_rows` gives."""

_of_content = itemgetter(*CARRIED)


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


def to_rows(rows: Sequence[Stamped], correlation_id: str, recorded_at: datetime) -> list[bytes]:
    """The events of many acts in one school for COPY into the outbox, in the order of the acts: `to_event` of each."""
    instant = recorded_at.isoformat()
    common = copying.text(contract.TOPIC) + copying.text(correlation_id) + copying.instant(recorded_at)
    said: dict[object, str] = {}
    events: list[bytes] = []
    for unsaved, registration_id, version, day, sequence, event_id in rows:
        (graduate, before, change, *_), content = unsaved, unsaved.change.content
        if change.announcement is None or sequence is None:
            continue
        judged = (change.source, change.stage.state, change.confirmation)
        groups = (graduate.college_code, graduate.major_code, graduate.education_level_code, graduate.cohort)
        # what is said of many first decisions is put in words once
        same = None if before and before.effective else (*groups, *judged, *_of_content(vars(content)))
        if (open_object := said.get(same)) is None:
            stated = facts(graduate, before, content, *judged)
            del stated["graduate_id"]
            open_object = json.dumps(stated)[:-1]
            if same:
                said[same] = open_object
        key = str(graduate.id)
        data = (
            f'{open_object}, "graduate_id": "{key}", "registration_id": "{registration_id}", "version": {version}, '
            f'"decided_on": "{day}", "recorded_at": "{instant}"}}'
        )
        place = _place(graduate.school_code, sequence, TYPES[change.announcement], day)
        events.append(b"".join((common, place, copying.text(key), copying.jsonb(data), copying.uuid(event_id))))
    return events


@lru_cache(maxsize=1_024)
def _place(school_code: SchoolCode, sequence: int, kind: str, day: date) -> bytes:
    """What many events have in common beside their instant."""
    return copying.text(school_code) + copying.bigint(sequence) + copying.text(kind) + copying.day(day)


def stated_again(outdated: Outdated, place: Place) -> OutgoingEvent:
    """The event that says what stands once more, with what the newest one lacks: the day is the same."""
    said = {"recorded_at": place.recorded_at, "changed_fields": ()}
    data = contract.DestinationData.model_validate({**outdated.newest_event, **outdated.lacking, **said})
    return OutgoingEvent(
        topic=contract.TOPIC,
        key=str(data.graduate_id),
        sequence=place.sequence,
        type=contract.CHANGED,
        school_code=data.school_code,
        decided_on=data.decided_on,
        data=data,
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
        "study_level_code": content.study_level_code,
        "abroad_country_code": content.abroad_country_code,
        "source": contract.RegistrationSource(source),
        "state": contract.RegistrationState(state),
        "confirmation": confirmation and contract.Confirmation(confirmation),
    }
