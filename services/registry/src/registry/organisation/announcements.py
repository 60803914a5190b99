"""A unit as an event of the organisation topic."""

from datetime import datetime

from common.contracts import ChangeToken, OutgoingEvent, organisation
from common.identifiers import SchoolCode
from registry.organisation.domain import OrganisationUnit, changed_fields


def unit_changed(
    before: OrganisationUnit | None, after: OrganisationUnit, sequence: int, recorded_at: datetime
) -> OutgoingEvent:
    """The event of a new or changed unit; its key is the school, its sequence counts the school's events."""
    data = organisation.OrganisationData(
        school_code=after.school_code,
        recorded_at=recorded_at,
        changed_fields=changed_fields(before, after),
        unit_kind=organisation.UnitKind(after.kind),
        code=after.code,
        name=after.name,
        name_en=after.name_en,
        province_code=after.province_code,
        identifier_code=after.identifier_code,
        city_code=after.city_code,
        college_code=after.college_code,
        major_code=after.major_code,
        national_code=after.national_code,
        catalogue_year=after.catalogue_year,
        predecessors=after.predecessors,
        state=organisation.UnitState(after.state),
    )
    return OutgoingEvent(
        topic=organisation.TOPIC,
        key=after.school_code,
        sequence=sequence,
        type=organisation.CHANGED,
        school_code=after.school_code,
        decided_on=None,
        data=data,
    )


def last_change(school_code: SchoolCode, sequence: int) -> ChangeToken:
    """The newest change of the school's units, which includes every earlier one."""
    return ChangeToken(organisation.TOPIC, school_code, school_code, sequence)
