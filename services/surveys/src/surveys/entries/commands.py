"""Graduates enter a wave with their account, or ask at its shared entry for the own link."""

from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

from common.approvals.domain import TransitionNotAllowed
from common.auth import Actor, Principal
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import NotFound
from common.identifiers import GraduateId, InvitationId, WaveId
from surveys.ballots.domain import must_have_links
from surveys.contact.commands.noting import Noted, note_asked
from surveys.contact.domain import Address, DueStep, Judged
from surveys.entries import storage
from surveys.entries.domain import Entry, Named, TooManyTries
from surveys.invitations import storage as invitations
from surveys.invitations.commands import invite, lend, sealed
from surveys.invitations.domain import ANSWERABLE, Batch, Channel, Invitation, InvitationState
from surveys.waves import storage as waves
from surveys.waves.domain import Wave, must_not_be_over

_ENTERED = ANSWERABLE | {InvitationState.SUBMITTED}
"""What was submitted may be edited for some time, and taken back at any time."""


async def enter(unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, wave_id: WaveId) -> Entry:
    """A token that answers an open wave as the graduate's link does, which is made where there is none.

    Raises NotFound for a wave that does not ask the graduate, NotForUnlinkable, WaveNotOpen, WaveClosed, WaveFrozen, or
    TransitionNotAllowed for a link that has ended.
    """
    graduate_id = None if caller.graduate_id is None else GraduateId(caller.graduate_id)
    if graduate_id is None or not await storage.is_asked(unit.connection, wave_id, graduate_id):
        raise NotFound
    wave = await waves.current(unit.connection, wave_id, hold=True)
    must_have_links(wave)
    wave.must_have_opened()
    must_not_be_over(wave)
    held = await invited(unit, cipher=cipher, wave=wave, graduate_id=graduate_id)
    if held.state not in _ENTERED:
        raise TransitionNotAllowed(held.state.value, [])
    further = await lend(unit, held=held)
    detail = {"wave_id": str(wave.id)}
    await unit.audit("invitation.enter", "invitation", held.id, school_code=wave.school_code, detail=detail)
    return Entry(held.id, further.token, further.expires_at)


def visitor_of(wave: Wave) -> Actor:
    """Who acts at the shared entry of a wave, without an account."""
    return Actor(f"entry:{wave.id}", "respondent")


async def ask(unit: UnitOfWork, *, cipher: FieldCipher, wave_id: WaveId, named: Named, language: str) -> None:
    """Keeps that a person asks for the own link; whether there is such a person is looked up later, by the worker.

    Raises NotFound where the entry is shut, WaveNotOpen, WaveClosed, WaveFrozen, or TooManyTries.
    """
    wave = await waves.current(unit.connection, wave_id, hold=True)
    must_be_enterable(wave)
    wait = await storage.seconds_to_wait(unit.connection, cipher, wave.school_code, named.student_number)
    if wait is not None:
        raise TooManyTries(wait)
    await storage.add_request(unit.connection, cipher, wave, named, language)
    await unit.audit("entry.ask", "wave", wave.id, school_code=wave.school_code, detail={})


def must_be_enterable(wave: Wave | None) -> Wave:
    """The wave of a shared entry.

    Raises NotFound where it is shut or the wave asks employers, WaveNotOpen, WaveClosed or WaveFrozen.
    """
    if wave is None or wave.shared_code is None or wave.cohort is None:
        raise NotFound
    wave.must_have_opened()
    must_not_be_over(wave)
    return wave


async def prepare(unit: UnitOfWork, *, cipher: FieldCipher, wave_id: WaveId, graduate_id: GraduateId) -> Judged | None:
    """The invitation of a graduate whom a wave asks, made where there is none; None once the wave is over.

    One person an act: who is made an invitation comes before the invitations of others in the order of locks.
    """
    wave = await waves.current(unit.connection, wave_id, hold=True)
    if wave.is_over or not await storage.is_asked(unit.connection, wave_id, graduate_id):
        return None
    with suppress(NotFound):
        held = await invited(unit, cipher=cipher, wave=wave, graduate_id=graduate_id)
        return Judged(held.id, graduate_id, None, None)
    return None


async def answer(
    unit: UnitOfWork,
    *,
    due: DueStep,
    asked: Mapping[UUID, Judged | None],
    reached: Mapping[InvitationId, Address],
    price: int,
) -> list[Noted]:
    """Notes what is sent to those who ask, and forgets that they do; another worker finds nothing to answer any more.

    `asked` are requests, without an invitation where no person is meant.
    """
    await waves.current(unit.connection, due.wave_id, hold=True)
    taken = await storage.take(unit.connection, [*asked])
    found = {one.invitation_id: one for each, one in asked.items() if one is not None and each in taken}
    return await note_asked(unit, due=due, found=[*found.values()], reached=reached, price=price) if found else []


async def invited(unit: UnitOfWork, *, cipher: FieldCipher, wave: Wave, graduate_id: GraduateId) -> Invitation:
    """The invitation of a graduate whom a held wave asks, locked, and made where there is none.

    Raises NotFound for who is erased.
    """
    found = await invitations.hold_of(unit.connection, wave.id, graduate_id)
    if found is None:
        batch = Batch(None, wave.id, wave.school_code, Channel.LINK)
        lacking = await invitations.uninvited(unit.connection, wave.id, 1, graduate_id)
        await invite(unit, batch=batch, made=sealed(cipher, lacking))
        found = await invitations.hold_of(unit.connection, wave.id, graduate_id)
    if found is None or found.token_digest is None:
        raise NotFound
    return found
