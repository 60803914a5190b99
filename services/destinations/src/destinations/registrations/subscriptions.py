"""Registry's events → registrations: of who is erased nothing stays but codes and days."""

from collections.abc import Sequence

from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import erased_among
from common.database import UnitOfWork
from common.identifiers import GraduateId
from destinations.registrations import storage


async def erase_registrations(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Empties the registrations of graduates who are erased, once the roster says so."""
    if erased := erased_among(event.data for event in events):
        await storage.erase(unit.connection, [*map(GraduateId, erased)])
