"""Registry's events → reconciliations: of who is erased no row stays that came back."""

from collections.abc import Sequence

from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import erased_among
from common.database import UnitOfWork
from common.identifiers import GraduateId
from destinations.reconciliations import storage


async def erase_rows(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Empties rows about graduates who are erased, once the roster says so and their streams are locked."""
    if erased := erased_among(event.data for event in events):
        await storage.erase(unit.connection, [*map(GraduateId, erased)])
