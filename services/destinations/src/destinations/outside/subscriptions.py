"""Registry's events → facts: of who is erased no value stays."""

from collections.abc import Sequence

from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import erased_among
from common.database import UnitOfWork
from common.identifiers import GraduateId
from destinations.outside import storage


async def erase_facts(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Empties what sources say of graduates who are erased, once the roster says so and their streams are locked."""
    if erased := erased_among(event.data for event in events):
        await storage.erase(unit.connection, [*map(GraduateId, erased)])
