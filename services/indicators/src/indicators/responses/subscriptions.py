"""From surveys' events about responses to versions."""

from collections.abc import Sequence

from common.consuming.forks import Fork
from common.contracts.envelope import IncomingEvent
from common.contracts.response import EmployerResponseData, ResponseData
from common.database import UnitOfWork
from common.settings import ServiceSettings
from indicators.responses.storage import EMPLOYER_COLUMNS, keep_versions
from indicators.timeline.storage import drop_forked_version


async def keep_responses(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Stores the versions that are not stored yet."""
    await keep_versions(unit.driver, rows_of(events))
    await keep_versions(unit.driver, employer_rows_of(events), EMPLOYER_COLUMNS)


async def drop_response(unit: UnitOfWork, _: ServiceSettings, fork: Fork) -> None:
    """Drops a version of which the owner has another event."""
    await drop_forked_version(unit.driver, fork)


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
        # a career update belongs to no cycle whose rate could be counted
        if isinstance(data := event.data, ResponseData) and data.cycle is not None
    ]


def employer_rows_of(events: Sequence[IncomingEvent]) -> list[tuple[object, ...]]:
    """The events about employers as rows with the EMPLOYER_COLUMNS of the storage; other events give none."""
    return [
        (
            data.employer_id,
            event.sequence,
            data.school_code,
            data.year,
            data.wave_id,
            str(data.unit),
            data.hires,
            event.id,
            event.recorded_at,
            str(data.state),
        )
        for event in events
        if isinstance(data := event.data, EmployerResponseData)
    ]
