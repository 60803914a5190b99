"""Making the links of a wave, and reading those that nobody used yet."""

from collections.abc import Sequence
from uuid import UUID

from common.auth import Principal
from common.crypto import FieldCipher, hashed_secret
from common.database import Database, UnitOfWork
from common.errors import Conflict, Message
from common.http import Idempotency
from surveys.invitations import storage
from surveys.invitations.domain import link, new_token
from surveys.invitations.storage import Batch, Invitation, NewInvitation
from surveys.waves import storage as waves
from surveys.waves.domain import Wave, WavePhase

FIELD = "invitations.token"
CHUNK = 5_000
"""Invitations of one transaction."""

_CLOSED = Message("调查已截止，不能再邀请", "The wave has closed; nobody can be invited any more")


async def must_not_be_over(database: Database, caller: Principal, wave: Wave, once: Idempotency) -> None:
    """Refuses invitations that could never be answered; a request that was taken before leaves here."""
    async with database.transaction(caller.actor) as unit:
        await once.claim(unit)
        _, phase = await waves.with_phase(unit.connection, wave.id)
    if phase is WavePhase.CLOSED:
        raise Conflict("wave_closed", _CLOSED, state=phase.value, allowed_transitions=[])


async def invite_some(unit: UnitOfWork, cipher: FieldCipher, batch: Batch, limit: int = CHUNK) -> int:
    """Invites up to a chunk of those who have no invitation; 0 when everybody has one."""
    graduates = await storage.uninvited(unit.connection, batch.wave_id, limit)
    ids = await storage.new_ids(unit.connection, len(graduates))
    made = [_made(cipher, *each) for each in zip(ids, graduates, strict=True)]
    if made:
        await storage.add(unit.connection, batch, made)
        detail = {"operation_id": str(batch.operation_id), "created": len(made)}
        await unit.audit("invitation.create", "wave", batch.wave_id, school_code=batch.school_code, detail=detail)
    return len(made)


async def audit_links_read(unit: UnitOfWork, wave: Wave, shown: int) -> None:
    """Records that somebody read links that still work."""
    await unit.audit(
        "invitation.read_links", "wave", wave.id, school_code=wave.plan.school_code, detail={"links": shown}
    )


def links(cipher: FieldCipher, public_url: str, page: Sequence[Invitation]) -> dict[UUID, str]:
    """The links that nobody used yet; for the one role that hands them out."""
    return {
        each.id: link(public_url, cipher.decrypt(FIELD, each.id, each.token_ciphertext))
        for each in page
        if each.token_ciphertext is not None
    }


def _made(cipher: FieldCipher, invitation_id: UUID, graduate_id: UUID) -> NewInvitation:
    token = new_token()
    return NewInvitation(invitation_id, graduate_id, hashed_secret(token), cipher.encrypt(FIELD, invitation_id, token))
