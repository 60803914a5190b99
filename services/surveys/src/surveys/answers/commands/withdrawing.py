"""The holder of a link takes the answer back, whatever became of it."""

from common.database import UnitOfWork
from surveys.invitations import storage as invitations
from surveys.invitations.domain import Invitation, LinkRefused
from surveys.responses import storage as responses
from surveys.responses.commands import take_back
from surveys.waves import storage as waves


async def withdraw(unit: UnitOfWork, *, invitation: Invitation) -> None:
    """Erases the answer behind a link, also a used one, if there is any; repeatable.

    Raises LinkRefused for the link of who was erased meanwhile.
    """
    wave = await waves.current(unit.connection, invitation.wave_id, hold=True)
    held = await invitations.hold(unit.connection, invitation.id)
    if held.token_digest is None:
        raise LinkRefused
    response = await responses.of_invitation(unit.connection, held.id, invitation.number)
    # before its wave opens a link has none
    if response is not None and not response.is_gone:
        await take_back(unit, response, wave)
