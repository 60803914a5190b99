"""The holder of a link takes the answer back, whatever became of it."""

from common.database import UnitOfWork
from surveys.answers.commands.following import Holder, held_by
from surveys.ballots import storage as ballots
from surveys.ballots.domain import Ballot
from surveys.caps import storage as caps
from surveys.invitations.domain import LinkRefused
from surveys.responses import storage as responses
from surveys.responses.commands import take_back
from surveys.responses.domain import ResponseState
from surveys.waves import storage as waves


async def withdraw(unit: UnitOfWork, *, invitation: Holder) -> None:
    """Erases the answer behind a link, also a used one, if there is any; repeatable.

    Raises LinkRefused for the link of who was erased meanwhile.
    """
    wave = await waves.current(unit.connection, invitation.wave_id, hold=True)
    held = await held_by(unit.connection, invitation)
    if isinstance(held, Ballot):
        if held.is_opened and not held.is_gone:
            await caps.free_unnamed(unit.connection, held.wave_id, held.caps)
            await ballots.empty(unit.connection, held, ResponseState.WITHDRAWN)
        return
    if held.token_digest is None:
        raise LinkRefused
    response = await responses.of_invitation(unit.connection, held.id, held.number)
    # before its wave opens a link has none
    if response is not None and not response.is_gone:
        await take_back(unit, response, wave)
