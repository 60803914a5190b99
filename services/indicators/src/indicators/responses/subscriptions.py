"""From surveys' events about responses to versions."""

from collections.abc import Sequence

from common.contracts.envelope import IncomingEvent
from common.contracts.response import ResponseData
from common.database import UnitOfWork
from indicators.responses.storage import keep_versions


async def keep_responses(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Stores the versions that are not stored yet."""
    await keep_versions(unit.driver, rows_of(events))


def rows_of(events: Sequence[IncomingEvent]) -> list[tuple[object, ...]]:
    """The events of responses as rows with the COLUMNS of the storage; other events give none."""
    return [
        (
            data.graduate_id,
            event.sequence,
            data.school_code,
            data.cohort,
            data.cycle,
            data.wave_id,
            event.id,
            event.recorded_at,
            str(data.state),
        )
        for event in events
        if isinstance(data := event.data, ResponseData)
    ]
