"""Registry's events → support plans: of who is erased none stays."""

from collections.abc import Sequence

from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import erased_among
from common.database import UnitOfWork
from common.identifiers import GraduateId
from destinations.support import storage


async def erase_plans(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Deletes the plans of graduates who are erased, once the roster says so."""
    if erased := erased_among(event.data for event in events):
        await storage.erase(unit.connection, [*map(GraduateId, erased)])
