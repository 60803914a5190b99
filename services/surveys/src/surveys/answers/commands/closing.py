"""A wave whose period is over is closed: what is complete is submitted, what was reopened returns to what counts."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.identifiers import ResponseId, WaveId
from common.sql import Connection
from surveys.answers.commands.holding import Sheet, answer_of, asked_in, audit
from surveys.answers.commands.saving import conclude
from surveys.ballots import storage as ballots
from surveys.ballots.domain import Ballot
from surveys.invitations import storage as invitations
from surveys.invitations.commands import expire
from surveys.invitations.domain import InvitationState
from surveys.measures import commands as measures
from surveys.privacy.storage import receipts
from surveys.questionnaires.domain.logic import Completeness
from surveys.responses import storage as responses
from surveys.responses.domain import CompletedBy, Mode, Response, ResponseState
from surveys.waves import storage as waves
from surveys.waves.domain import Wave, WavePhase

CLOSE_SECONDS = 5.0
"""Between two looks for waves whose period is over."""

_WAVES_AT_ONCE = 1_000
_AT_ONCE = 200

Left = TypeVar("Left", Response, Ballot)


async def close_due_waves(database: Database, cipher: FieldCipher) -> int:
    """Closes the waves whose period is over; how many. One that was broken off is gone on with."""
    async with database.reading() as connection:
        due = await waves.due(connection, _WAVES_AT_ONCE)
    return sum([await _close(database, cipher, wave_id) for wave_id in due])


async def end(unit: UnitOfWork, *, cipher: FieldCipher, left: Response) -> bool:
    """Ends an answer that the wave's end has left open; False where that is done, or too little is answered.

    A first answer is submitted if it has its consent and each visible core question is answered.
    """
    wave = await waves.current(unit.connection, left.wave_id, hold=True)
    invitation = await invitations.hold(unit.connection, left.invitation_id)
    found = await responses.of_invitation(unit.connection, left.invitation_id, left.number)
    if found is None or found.state is not ResponseState.OPEN or wave.phase is not WavePhase.CLOSING:
        return False
    if found.is_edited:
        await audit(unit, "settle", await responses.settled(unit.connection, found))
        return True
    if invitation.token_digest is None or invitation.state is InvitationState.REVOKED:
        return False
    if await receipts.newest(unit.connection, found.id) is None:
        return False
    return await _complete(unit, cipher, wave, found)


async def end_ballot(unit: UnitOfWork, *, cipher: FieldCipher, left: Ballot) -> bool:
    """Does so with a ballot, which cannot have been edited."""
    wave = await waves.current(unit.connection, left.wave_id, hold=True)
    held = await ballots.hold(unit.connection, left.id)
    if held.state is not ResponseState.OPEN or held.consented is None or wave.phase is not WavePhase.CLOSING:
        return False
    return await _complete(unit, cipher, wave, held)


async def _complete(unit: UnitOfWork, cipher: FieldCipher, wave: Wave, found: Sheet) -> bool:
    answer = await answer_of(unit.connection, cipher, await asked_in(unit.connection, wave), found)
    if answer.judged.completeness not in (Completeness.CORE, Completeness.COMPLETE):
        return False
    await conclude(unit, cipher=cipher, answer=answer, mode=Mode.API, by=CompletedBy.CLOSE)
    return True


async def _close(database: Database, cipher: FieldCipher, wave_id: WaveId) -> bool:
    await database.act(SYSTEM, partial(_begin, wave_id=wave_id))
    await _end_all(database, wave_id, responses.left_open, partial(end, cipher=cipher))
    await _end_all(database, wave_id, ballots.left_open, partial(end_ballot, cipher=cipher))
    await expire(database, wave_id)
    return await database.act(SYSTEM, partial(measures.close, wave_id=wave_id))


async def _end_all(
    database: Database,
    wave_id: WaveId,
    left_open: Callable[[Connection, WaveId, ResponseId | None, int], Awaitable[Sequence[Left]]],
    ending: Callable[..., Awaitable[bool]],
) -> None:
    """Ends what is left open of one kind, part by part."""
    after: ResponseId | None = None
    while True:
        async with database.reading() as connection:
            left = await left_open(connection, wave_id, after, _AT_ONCE)
        for each in left:
            await database.act(SYSTEM, partial(ending, left=each))
        if len(left) < _AT_ONCE:
            return
        after = left[-1].id


async def _begin(unit: UnitOfWork, *, wave_id: WaveId) -> None:
    """Waits for the acts on answers that are under way; those that come later find the wave closing."""
    await waves.begin_closing(unit.connection, wave_id)
