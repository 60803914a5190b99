"""Registry's events → tip-offs: of who is erased nothing stays in what reporters have said further."""

from collections.abc import Sequence

from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import erased_among
from common.database import UnitOfWork
from common.identifiers import GraduateId
from destinations.tip_offs import storage


async def erase_tip_offs(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Empties messages of tip-offs about graduates who are erased, once the roster says so."""
    if erased := erased_among(event.data for event in events):
        await storage.erase(unit.connection, [*map(GraduateId, erased)])
