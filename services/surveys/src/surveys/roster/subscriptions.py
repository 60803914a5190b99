"""Events of registry and of destinations become the roster, batch by batch."""

from collections.abc import Sequence
from uuid import UUID

from common.consuming.forks import refuse_stored_forks
from common.contracts import IncomingEvent
from common.contracts.graduate import GraduateData
from common.contracts.organisation import OrganisationData, UnitKind
from common.contracts.registration import DestinationData, RegistrationState
from common.database import UnitOfWork
from surveys.roster import storage, tables
from surveys.roster.domain import CLASS, GROUPS, REGISTERED, province_of
from surveys.roster.storage import RosterRow


async def keep_graduates(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Stores the newest state of every graduate in the batch.

    Raises Forked for another event under a stored sequence.
    """
    rows: dict[str, RosterRow] = {}
    for event in sorted(events, key=lambda each: each.sequence):
        data = event.data
        if isinstance(data, GraduateData):
            rows[event.key] = {
                "graduate_id": data.graduate_id,
                "school_code": data.school_code,
                "cohort": data.cohort,
                "status": str(data.status),
                "counted": data.counted,
                "erased": data.erased,
                "sequence": event.sequence,
                "event_id": event.id,
            }
    await refuse_stored_forks(unit.connection, tables.graduates.c.graduate_id, events)
    # sorted, so that two workers lock in one order
    await storage.keep_graduates(unit.connection, [rows[key] for key in sorted(rows)])


async def keep_schools(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Stores every school in the batch: its own newest event gives the names, any unit's how far it is known.

    Raises Forked in the same way.
    """
    rows: dict[str, RosterRow] = {}
    for event in sorted(events, key=lambda each: each.sequence):
        data = event.data
        if isinstance(data, OrganisationData):
            unnamed: RosterRow = {"school_code": event.key, "name": None, "name_en": None, "name_sequence": 0}
            # colleges and majors share the key of their school, and must not overwrite its name
            row = rows.setdefault(event.key, unnamed)
            row |= {"sequence": event.sequence, "event_id": event.id}
            if data.unit_kind == UnitKind.SCHOOL:
                row |= {"name": data.name, "name_en": data.name_en, "name_sequence": event.sequence}
    await refuse_stored_forks(unit.connection, tables.schools.c.school_code, events)
    await storage.keep_schools(unit.connection, [rows[key] for key in sorted(rows)])


async def keep_groups(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Stores the groups of every graduate in the batch; raises Forked in the same way."""
    rows: dict[str, RosterRow] = {}
    for event in sorted(events, key=lambda each: each.sequence):
        if isinstance(event.data, GraduateData):
            said = vars(event.data) | {"origin_province_code": province_of(event.data.origin_place_code)}
            rows[event.key] = _placed(event) | {name: said[name] for name in (*GROUPS, CLASS)}
    await refuse_stored_forks(unit.connection, tables.groups.c.graduate_id, events)
    await storage.keep_groups(unit.connection, [rows[key] for key in sorted(rows)])


async def keep_registrations(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Stores what is effective of every graduate in the batch, nothing of who has none; raises Forked likewise."""
    rows: dict[str, RosterRow] = {}
    for event in sorted(events, key=lambda each: each.sequence):
        data = event.data
        if isinstance(data, DestinationData):
            names = (*REGISTERED, "flexible")
            stands = data.state != RegistrationState.VOIDED
            said = {name: getattr(data, name) if stands else None for name in names}
            rows[event.key] = _placed(event) | said
    await refuse_stored_forks(unit.connection, tables.registrations.c.graduate_id, events)
    await storage.keep_registrations(unit.connection, [rows[key] for key in sorted(rows)])


def _placed(event: IncomingEvent) -> RosterRow:
    """Whom a row is about, and by which event."""
    key, school = UUID(event.key), event.school_code
    return {"graduate_id": key, "school_code": school, "sequence": event.sequence, "event_id": event.id}


def thing_of(event: IncomingEvent) -> str:
    """The unit or the graduate: of each only the newest event is kept."""
    return event.data.unit if isinstance(event.data, OrganisationData) else event.key
