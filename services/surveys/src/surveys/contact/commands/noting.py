"""An attempt is noted and committed before its message leaves: never twice is worth more than a rare never."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from common.crypto import hashed_secret
from common.database import UnitOfWork
from common.identifiers import InvitationId, SchoolCode
from surveys.contact.domain import Address, AttemptId, DueStep, Judged, SkipReason, plan_of
from surveys.contact.storage import attempts, judging, tokens
from surveys.contact.storage.attempts import Deferred
from surveys.invitations.domain import new_token
from surveys.ladders.domain import Step
from surveys.waves import storage as waves
from surveys.waves.domain import Wave


@dataclass(frozen=True)
class Noted:
    """A message about to leave, with tokens that only this process knows: the link's, and that which ends contact."""

    id: AttemptId
    invitation_id: InvitationId
    link_token: str
    stop_token: str


async def note(
    unit: UnitOfWork, *, due: DueStep, found: Sequence[Judged], reached: Mapping[InvitationId, Address], price: int
) -> list[Noted]:
    """Judges these invitations once more, under the locks of their people, and notes what the step does with each.

    Nothing is noted where the ladder has changed meanwhile. An answer or an opt-out that was committed before counts.
    """
    wave = await waves.current(unit.connection, due.wave_id, hold=True)
    if due.number is None or step_of(wave, due.number) != due.step:
        return []
    await hold_people(unit, found)
    judged = await judging.judged(unit.connection, due, [each.invitation_id for each in found])
    return await _note(unit, due, judged, reached, price)


async def note_asked(
    unit: UnitOfWork, *, due: DueStep, found: Sequence[Judged], reached: Mapping[InvitationId, Address], price: int
) -> list[Noted]:
    """Notes messages that people have asked for themselves: they are no step of the ladder, and wait for nothing.

    `due` has no number. The wave is held.
    """
    await hold_people(unit, found)
    judged = await judging.judged_again(unit.connection, [each.invitation_id for each in found])
    return await _note(unit, due, [replace(each, waits_until=None) for each in judged], reached, price)


async def _note(
    unit: UnitOfWork, due: DueStep, judged: Sequence[Judged], reached: Mapping[InvitationId, Address], price: int
) -> list[Noted]:
    left = await attempts.left_to_spend(unit.connection, due.wave_id) if price else None
    plan = plan_of(judged, reached, None if left is None else left // price)
    if not plan.sent and not plan.skipped:
        return []
    noted = await attempts.note(unit.connection, due, plan, price)
    if price and noted:
        await attempts.spend(unit.connection, due.wave_id, price * len(noted))
    detail = {"step": due.number, "sent": len(noted), "skipped": len(plan.skipped)}
    await unit.audit("contact.note", "wave", due.wave_id, school_code=due.school_code, detail=detail)
    return await _leaving(unit, due.school_code, judged, noted)


async def retry(
    unit: UnitOfWork, *, put_off: Sequence[Deferred], reached: Mapping[InvitationId, Address]
) -> list[Noted]:
    """Takes messages of one wave that were put off for another try, but to those who have answered or opted out."""
    await waves.current(unit.connection, put_off[0].wave_id, hold=True)
    found = [Judged(each.invitation_id, each.graduate_id, None, None, each.employer_id) for each in put_off]
    await hold_people(unit, found)
    judged = await judging.judged_again(unit.connection, [each.invitation_id for each in found])
    reasons = {
        each.invitation_id: each.reason or (None if each.invitation_id in reached else SkipReason.NO_CONTACT)
        for each in judged
    }
    taken = await attempts.claim(unit.connection, {each.id: reasons[each.invitation_id] for each in put_off})
    return await _leaving(unit, put_off[0].school_code, judged, taken)


async def end(unit: UnitOfWork, *, due: DueStep, next_at: datetime | None) -> None:
    """Notes that a step is done for everybody, or goes on at an instant; not where its ladder has changed."""
    wave = await waves.current(unit.connection, due.wave_id, hold=True)
    if due.number is not None and step_of(wave, due.number) == due.step:
        await attempts.end_step(unit.connection, due, next_at)


def step_of(wave: Wave, number: int) -> Step | None:
    """A step of a wave's ladder by its place; None where there is none any more."""
    return wave.ladder[number - 1] if number <= len(wave.ladder) else None


async def hold_people(unit: UnitOfWork, found: Sequence[Judged]) -> None:
    """Locks invitations and the streams of their people: an answer or an opt-out comes before, or finds the attempt."""
    people = [each.graduate_id or each.employer_id for each in found]
    await judging.hold(unit.connection, [each.invitation_id for each in found], people)


async def _leaving(
    unit: UnitOfWork, school_code: SchoolCode, judged: Sequence[Judged], noted: Mapping[InvitationId, AttemptId]
) -> list[Noted]:
    """The tokens of messages that leave now, their digests stored, and the moment noted in their people's streams."""
    if not noted:
        return []
    people = [each.graduate_id or each.employer_id for each in judged if each.invitation_id in noted]
    await attempts.note_sent(unit.connection, people)
    leaving = [Noted(attempt, invitation, new_token(), new_token()) for invitation, attempt in noted.items()]
    links = {hashed_secret(each.link_token): each.invitation_id for each in leaving}
    await tokens.keep_links(unit.connection, school_code, links)
    stops = {hashed_secret(each.stop_token): each.invitation_id for each in leaving}
    await tokens.keep_stops(unit.connection, school_code, stops)
    return leaving
