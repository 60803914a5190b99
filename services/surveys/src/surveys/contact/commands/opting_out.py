"""People ask to be left alone: by the link of a message, with their account, or through the school."""

from uuid import UUID

from common.approvals.domain import TransitionNotAllowed
from common.auth import EVERYTHING, Actor, Principal, Role
from common.database import UnitOfWork
from common.errors import ExpectedVersion, FieldProblem, Invalid, Message, NotFound, must_equal
from common.identifiers import GraduateId, WaveId
from surveys.contact.domain import AlreadyOptedOut, OptOut, OptOutId, OptOutScope, OptOutSource
from surveys.contact.storage import opt_outs
from surveys.invitations.domain import Invitation
from surveys.roster.storage import must_be_in_scope
from surveys.waves import storage as waves
from surveys.waves.commands import MANAGERS

ASKERS = MANAGERS | {Role.GRADUATE}

_WHOM = Message("请填写 graduate_id", "Name the graduate: graduate_id")
_WHICH = Message("请填写 wave_id", "Name the wave: wave_id")
_NO_WAVE = Message("范围为 all 时不写 wave_id", "With the scope `all` no wave is named")
_UNKNOWN_WAVE = Message("本校没有这一轮调查", "This school has no such wave")


def holder_of(invitation: Invitation) -> Actor:
    """Who acts with a token that was sent for an invitation."""
    return Actor(f"invitation:{invitation.id}", "respondent")


async def opt_out(
    unit: UnitOfWork, *, caller: Principal, graduate_id: GraduateId | None, scope: OptOutScope, wave_id: WaveId | None
) -> OptOut:
    """Leaves a graduate alone who asks for it, or for whom a manager does.

    Raises Forbidden, Invalid, NotFound for a graduate out of scope, or AlreadyOptedOut.
    """
    caller.must_be_in(ASKERS)
    own = None if caller.graduate_id is None else GraduateId(caller.graduate_id)
    whom = graduate_id or own
    if whom is None:
        raise Invalid([FieldProblem("/graduate_id", "required", _WHOM)])
    if (scope is OptOutScope.WAVE) != (wave_id is not None):
        broken = ("required", _WHICH) if wave_id is None else ("not_allowed", _NO_WAVE)
        raise Invalid([FieldProblem("/wave_id", *broken)])
    await must_be_in_scope(unit.connection, caller.row_scope(), whom)
    school = await opt_outs.school_of(unit.connection, whom)
    if school is None:
        raise NotFound
    if wave_id is not None:
        wave = await waves.find(unit.connection, EVERYTHING, wave_id)
        if wave is None or wave.school_code != school:
            raise Invalid([FieldProblem("/wave_id", "unknown_wave", _UNKNOWN_WAVE)])
    source = OptOutSource.GRADUATE if caller.role is Role.GRADUATE else OptOutSource.MANAGER
    await opt_outs.hold(unit.connection, whom)
    made = await opt_outs.add(unit.connection, school, whom, None, wave_id, source)
    if made is None:
        raise AlreadyOptedOut
    await _audit(unit, "add", made)
    return made


async def end_contact(
    unit: UnitOfWork, *, invitation_id: UUID, source: OptOutSource, everywhere: bool = False
) -> OptOut | None:
    """Leaves alone who was invited, in that wave or in all; None where that stands already."""
    invited = await opt_outs.invitation(unit.connection, invitation_id)
    subject = invited.graduate_id or invited.employer_id
    assert subject is not None, "an invitation is of one of the two"
    await opt_outs.hold(unit.connection, subject)
    wave_id = None if everywhere else invited.wave_id
    made = await opt_outs.add(
        unit.connection, invited.school_code, invited.graduate_id, invited.employer_id, wave_id, source
    )
    if made is not None:
        await _audit(unit, "add", made)
    return made


async def revoke(unit: UnitOfWork, *, caller: Principal, opt_out_id: OptOutId, expected: ExpectedVersion) -> OptOut:
    """Ends an opt-out, as only the graduate may.

    Raises NotFound, Forbidden, the refusals of a precondition, or TransitionNotAllowed for one that has ended.
    """
    found = await get(unit, caller, opt_out_id)
    caller.must_be_in({Role.GRADUATE})
    assert found.graduate_id is not None, "a graduate sees the own ones"
    await opt_outs.hold(unit.connection, found.graduate_id)
    held = await get(unit, caller, opt_out_id)
    must_equal(expected, held.version)
    if held.revoked_at is not None:
        raise TransitionNotAllowed("revoked", [])
    ended = await opt_outs.revoke(unit.connection, opt_out_id)
    await _audit(unit, "revoke", ended)
    return ended


async def get(unit: UnitOfWork, caller: Principal, opt_out_id: OptOutId) -> OptOut:
    """An opt-out in the caller's scope; raises NotFound."""
    found = await opt_outs.find(unit.connection, caller.row_scope(), opt_out_id)
    if found is None:
        raise NotFound
    return found


async def _audit(unit: UnitOfWork, act: str, made: OptOut) -> None:
    detail = {"scope": made.scope.value, "wave_id": made.wave_id and str(made.wave_id), "source": made.source.value}
    await unit.audit(f"opt_out.{act}", "opt_out", made.id, school_code=made.school_code, detail=detail)
