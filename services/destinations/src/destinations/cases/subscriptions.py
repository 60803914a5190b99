"""Registry's events → cases: nothing that was said of a case stays once a person whom it links is erased."""

from collections.abc import Sequence

from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import erased_among
from common.database import UnitOfWork
from common.identifiers import GraduateId
from destinations.cases import storage


async def erase_notes(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Empties the notes of cases about graduates who are erased, once the roster says so."""
    if erased := erased_among(event.data for event in events):
        await storage.erase(unit.connection, [*map(GraduateId, erased)])
