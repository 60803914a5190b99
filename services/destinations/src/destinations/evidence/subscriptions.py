"""Registry's events → evidence: of who is erased no text stays, and no file past its day."""

from collections.abc import Sequence

from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import erased_among
from common.database import UnitOfWork
from common.identifiers import GraduateId
from destinations.evidence import storage


async def erase_evidence(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Empties the texts of evidence of graduates who are erased, once the roster says so."""
    if erased := erased_among(event.data for event in events):
        await storage.erase(unit.connection, [*map(GraduateId, erased)])
