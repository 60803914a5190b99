"""From destinations' events about facts to versions."""

from collections.abc import Sequence

from common.consuming.forks import Fork
from common.contracts.envelope import IncomingEvent
from common.contracts.fact import FactData
from common.database import UnitOfWork
from common.settings import ServiceSettings
from indicators.facts.storage import drop_forked, keep_versions


async def keep_facts(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Stores the versions that are not stored yet."""
    await keep_versions(unit.driver, rows_of(events))


async def drop_fact(unit: UnitOfWork, _: ServiceSettings, fork: Fork) -> None:
    """Drops a version of which the owner has another event."""
    await drop_forked(unit.driver, fork)


def rows_of(events: Sequence[IncomingEvent]) -> list[tuple[object, ...]]:
    """The events of facts as rows with the COLUMNS of the storage; other events give none."""
    return [
        (
            data.graduate_id,
            event.sequence,
            data.school_code,
            data.cohort,
            event.id,
            event.recorded_at,
            data.fact_id,
            data.version,
            str(data.source),
            str(data.kind),
            data.from_on,
            data.to_on,
            data.employer_nature_code,
            data.industry_code,
            data.place_code,
            data.same_employer,
        )
        for event in events
        if isinstance(data := event.data, FactData)
    ]
