"""Registry's events → responses: of who is erased nothing stays of what was answered."""

from collections.abc import Sequence

from common.contracts import IncomingEvent
from common.contracts.graduate import GraduateData
from common.database import UnitOfWork
from common.identifiers import GraduateId
from surveys.responses import storage


async def erase_answers(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Destroys answers and links of graduates who are erased, once the roster says so."""
    said = (event.data for event in events if isinstance(event.data, GraduateData))
    if erased := {GraduateId(data.graduate_id) for data in said if data.erased}:
        await storage.erase_answers(unit.connection, sorted(erased))
