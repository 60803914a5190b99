"""Events of registry become the units of schools, batch by batch."""

from collections.abc import Sequence

from common.consuming.forks import refuse_stored_forks
from common.contracts import IncomingEvent
from common.contracts.organisation import OrganisationData
from common.database import UnitOfWork
from surveys.units import storage, tables


async def keep_units(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Stores the newest description of every unit in the batch.

    Raises Forked for another event under a stored sequence of the school, whichever of its units the two describe.
    """
    rows: dict[str, storage.UnitRow] = {}
    for event in sorted(events, key=lambda each: each.sequence):
        data = event.data
        if isinstance(data, OrganisationData):
            rows[data.unit] = {
                "school_code": data.school_code,
                "unit_kind": str(data.unit_kind),
                "code": data.code,
                "name": data.name,
                "name_en": data.name_en,
                "state": str(data.state),
                "sequence": event.sequence,
                "event_id": event.id,
            }
    await refuse_stored_forks(unit.connection, tables.units.c.school_code, events)
    # sorted, so that two workers lock in one order
    await storage.keep(unit.connection, [rows[key] for key in sorted(rows)])
