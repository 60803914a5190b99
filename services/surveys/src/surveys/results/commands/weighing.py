"""Answers of the newest edition are weighted in steps: read, weighed, judged, and stored by one act."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from common.auth import Principal
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import Missing
from common.identifiers import WaveId
from common.shown_groups.asking import Remembered, judged
from surveys.questionnaires.storage import published
from surveys.results.commands.editions import take
from surveys.results.commands.reading import readable
from surveys.results.domain.dimensions import Key
from surveys.results.domain.editions import (
    Because,
    CountedAnswer,
    Edition,
    NoEdition,
    asks_of,
    remembered,
    results_of,
    sayings_of,
)
from surveys.results.domain.questions import Tabled, tabled
from surveys.results.domain.weighted import frame_of_weights, may_be_weighted
from surveys.results.domain.weighting import (
    AnswersDetached,
    Asked,
    Weighting,
    Weights,
    post_stratified,
    raked,
    stratum_of,
)
from surveys.results.storage import editions, weightings
from surveys.results.storage.answers import counted_answers, has_detached
from surveys.results.storage.weightings import NewWeighting
from surveys.waves import storage as waves
from surveys.waves.commands import MANAGERS, managed
from surveys.waves.domain import Wave


@dataclass(frozen=True)
class _Read:
    """What is weighted, of one moment."""

    wave: Wave
    variables: Sequence[Tabled]
    edition: Edition
    past: Sequence[Remembered]
    answers: Sequence[CountedAnswer]
    people: Mapping[Key, int]


async def weighed(
    database: Database, cipher: FieldCipher, *, caller: Principal, wave_id: WaveId, asked: Asked
) -> NewWeighting:
    """The weights of the newest edition, for `weigh`; of the next one if an answer of it has gone since.

    Raises NotFound, Forbidden, NoEdition, AnswersDetached, WeightsRefused or Invalid.
    """
    read = await _read(database, cipher, caller, wave_id, asked)
    while [*read.past[-1].frame.ids] != [answer.id for answer in read.answers]:
        await take(database, cipher, wave_id, Because.WEIGHTING)
        read = await _read(database, cipher, caller, wave_id, asked)
    weights = _weights(read, asked)
    by_response = {each.response_id: weights.weights[stratum_of(each, asked.by)] for each in read.answers}
    frame = frame_of_weights(read.answers, by_response, len(read.past))
    sayings = await asyncio.to_thread(sayings_of, read.variables, read.answers)
    asks = asks_of(read.variables, sayings, read.past)
    shown = await judged([*(memory.frame for memory in read.past), frame], asks)
    allowed = may_be_weighted(read.variables, sayings, read.past[-1], frame, shown)
    results = await asyncio.to_thread(results_of, read.variables, sayings, read.answers, allowed, by_response)
    return NewWeighting(
        edition_id=read.edition.id,
        known=len(read.past),
        school_code=read.wave.school_code,
        method=asked.method,
        margins=asked.margins_as_sent,
        max_ratio=None if asked.max_ratio is None else float(asked.max_ratio),
        weights=weights,
        by_response={response: float(weight) for response, weight in by_response.items()},
        memory=remembered(frame, read.variables, asks, shown),
        results=results,
    )


async def weigh(unit: UnitOfWork, *, caller: Principal, wave_id: WaveId, made: NewWeighting) -> Weighting:
    """Stores weights; raises NotFound, Forbidden, or Missing where an edition or other weights have come since."""
    await managed(unit.connection, caller, wave_id)
    wave = await waves.lock(unit.connection, wave_id)
    if await editions.remembered(unit.connection, wave_id) != made.known:
        raise Missing("weights")
    weighting_id = await weightings.add(unit.connection, made)
    detail = {"wave_id": str(wave_id), "method": made.method.value, "answers": len(made.by_response)}
    await unit.audit("weighting.create", "weighting", weighting_id, school_code=wave.school_code, detail=detail)
    found = await weightings.find(unit.connection, wave_id, weighting_id)
    assert found is not None, "it was just stored"
    return found


async def _read(database: Database, cipher: FieldCipher, caller: Principal, wave_id: WaveId, asked: Asked) -> _Read:
    async with database.reading(snapshot=True) as connection:
        wave = await readable(connection, caller, wave_id)
        caller.must_be_in(MANAGERS)
        edition = await editions.newest(connection, wave_id)
        if edition is None:
            raise NoEdition
        if not wave.has_groups or await has_detached(connection, wave_id):
            raise AnswersDetached
        content = await published(connection, wave.questionnaire_id, wave.questionnaire_version)
        assert content is not None, "a wave refers to a published version by a foreign key"
        return _Read(
            wave,
            tabled(content),
            edition,
            await editions.memories(connection, wave_id),
            await counted_answers(connection, cipher, wave, content),
            dict(await editions.groups(connection, wave_id, asked.by, None)),
        )


def _weights(read: _Read, asked: Asked) -> Weights:
    answers = Counter(stratum_of(each, asked.by) for each in read.answers)
    if asked.margins is None:
        return post_stratified(asked.by, read.people, answers)
    return raked(asked.margins, answers, asked.max_ratio)
