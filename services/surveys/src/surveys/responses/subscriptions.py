"""Registry's events → responses: of who is erased nothing stays of what was answered."""

from collections.abc import Sequence

from common.contracts import IncomingEvent
from common.contracts.graduate import erased_among
from common.database import UnitOfWork
from common.identifiers import GraduateId
from surveys.responses import storage


async def erase_answers(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Destroys answers and links of graduates who are erased, once the roster says so."""
    if erased := erased_among(event.data for event in events):
        await storage.erase_answers(unit.connection, [*map(GraduateId, erased)])
