"""Registry's events → extensions: of who is erased no reason stays."""

from collections.abc import Sequence

from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import GraduateData
from common.database import UnitOfWork
from common.identifiers import GraduateId
from destinations.seasons import storage


async def erase_extensions(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Empties the reasons of graduates who are erased, once the roster says so."""
    said = (event.data for event in events if isinstance(event.data, GraduateData))
    if erased := {GraduateId(data.graduate_id) for data in said if data.erased}:
        await storage.erase(unit.connection, sorted(erased))
