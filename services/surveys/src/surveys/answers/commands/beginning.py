"""An employer begins one answer for each graduate hired; each has a token of its own, and none names the graduate."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from common import clock
from common.auth import EVERYTHING
from common.crypto import FieldCipher, hashed_secret
from common.database import Database, UnitOfWork
from common.identifiers import InvitationId, ResponseId
from common.once import Answered
from surveys.answers.commands.following import Holder
from surveys.answers.commands.holding import audit
from surveys.answers.domain import MAX_HIRES, OneAnswer, TooManyAnswers
from surveys.ballots.domain import Ballot
from surveys.invitations import storage as invitations
from surveys.invitations.domain import ENDED, TOKEN_BYTES, Entry, Invitation, LinkRefused
from surveys.privacy.commands import statement_for
from surveys.privacy.domain import MAX_MONTHS
from surveys.privacy.storage import receipts
from surveys.responses import storage as responses
from surveys.responses.domain import ResponseState
from surveys.waves import storage as waves
from surveys.waves.domain import Unit

_PURPOSE = "answer about a graduate hired"
_KEPT = timedelta(days=31 * MAX_MONTHS)
"""For so long after the wave an answer can be taken back by its token: as long as answers may have the person."""


@dataclass(frozen=True)
class Begun:
    """An answer that was just begun, with its token in clear."""

    id: ResponseId
    number: int
    token: str
    version: int = 1


async def begin(unit: UnitOfWork, *, cipher: FieldCipher, invitation: Holder) -> Begun:
    """Begins the next answer of a link; raises OneAnswer, LinkRefused, WaveNotOpen, or TooManyAnswers."""
    wave = await waves.current(unit.connection, invitation.wave_id, hold=True)
    if wave.unit is not Unit.HIRE or isinstance(invitation, Ballot):
        raise OneAnswer
    held = await invitations.hold(unit.connection, invitation.id)
    if held.token_digest is None or held.state in ENDED or wave.is_over:
        raise LinkRefused
    wave.must_have_opened()
    number = await _next_number(unit, held)
    if number > MAX_HIRES:
        raise TooManyAnswers
    statement = await statement_for(unit.connection, wave.school_code, wave.privacy_statement_id)
    of = replace(held, number=number)
    await responses.begun_with(unit.connection, of, *statement.place)
    begun = await responses.begun(unit.connection, of)
    token = _token(cipher, held.id, number)
    lives = wave.closes_at - clock.now() + _KEPT
    await invitations.add_entry(unit.connection, Entry(hashed_secret(token), of, lives, number=number))
    await audit(unit, "begin", begun)
    return Begun(begun.id, number, token)


async def begun_before(database: Database, cipher: FieldCipher, done: Answered) -> Begun:
    """What `begin` has answered: its token follows from the place of the answer."""
    async with database.reading() as connection:
        response = await responses.find(connection, EVERYTHING, ResponseId(UUID(done.object_id)))
    assert response, "responses are never deleted"
    return Begun(response.id, response.number, _token(cipher, response.invitation_id, response.number))


async def takes_more(database: Database, invitation: Holder) -> bool:
    """Whether another answer may be begun with a link."""
    if isinstance(invitation, Ballot):
        return False
    async with database.reading() as connection:
        wave = await waves.current(connection, invitation.wave_id)
    return wave.takes_more and invitation.token_digest is not None and invitation.state not in ENDED


async def _next_number(unit: UnitOfWork, held: Invitation) -> int:
    """The number of the answer after those that were begun; the first is the link's own, as long as it is untouched."""
    begun = await invitations.last_number(unit.connection, held.id)
    if begun:
        return begun + 1
    own = await responses.of_invitation(unit.connection, held.id)
    untouched = own is None or (own.state is ResponseState.OPEN and not await receipts.newest(unit.connection, own.id))
    return 1 if untouched else 2


def _token(cipher: FieldCipher, invitation_id: InvitationId, number: int) -> str:
    """The token of an answer, which only this service's keys can make again."""
    tag = cipher.tag(_PURPOSE, invitation_id.bytes + number.to_bytes(2))
    return urlsafe_b64encode(tag[:TOKEN_BYTES]).decode().rstrip("=")
