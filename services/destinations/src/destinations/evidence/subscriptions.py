"""Registry's events → evidence: of who is erased no text stays, and no file past its day."""

from collections.abc import Sequence

from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import GraduateData
from common.database import UnitOfWork
from common.identifiers import GraduateId
from destinations.evidence import storage


async def erase_evidence(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Empties the texts of evidence of graduates who are erased, once the roster says so."""
    said = (event.data for event in events if isinstance(event.data, GraduateData))
    if erased := {GraduateId(data.graduate_id) for data in said if data.erased}:
        await storage.erase(unit.connection, sorted(erased))
