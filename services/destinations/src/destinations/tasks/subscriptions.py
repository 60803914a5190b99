"""Registry's events → tasks: of who is erased no text stays, and nothing is still to be done."""

from collections.abc import Sequence

from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import erased_among
from common.database import UnitOfWork
from common.identifiers import GraduateId
from destinations.tasks import storage


async def erase_tasks(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Empties the texts of graduates who are erased, once the roster says so and their streams are locked."""
    if erased := erased_among(event.data for event in events):
        await storage.erase(unit.connection, [*map(GraduateId, erased)])
