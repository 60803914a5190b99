"""Answers past their day lose the person: tables keep what was answered, nothing leads from it to who did."""

import time
from functools import partial

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.objects import drop
from common.observability import logger
from common.retention import ROUND_SECONDS
from surveys.answers import storage
from surveys.answers.storage import detaching
from surveys.invitations import storage as invitations
from surveys.measures import commands as measures
from surveys.responses import storage as responses
from surveys.responses.domain import Response
from surveys.roster.storage import situation_of
from surveys.waves import storage as waves

_AT_ONCE = 500
_log = logger(__name__)


async def end_past(database: Database, cipher: FieldCipher) -> int:
    """Takes the person out of the answers that are past their day, each in an act of its own; how many."""
    deadline, count, found = time.monotonic() + ROUND_SECONDS, 0, _AT_ONCE
    while found == _AT_ONCE and time.monotonic() < deadline:
        async with database.reading() as connection:
            due = await detaching.due(connection, _AT_ONCE)
        for response in due:
            count += await database.act(SYSTEM, partial(detach, cipher=cipher, past=response))
        found = len(due)
    if count:
        _log.info("Answers past their day have lost the person", answers=count)
    return count


async def detach(unit: UnitOfWork, *, cipher: FieldCipher, past: Response) -> bool:
    """Keeps what counts of an answer without the person; False if that is done, or the answer is gone.

    Its measures are taken back and its files dropped; receipts of consent stay, and the response counts on.
    """
    wave = await waves.current(unit.connection, past.wave_id, hold=True)
    await invitations.hold(unit.connection, past.invitation_id)
    response = await detaching.still_due(unit.connection, past)
    if response is None:
        return False
    measured = None if response.measured_version is None else await measures.next_moment(unit, response)
    values = await storage.effective_values(unit.connection, cipher, response)
    if values is not None:
        situation = await situation_of(unit.connection, response.graduate_id)
        await detaching.detach(unit.connection, cipher, response, situation, values)
    after = await responses.detached(unit.connection, response)
    await detaching.destroy(unit.connection, after)
    if measured is not None:
        await measures.take_back(unit, after, wave, measured)
    detail = {"version": after.version, "wave_id": str(wave.id)}
    await unit.audit("response.detach", "response", after.id, school_code=after.school_code, detail=detail)
    await drop(unit, *await responses.take_files(unit.connection, after.id))
    return True
