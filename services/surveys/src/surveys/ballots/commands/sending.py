"""A step of an unlinkable wave: whom it is meant for and the codes are noted in one act, before the first message.

Who got which code is known to the process that sends, and ends with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from common.crypto import hashed_secret
from common.database import UnitOfWork
from common.identifiers import InvitationId, WaveId
from surveys.ballots import storage
from surveys.ballots.commands.printing import codes_for, issue
from surveys.ballots.domain import FEWEST
from surveys.ballots.storage import sendings
from surveys.contact.commands.noting import hold_people, step_of
from surveys.contact.domain import Address, DueStep, Judged, plan_of
from surveys.contact.storage import attempts, judging, tokens
from surveys.invitations.domain import new_token
from surveys.ladders.domain import StepKind
from surveys.waves import storage as waves
from surveys.waves.domain import SendingState, Wave


@dataclass(frozen=True)
class Leaving:
    """A message about to leave; a reminder has no code."""

    invitation_id: InvitationId
    code: str | None
    stop_token: str


async def invite(unit: UnitOfWork, *, due: DueStep) -> None:
    """Stores who is asked, without links, as what opt-outs and attempts go by."""
    await waves.current(unit.connection, due.wave_id, hold=True)
    await sendings.invite(unit.connection, due.wave_id, str(due.step.channel))


async def note(
    unit: UnitOfWork, *, due: DueStep, found: Sequence[Judged], reached: Mapping[InvitationId, Address], price: int
) -> list[Leaving]:
    """Notes a whole step: all its attempts, and with an invitation all its codes.

    Nothing is sent, and the step is over, where so few would get a code that their answers could be recognised, or
    where the codes were printed.
    """
    wave = await waves.lock(unit.connection, due.wave_id)
    if wave.is_over or step_of(wave, due.number or 0) != due.step:
        return []
    await hold_people(unit, found)
    judged = await judging.judged(unit.connection, due, [each.invitation_id for each in found])
    left = await attempts.left_to_spend(unit.connection, due.wave_id) if price else None
    at_once = [replace(each, waits_until=None) for each in judged]
    plan = plan_of(at_once, reached, None if left is None else left // price)
    refused = await _refused(unit, wave, due, len(plan.sent))
    await sendings.begin(unit.connection, due, refused or SendingState.SENDING)
    if refused:
        return []
    await sendings.note(unit.connection, due, plan, price)
    if price:
        await attempts.spend(unit.connection, due.wave_id, price * len(plan.sent))
    detail = {"step": due.number, "sent": len(plan.sent), "skipped": len(plan.skipped)}
    await unit.audit("contact.note", "wave", due.wave_id, school_code=due.school_code, detail=detail)
    codes: Sequence[str | None] = [None] * len(plan.sent)
    if due.step.kind is StepKind.INVITE:
        codes = made = codes_for(len(plan.sent))
        await issue(unit, wave=wave, codes=made)
    leaving = [Leaving(each, code, new_token()) for each, code in zip(plan.sent, codes, strict=True)]
    stops = {hashed_secret(each.stop_token): each.invitation_id for each in leaving}
    await tokens.keep_stops(unit.connection, due.school_code, stops)
    return leaving


async def end(unit: UnitOfWork, *, due: DueStep, is_whole: bool) -> None:
    """Notes that everything was handed over, or that the rest stays unsent."""
    state = SendingState.SENT if is_whole else SendingState.INTERRUPTED
    await sendings.end(unit.connection, due.wave_id, due.number or 0, state)


async def give_up(unit: UnitOfWork, *, wave_id: WaveId, step: int) -> None:
    """Notes that the process which was sending a step has died: its codes are lost, the rest stays unsent."""
    await sendings.end(unit.connection, wave_id, step, SendingState.INTERRUPTED)


async def _refused(unit: UnitOfWork, wave: Wave, due: DueStep, count: int) -> SendingState | None:
    if due.step.kind is not StepKind.INVITE:
        return None
    if await storage.count(unit.connection, wave.id):
        return SendingState.PRINTED
    return SendingState.TOO_FEW if count < FEWEST else None
