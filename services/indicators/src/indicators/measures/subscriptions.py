"""From surveys' internal events to the newest of each answer's values."""

import json
from collections.abc import Mapping, Sequence

from common.consuming.forks import Fork, refuse_stored_forks
from common.contracts.envelope import IncomingEvent
from common.contracts.measure import WITHDRAWN, MeasureData, WaveClosedData
from common.database import UnitOfWork
from common.observability import counter
from common.settings import ServiceSettings
from indicators.measures import storage
from indicators.measures.domain import Said, values_of
from indicators.measures.tables import closed_waves, measure_answers

_ignored = counter("measures_ignored_total", "Values of measures that are not kept", ["measure"])


async def keep_measures(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Stores the newest of each answer, and empties what is withdrawn.

    Raises WrongValue, and Forked for another event under a stored sequence.
    """
    newest: dict[object, Mapping[str, object]] = {}
    for event in events:
        if isinstance(event.data, MeasureData):
            row = row_of(event, event.data)
            known = newest.get(row["response_id"])
            if known is None or _place(row) > _place(known):
                newest[row["response_id"]] = row
    for key in (measure_answers.c.graduate_id, measure_answers.c.employer_id):
        await refuse_stored_forks(unit.connection, key, [event for event in events if _has(event, key.name)])
    await storage.keep_answers(unit.connection, [*newest.values()])


async def close_waves(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
    """Notes which waves are closed; raises Forked in the same way."""
    await refuse_stored_forks(unit.connection, closed_waves.c.wave_id, events)
    closed = {
        data.wave_id: {
            "wave_id": data.wave_id,
            "school_code": data.school_code,
            "audience": str(data.audience),
            "cohort": data.cohort,
            "cycle": data.cycle,
            "year": data.year,
            "closed_at": event.recorded_at,
            "event_id": event.id,
            "event_sequence": event.sequence,
        }
        for event in sorted(events, key=lambda each: -each.sequence)
        if isinstance(data := event.data, WaveClosedData)
    }
    await storage.close_waves(unit.connection, [*closed.values()])


async def drop_answer(unit: UnitOfWork, _: ServiceSettings, fork: Fork) -> None:
    """Lets an answer give way of which the owner has another event."""
    await storage.drop_answer(unit.connection, fork)


def thing_of(event: IncomingEvent) -> str | None:
    """The answer, of which only the newest event is kept, or the wave."""
    match event.data:
        case MeasureData():
            return str(event.data.response_id)
        case WaveClosedData():
            return str(event.data.wave_id)
        case _:
            return None


def row_of(event: IncomingEvent, data: MeasureData) -> Mapping[str, object]:
    """The event as a row; raises WrongValue. What was emptied before it was sent again has no values."""
    withdrawn = event.type == WITHDRAWN
    said = [Said(each.measure, each.value, each.post_level and str(each.post_level)) for each in data.values]
    kept = values_of([] if withdrawn else said, of_employer=data.employer_id is not None, cycle=data.cycle)
    for measure in kept.ignored:
        _ignored.labels(measure).inc()
    return {
        "response_id": data.response_id,
        "response_version": data.response_version,
        "withdrawn": withdrawn,
        "school_code": data.school_code,
        "graduate_id": data.graduate_id,
        "employer_id": data.employer_id,
        "wave_id": data.wave_id,
        "cohort": data.cohort,
        "cycle": data.cycle,
        "year": data.year,
        "unit": data.unit and str(data.unit),
        "hires": data.hires,
        "measured": None if withdrawn else json.dumps(kept.measured),
        "by_level": None if withdrawn else json.dumps(kept.by_level),
        "recorded_at": event.recorded_at,
        "event_id": event.id,
        "event_sequence": event.sequence,
    }


def _place(row: Mapping[str, object]) -> tuple[object, object]:
    return row["response_version"], row["withdrawn"]


def _has(event: IncomingEvent, respondent: str) -> bool:
    return getattr(event.data, respondent, None) is not None
