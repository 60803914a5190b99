"""Registry's events → the roster. Events that come again, or late, change nothing."""

from collections.abc import Sequence

from common.consuming.forks import Fork, refuse_stored_forks
from common.contracts.code_list import CodeEntryData
from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import GraduateData
from common.contracts.organisation import OrganisationData, UnitKind
from common.database import UnitOfWork
from common.identifiers import GraduateId, ProvinceCode, SchoolCode
from common.settings import ServiceSettings
from destinations.roster import storage, tables
from destinations.roster.domain import GRADUATE_FIELDS, NO_MODE, Graduate, RosterEntry, RosterVersion, SchoolEntry


async def keep_graduates(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Keeps the newest state of each graduate; raises Forked for another event under a stored sequence."""
    entries = [
        # a first event, too, names all that is filled
        RosterEntry(_graduate_of(event), event.sequence, event.id, is_restated=not event.data.changed_fields)
        for event in events
    ]
    await refuse_stored_forks(unit.connection, tables.graduates.c.graduate_id, events)
    await storage.keep_graduates(unit.connection, entries)


async def keep_versions(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Keeps every version of each graduate; raises Forked in the same way."""
    versions = [RosterVersion(_graduate_of(event), event.sequence, event.id, event.recorded_at) for event in events]
    await storage.keep_versions(unit.connection, versions)


async def drop_version(unit: UnitOfWork, _settings: ServiceSettings, fork: Fork) -> None:
    """Drops a version of which the owner has another event."""
    await storage.drop_version(unit.connection, fork)


async def keep_schools(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Keeps the province of each school; the other units are of no use here. Raises Forked in the same way."""
    entries = []
    for event in events:
        described = event.data
        assert isinstance(described, OrganisationData)
        if described.unit_kind == UnitKind.SCHOOL:
            province_code = ProvinceCode(described.province_code) if described.province_code else None
            entries.append(SchoolEntry(SchoolCode(described.school_code), province_code, event.sequence, event.id))
    await refuse_stored_forks(unit.connection, tables.schools.c.school_code, events)
    await storage.keep_schools(unit.connection, entries)


def _graduate_of(event: IncomingEvent) -> Graduate:
    assert isinstance(event.data, GraduateData)
    stated = {name: getattr(event.data, name) for name in GRADUATE_FIELDS}
    stated["training_mode_code"] = event.data.training_mode_code or NO_MODE
    return Graduate(GraduateId(event.data.graduate_id), **stated)


def thing_of(event: IncomingEvent) -> str:
    """The unit, the row of a code list or the graduate: of each only the newest event is kept."""
    match event.data:
        case OrganisationData():
            return event.data.unit
        case CodeEntryData():
            return event.data.entry
        case _:
            return event.key
