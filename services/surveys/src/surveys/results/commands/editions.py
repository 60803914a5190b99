"""An edition is counted in steps: answers of one moment are read, their groups judged, figures stored by one act."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import TransientError
from common.identifiers import WaveId
from common.observability import exception_summary, logger
from common.shown_groups.asking import Ask, Frame, Remembered, judged
from common.shown_groups.editions import Shown
from common.sql import Connection
from surveys.questionnaires.storage import published
from surveys.results.domain.editions import (
    NEXT_NEEDS,
    Because,
    CountedAnswer,
    Edition,
    Results,
    asks_of,
    frame_of,
    moved,
    remembered,
    results_of,
    sayings_of,
    with_kept,
)
from surveys.results.domain.questions import Tabled, tabled
from surveys.results.storage import editions as storage
from surveys.results.storage.answers import counted_answers, detached_answers, has_detached
from surveys.results.storage.editions import NewEdition
from surveys.waves import storage as waves
from surveys.waves.domain import Wave

EDITION_SECONDS = 1.0
"""Between two looks for editions that are due: the first one follows the close."""

ROUND_SECONDS = 240.0
"""A round begins no other edition after these, and the next one goes on."""

_AT_ONCE = 100
_log = logger(__name__)


@dataclass(frozen=True)
class _Read:
    """What an edition is counted from, of one moment; `before` is the newest one, `kept` its figures."""

    wave: Wave
    variables: Sequence[Tabled]
    answers: Sequence[CountedAnswer]
    taken_at: datetime
    before: Edition | None
    past: Sequence[Remembered]
    kept: Results
    changes: Sequence[UUID]


async def take_due(database: Database, cipher: FieldCipher) -> int:
    """Takes the editions that are due; how many those were. Raises what went wrong with one after the others."""
    deadline, taken = time.monotonic() + ROUND_SECONDS, 0
    missed: Exception | None = None
    async with database.reading() as connection:
        due = await storage.due(connection, NEXT_NEEDS, _AT_ONCE)
    for wave_id, because in due:
        if time.monotonic() > deadline:
            break
        try:
            taken += await take(database, cipher, wave_id, because)
        except TransientError:
            raise
        except Exception as error:
            # the fault of one edition holds no other wave up
            _log.error("Edition cannot be taken", wave_id=str(wave_id), **exception_summary(error))
            missed = error
    if missed is not None:
        raise missed
    return taken


async def take(database: Database, cipher: FieldCipher, wave_id: WaveId, because: Because) -> bool:
    """Takes one edition; False where another worker has taken it.

    Also where answers of the wave have lost the person since the one before: then nothing changes any more.
    """
    async with database.reading(snapshot=True) as connection:
        read = await _read(connection, cipher, wave_id)
    if read is None:
        return False
    frame = frame_of(read.answers)
    sayings = await asyncio.to_thread(sayings_of, read.variables, read.answers)
    asks = asks_of(read.variables, sayings, read.past)
    shown = await judged([*(memory.frame for memory in read.past), frame], asks)
    results = await asyncio.to_thread(results_of, read.variables, sayings, read.answers, shown)
    made = _made(read, because, frame, asks, shown, results)
    return await database.act(SYSTEM, partial(keep, made=made))


async def _read(connection: Connection, cipher: FieldCipher, wave_id: WaveId) -> _Read | None:
    wave = await waves.current(connection, wave_id)
    before = await storage.newest(connection, wave_id)
    without_person = await has_detached(connection, wave_id)
    if before is not None and without_person:
        return None
    content = await published(connection, wave.questionnaire_id, wave.questionnaire_version)
    assert content is not None, "a wave refers to a published version by a foreign key"
    answers = await counted_answers(connection, cipher, wave, content)
    return _Read(
        wave,
        tabled(content),
        [*answers, *(await detached_answers(connection, cipher, wave, content) if without_person else [])],
        await storage.instant(connection),
        before,
        await storage.memories(connection, wave_id),
        {} if before is None else await storage.results(connection, before.id),
        await storage.changes(connection, wave_id),
    )


def _made(
    read: _Read, because: Because, frame: Frame, asks: Sequence[Ask], shown: Sequence[Shown], results: Results
) -> NewEdition:
    return NewEdition(
        wave=read.wave,
        number=1 if read.before is None else read.before.number + 1,
        taken_at=read.taken_at,
        because=because,
        answers=len(read.answers),
        moved=moved(read.past[-1] if read.before is not None else None, frame),
        known=len(read.past),
        memory=remembered(frame, read.variables, asks, shown),
        results=with_kept(results, read.kept),
        changes=read.changes,
    )


async def keep(unit: UnitOfWork, *, made: NewEdition) -> bool:
    """Stores an edition; False where another one was taken since it was read, or answers were weighted."""
    # weights and editions of a wave follow one another: each is judged by all before it
    await waves.lock(unit.connection, made.wave.id)
    if await storage.remembered(unit.connection, made.wave.id) != made.known:
        return False
    kept = await storage.add(unit.connection, made)
    if kept:
        detail = {"number": made.number, "why": made.because.value, "answers": made.answers}
        await unit.audit("result_edition.take", "wave", made.wave.id, school_code=made.wave.school_code, detail=detail)
    return kept
