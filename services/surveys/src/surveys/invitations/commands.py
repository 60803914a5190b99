"""Making the links of a wave, reading those that are not used yet, and ending them."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from common.approvals.domain import TransitionNotAllowed
from common.auth import SYSTEM, Principal
from common.crypto import FieldCipher, hashed_secret
from common.database import Database, UnitOfWork
from common.errors import NotFound
from common.identifiers import InvitationId, WaveId
from surveys.ballots.domain import must_have_links
from surveys.invitations import storage
from surveys.invitations.domain import (
    ANSWERABLE,
    FIELD,
    LIVES,
    Batch,
    Entry,
    FurtherToken,
    Invitation,
    LinkRefused,
    NewInvitation,
    link,
    new_token,
)
from surveys.waves import storage as waves
from surveys.waves.commands import MANAGERS
from surveys.waves.domain import Wave, must_not_be_over

_AT_ONCE = 5_000

KIND = "invitations"
"""The operation that makes the links of a wave."""

FORGET_SECONDS = 3_600.0
"""Between two looks for entries that have expired."""


async def must_take_links(unit: UnitOfWork, *, wave: Wave) -> None:
    """Raises WaveClosed or WaveFrozen where links could never be answered, NotForUnlinkable where there are none."""
    now = await waves.current(unit.connection, wave.id, hold=True)
    must_not_be_over(now)
    must_have_links(now)


def sealed(cipher: FieldCipher, asked: Sequence[tuple[InvitationId, UUID]]) -> list[NewInvitation]:
    """An invitation with a token of its own for each; encrypting thousands of them takes a thread."""
    made = []
    for invitation_id, subject_id in asked:
        token = new_token()
        ciphertext = cipher.encrypt(FIELD, invitation_id, token)
        made.append(NewInvitation(invitation_id, subject_id, hashed_secret(token), ciphertext))
    return made


async def invite(unit: UnitOfWork, *, batch: Batch, made: Sequence[NewInvitation]) -> int:
    """Stores invitations, except to those who have got one meanwhile; returns how many it stored."""
    must_have_links(await waves.current(unit.connection, batch.wave_id, hold=True))
    created = await storage.add(unit.connection, batch, made)
    if created:
        made_by = {} if batch.operation_id is None else {"operation_id": str(batch.operation_id)}
        detail = {**made_by, "created": created}
        await unit.audit("invitation.create", "wave", batch.wave_id, school_code=batch.school_code, detail=detail)
    return created


async def forget_entries(database: Database) -> None:
    """Forgets the entries that have expired, which open nothing any more."""
    async with database.transaction(SYSTEM) as unit:
        await storage.end_entries(unit.connection)
        await unit.commit()


async def lend(unit: UnitOfWork, *, held: Invitation) -> FurtherToken:
    """A further token of a held invitation, which opens for half a day what the link opens."""
    token = new_token()
    entry = Entry(hashed_secret(token), held, LIVES)
    return FurtherToken(token, await storage.add_entry(unit.connection, entry))


async def revoke(unit: UnitOfWork, *, caller: Principal, invitation_id: InvitationId) -> Invitation:
    """Takes a link back that was not answered yet; raises NotFound, Forbidden, or TransitionNotAllowed."""
    found = await storage.find(unit.connection, caller.row_scope(), invitation_id)
    if found is None:
        raise NotFound
    caller.must_be_in(MANAGERS)
    await waves.current(unit.connection, found.wave_id, hold=True)
    try:
        held = await storage.hold(unit.connection, found.id)
    except LinkRefused:
        raise NotFound from None
    if held.state not in ANSWERABLE:
        raise TransitionNotAllowed(held.state.value, [])
    revoked = await storage.revoke(unit.connection, held.id)
    detail = {"wave_id": str(held.wave_id)}
    await unit.audit("invitation.revoke", "invitation", held.id, school_code=held.school_code, detail=detail)
    return revoked


async def expire(database: Database, wave_id: WaveId) -> None:
    """Ends the links of a closed wave that were never answered, part by part."""
    while await database.act(SYSTEM, partial(_expire, wave_id=wave_id)) == _AT_ONCE:
        pass


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


async def _expire(unit: UnitOfWork, *, wave_id: WaveId) -> int:
    wave = await waves.current(unit.connection, wave_id, hold=True)
    if not wave.is_over:
        return 0
    count = await storage.expire(unit.connection, wave.id, _AT_ONCE)
    if count:
        detail = {"expired": count}
        await unit.audit("invitation.expire", "wave", wave.id, school_code=wave.school_code, detail=detail)
    return count
