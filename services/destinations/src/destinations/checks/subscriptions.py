"""Registry's events → checks: of who is erased no note stays."""

from collections.abc import Sequence

from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import erased_among
from common.database import UnitOfWork
from common.identifiers import GraduateId
from destinations.checks.storage import erasing


async def erase_checks(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Empties the notes about graduates who are erased, once the roster says so."""
    if erased := erased_among(event.data for event in events):
        await erasing.erase(unit.connection, [*map(GraduateId, erased)])
