"""Acts of interviewers: claiming a case, and saying what came of the call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from common.accesses import record_accesses
from common.auth import Principal, Role
from common.crypto import FieldCipher, hashed_secret
from common.database import UnitOfWork
from common.errors import Missing, NotFound
from common.identifiers import GraduateId, SchoolCode, WaveId
from surveys.ballots.domain import must_have_links
from surveys.calls import storage
from surveys.calls.domain import (
    FIELDS,
    KIND,
    PURPOSE,
    Call,
    CallId,
    LeaseLost,
    NobodyToCall,
    Outcome,
    OutcomeGiven,
    Reachable,
    band_at,
    must_be_callable_again,
)
from surveys.contact.storage import opt_outs
from surveys.entries.commands import invited
from surveys.invitations import storage as invitations
from surveys.invitations.domain import Entry, Invitation, new_token
from surveys.waves import storage as waves
from surveys.waves.commands import of_own_school
from surveys.waves.domain import must_not_be_frozen

CALLERS = frozenset({Role.INTERVIEWER, Role.SURVEY_MANAGER})


@dataclass(frozen=True)
class Claimed:
    """A case with what the interviewer needs for it: whom to call, and a token that answers for the person."""

    call: Call
    person: Reachable
    token: str

    @property
    def id(self) -> CallId:
        """That of the call."""
        return self.call.id

    @property
    def version(self) -> int:
        """That of the call."""
        return self.call.version


async def claim(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    wave_id: WaveId,
    person: Reachable | None,
    without: Sequence[GraduateId],
) -> Claimed:
    """Claims the case of `person` for half an hour; their name and phone are shown after the commit.

    Raises NotFound, Forbidden, NotForUnlinkable, WaveFrozen, NobodyToCall, or Missing with the graduate whose name and
    phone are needed: there was no `person`, or they may not be called any more. Those `without` are left out.
    """
    await of_own_school(unit.connection, caller, wave_id)
    caller.must_be_in(CALLERS)
    wave = await waves.current(unit.connection, wave_id, hold=True)
    must_have_links(wave)
    must_not_be_frozen(wave)
    band = band_at(await storage.now(unit.connection))
    if band is None:
        raise NobodyToCall
    college = caller.college_code
    if person is not None:
        invitation = await invitations.of_graduate(unit.connection, wave.id, person.graduate_id)
        if invitation is None:
            invitation = await invited(unit, cipher=cipher, wave=wave, graduate_id=person.graduate_id)
        if await storage.seize(unit.connection, invitation.id):
            # who asks to be left alone holds it, too: the case is claimed before, or not any more
            await opt_outs.hold(unit.connection, person.graduate_id)
            attempt = await storage.next_attempt(unit.connection, wave, band, college, person.graduate_id)
            if attempt is not None:
                call = await storage.add(unit.connection, wave, person.graduate_id, attempt, band)
                return await _shown(unit, caller, call, invitation, person)
    excluded = [*without, *([person.graduate_id] if person else [])]
    somebody = await storage.anybody(unit.connection, wave, band, college, excluded)
    if somebody is None:
        raise NobodyToCall
    raise Missing(somebody)


async def resume(unit: UnitOfWork, *, caller: Principal, call_id: CallId, person: Reachable | None) -> Claimed:
    """What `claim` gave, with another token, for the same request sent again.

    Raises NotFound, LeaseLost, OutcomeGiven, or Missing with the graduate while there is no `person`.
    """
    call = await _standing(unit, caller, call_id)
    if person is None:
        raise Missing(call.graduate_id)
    invitation = await invitations.of_graduate(unit.connection, call.wave_id, call.graduate_id)
    assert invitation is not None, "a call has one"
    return await _shown(unit, caller, call, invitation, person)


async def say_outcome(
    unit: UnitOfWork, *, caller: Principal, call_id: CallId, outcome: Outcome, callback_at: datetime | None
) -> Call:
    """Stores what came of a call, once.

    Raises NotFound for a call of another, OutcomeGiven, LeaseLost, WaveFrozen, or Invalid for a wrong time to call
    again.
    """
    call = await _standing(unit, caller, call_id)
    wave = await waves.current(unit.connection, call.wave_id)
    must_not_be_frozen(wave)
    now = await storage.now(unit.connection)
    must_be_callable_again(outcome, callback_at, now=now, closes_at=wave.closes_at)
    said = await storage.say(unit.connection, call, outcome, callback_at)
    detail = {"version": said.version, "outcome": outcome.value}
    await unit.audit("call.outcome", "call", call.id, school_code=call.school_code, detail=detail)
    return said


async def _standing(unit: UnitOfWork, caller: Principal, call_id: CallId) -> Call:
    """The caller's call, locked, while nothing is said of it; raises NotFound, OutcomeGiven, or LeaseLost."""
    found = await storage.find(unit.connection, caller, call_id, hold=True)
    if found is None:
        raise NotFound
    caller.must_be_in(CALLERS)
    if found.outcome is not None:
        raise OutcomeGiven(found.outcome)
    if found.is_lost:
        raise LeaseLost
    return found


async def _shown(unit: UnitOfWork, caller: Principal, call: Call, invitation: Invitation, person: Reachable) -> Claimed:
    """Notes that the interviewer reads name and phone, and makes the token that lives as long as the claim."""
    token = new_token()
    entry = Entry(hashed_secret(token), invitation, call.expires_at - await storage.now(unit.connection), by_phone=True)
    await invitations.add_entry(unit.connection, entry)
    people: dict[GraduateId, SchoolCode] = {call.graduate_id: call.school_code}
    await record_accesses(
        unit.connection, caller, people, occasion_id=call.id, kind=KIND, purpose=PURPOSE, fields=FIELDS
    )
    detail = {"version": call.version, "wave_id": str(call.wave_id), "attempt": call.attempt}
    await unit.audit("call.claim", "call", call.id, school_code=call.school_code, detail=detail)
    return Claimed(call, person, token)
