"""Registry's events become the roster, batch by batch."""

from collections.abc import Sequence

from common.consuming.forks import refuse_stored_forks
from common.contracts import IncomingEvent
from common.contracts.graduate import GraduateData
from common.contracts.organisation import OrganisationData, UnitKind
from common.database import UnitOfWork
from surveys.roster import storage, tables
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


def thing_of(event: IncomingEvent) -> str:
    """The unit or the graduate: of each only the newest event is kept."""
    return event.data.unit if isinstance(event.data, OrganisationData) else event.key
