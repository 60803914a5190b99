"""From registry's events about units to rows."""

from collections.abc import Sequence

from common.consuming.forks import refuse_stored_forks
from common.contracts.envelope import IncomingEvent
from common.contracts.organisation import OrganisationData
from common.database import UnitOfWork
from indicators.organisation.storage import keep_newest
from indicators.organisation.tables import units


async def keep_units(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Stores what the events say of units, if it is newer than what is stored.

    Raises Forked for another event under a stored sequence of the school, whichever of its units the two describe.
    """
    described = [event for event in events if isinstance(event.data, OrganisationData)]
    await refuse_stored_forks(unit.connection, units.c.school_code, described)
    rows = [(*row, event.id) for row, event in zip(rows_of(described), described, strict=True)]
    await keep_newest(unit.driver, rows)


def rows_of(events: Sequence[IncomingEvent]) -> list[tuple[object, ...]]:
    """The events of units as rows with the COLUMNS of the storage; other events give none."""
    return [
        (
            unit.school_code,
            str(unit.unit_kind),
            unit.code,
            event.sequence,
            unit.name,
            unit.name_en,
            unit.province_code,
            unit.college_code,
            unit.major_code,
            str(unit.state),
            unit.identifier_code,
            unit.city_code,
            unit.national_code,
            unit.catalogue_year,
            unit.predecessors,
        )
        for event in events
        if isinstance(unit := event.data, OrganisationData)
    ]
