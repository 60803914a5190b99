"""Making the links of a wave, and reading those that are not used yet."""

from collections.abc import Sequence

from common.auth import SYSTEM
from common.crypto import FieldCipher, hashed_secret
from common.database import Database, UnitOfWork
from common.identifiers import GraduateId, InvitationId
from surveys.invitations import storage
from surveys.invitations.domain import FIELD, Batch, Invitation, NewInvitation, link, new_token
from surveys.waves import storage as waves
from surveys.waves.domain import Wave, must_not_be_over

KIND = "invitations"
"""The operation that makes the links of a wave."""

FORGET_SECONDS = 3_600.0
"""Between two looks for entries that have expired."""


async def must_not_have_closed(unit: UnitOfWork, *, wave: Wave) -> None:
    """Raises WaveClosed or WaveFrozen where invitations could never be answered."""
    must_not_be_over(await waves.current(unit.connection, wave.id))


def sealed(cipher: FieldCipher, graduates: Sequence[tuple[InvitationId, GraduateId]]) -> list[NewInvitation]:
    """An invitation with a token of its own for each; encrypting thousands of them takes a thread."""
    made = []
    for invitation_id, graduate_id in graduates:
        token = new_token()
        ciphertext = cipher.encrypt(FIELD, invitation_id, token)
        made.append(NewInvitation(invitation_id, graduate_id, hashed_secret(token), ciphertext))
    return made


async def invite(unit: UnitOfWork, *, batch: Batch, made: Sequence[NewInvitation]) -> int:
    """Stores invitations, except to graduates who have got one meanwhile; returns how many it stored."""
    await waves.current(unit.connection, batch.wave_id, hold=True)
    created = await storage.add(unit.connection, batch, made)
    if created:
        detail = {"operation_id": str(batch.operation_id), "created": created}
        await unit.audit("invitation.create", "wave", batch.wave_id, school_code=batch.school_code, detail=detail)
    return created


async def forget_entries(database: Database) -> None:
    """Forgets the entries that have expired, which open nothing any more."""
    async with database.transaction(SYSTEM) as unit:
        await storage.end_entries(unit.connection)
        await unit.commit()


async def audit_links_read(unit: UnitOfWork, *, wave: Wave, shown: int) -> None:
    """Records that links which still work were read."""
    await unit.audit("invitation.read_links", "wave", wave.id, school_code=wave.school_code, detail={"links": shown})


def links(cipher: FieldCipher, public_url: str, page: Sequence[Invitation]) -> dict[InvitationId, str]:
    """The links that were not used yet; for the one role that hands them out."""
    return {
        each.id: link(public_url, cipher.decrypt(FIELD, each.id, each.token_ciphertext))
        for each in page
        if each.token_ciphertext is not None
    }
