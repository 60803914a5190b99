"""A wave whose period is over is closed: what is complete is submitted, what was reopened returns to what counts."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.grouping import Alone
from common.identifiers import ResponseId, WaveId
from common.sql import Connection
from surveys.answers.commands.gathering import Held, answers_of, hold_all
from surveys.answers.commands.holding import Answer, Sheet, answer_of, asked_in, audit
from surveys.answers.commands.saving import conclude
from surveys.answers.commands.together import Concluding, conclude_all
from surveys.ballots import storage as ballots
from surveys.ballots.domain import Ballot
from surveys.invitations import storage as invitations
from surveys.invitations.commands import expire
from surveys.invitations.domain import Invitation, InvitationState
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
_AT_ONCE = 500

Left = TypeVar("Left", Response, Ballot)


async def close_due_waves(database: Database, cipher: FieldCipher) -> int:
    """Closes the waves whose period is over; how many. One that was broken off is gone on with."""
    async with database.reading() as connection:
        due = await waves.due(connection, _WAVES_AT_ONCE)
    return sum([await _close(database, cipher, wave_id) for wave_id in due])


async def end_all(unit: UnitOfWork, *, cipher: FieldCipher, left: Sequence[Response]) -> list[Response]:
    """Does what `end` does with first answers of one wave; those that it leaves to `end`."""
    held = await hold_all(unit.connection, {at: (each.wave_id, each.invitation_id) for at, each in enumerate(left)})
    answers = await answers_of(unit.connection, cipher, {at: each for at, each in held.items() if _may_end(each)})
    whole = {at: each for at, each in answers.items() if _is_enough(each)}
    cause = (unit.correlation_id, None)
    asked = [Concluding(each, Mode.API, CompletedBy.CLOSE, unit.actor, cause) for each in whole.values()]
    ended = dict(zip(whole, await conclude_all(unit, cipher, asked), strict=True))
    return [
        each for at, each in enumerate(left) if each.is_edited or at not in held or isinstance(ended.get(at), Alone)
    ]


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
    if not _may_count(invitation) or await receipts.newest(unit.connection, found.id) is None:
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
    if not _is_enough(answer):
        return False
    await conclude(unit, cipher=cipher, answer=answer, mode=Mode.API, by=CompletedBy.CLOSE)
    return True


def _may_end(held: Held) -> bool:
    """Whether a first answer is open behind the link, with its consent, and the wave over."""
    response = held.response
    is_first = response.state is ResponseState.OPEN and not response.is_edited
    is_over = held.asked.wave.phase is WavePhase.CLOSING
    return is_first and is_over and _may_count(held.invitation) and held.receipt is not None


def _may_count(invitation: Invitation) -> bool:
    return invitation.token_digest is not None and invitation.state is not InvitationState.REVOKED


def _is_enough(answer: Answer) -> bool:
    return answer.judged.completeness in (Completeness.CORE, Completeness.COMPLETE)


async def _close(database: Database, cipher: FieldCipher, wave_id: WaveId) -> bool:
    # waits for acts on answers that are under way; those that come later find the wave closing
    await database.act(SYSTEM, lambda unit: waves.begin_closing(unit.connection, wave_id))
    await _end_all(database, wave_id, responses.left_open, partial(end, cipher=cipher), partial(end_all, cipher=cipher))
    await _end_all(database, wave_id, ballots.left_open, partial(end_ballot, cipher=cipher))
    await expire(database, wave_id)
    return await database.act(SYSTEM, partial(measures.close, wave_id=wave_id))


async def _end_all(
    database: Database,
    wave_id: WaveId,
    left_open: Callable[[Connection, WaveId, ResponseId | None, int], Awaitable[Sequence[Left]]],
    ending: Callable[..., Awaitable[bool]],
    many: Callable[..., Awaitable[list[Left]]] | None = None,
) -> None:
    """Ends what is left open of one kind, part by part; `many` ends a part at once, and gives those that it leaves."""
    after: ResponseId | None = None
    while True:
        async with database.reading() as connection:
            left = await left_open(connection, wave_id, after, _AT_ONCE)
        rest = left if many is None or not left else await database.act(SYSTEM, partial(many, left=left))
        for each in rest:
            await database.act(SYSTEM, partial(ending, left=each))
        if len(left) < _AT_ONCE:
            return
        after = left[-1].id
