"""Registry's events → employers: names that only an erased graduate has registered do not stay."""

from collections.abc import Sequence

from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import GraduateData
from common.database import UnitOfWork
from destinations.employers import storage


async def end_names(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Ends what registrations of an erased graduate alone have named, once their texts are empty."""
    schools = {event.data.school_code for event in events if isinstance(event.data, GraduateData) and event.data.erased}
    for school_code in sorted(schools):
        await storage.end_unnamed(unit.connection, school_code)
