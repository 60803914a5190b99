"""Registry's events → extensions: of who is erased no reason stays."""

from collections.abc import Sequence

from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import erased_among
from common.database import UnitOfWork
from common.identifiers import GraduateId
from destinations.seasons import storage


async def erase_extensions(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Empties the reasons of graduates who are erased, once the roster says so."""
    if erased := erased_among(event.data for event in events):
        await storage.erase(unit.connection, [*map(GraduateId, erased)])
