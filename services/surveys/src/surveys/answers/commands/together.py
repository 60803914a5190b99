"""Many answers are submitted in one act, as `submit` does with one; what another act holds is left to be done alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from common.audit.entry import Entry, record_each
from common.auth import Actor
from common.contracts import OutgoingEvent
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import ExpectedVersion, QuxiangError, must_equal
from common.grouping import ALONE, Alone
from common.identifiers import ResponseId, WaveId
from common.objects import drop
from common.once import Once, claim_each, remember_each
from common.outbox.append import Cause, append_each
from surveys.answers import storage
from surveys.answers.commands.following import holder_of
from surveys.answers.commands.gathering import Held, answers_of, graduate_of, hold_all
from surveys.answers.commands.holding import Answer, must_be_open, must_be_usable
from surveys.answers.commands.saving import mode_of, must_be_complete
from surveys.answers.commands.screening import caps_for, full_at_first
from surveys.answers.domain import file_ids, submission
from surveys.answers.storage import Values, together
from surveys.caps import storage as caps
from surveys.caps.storage import Place
from surveys.invitations.domain import Invitation, InvitationState
from surveys.measures import storage as measures
from surveys.measures.announcements import recorded
from surveys.measures.domain import measures_anything, values_given
from surveys.privacy.domain import ConsentRequired
from surveys.questionnaires.domain.logic import logic_of
from surveys.responses import storage as responses
from surveys.responses.announcements import announcement
from surveys.responses.domain import CompletedBy, Editing, Mode, Response, ResponseState


@dataclass(frozen=True)
class Submitting:
    """A request to submit; `cause` says which request."""

    invitation: Invitation
    expected: ExpectedVersion
    values: Values
    mode: Mode
    once: Once | None
    cause: Cause

    @property
    def subject(self) -> str:
        """Who asks."""
        return holder_of(self.invitation).subject


@dataclass(frozen=True)
class Concluding:
    """An answer that is to be submitted, and who does so in which request.

    Its response may be `new`: not stored yet.
    """

    answer: Answer
    mode: Mode
    by: CompletedBy
    actor: Actor
    cause: Cause
    new: bool = False

    @property
    def response(self) -> Response:
        """That of the answer."""
        assert isinstance(self.answer.response, Response), "no ballot is submitted together with others"
        return self.answer.response


Outcome = Answer | Exception | Alone
"""What came of one of many requests: `ALONE` where another act holds something that it needs."""


async def submit_all(unit: UnitOfWork, *, cipher: FieldCipher, asked: Sequence[Submitting]) -> list[Outcome]:
    """Submits in the order of arrival; of each what `submit` returns, or the exception that it raises."""
    outcomes: dict[int, Outcome] = {}
    keyed = [(at, each.once) for at, each in enumerate(asked) if each.once is not None]
    claimed = await claim_each(unit.connection, [(asked[at].subject, once) for at, once in keyed])
    outcomes |= {at: refused for (at, _), refused in zip(keyed, claimed, strict=True) if refused is not None}
    open_places = [at for at in range(len(asked)) if at not in outcomes]
    links = {at: (asked[at].invitation.wave_id, asked[at].invitation.id) for at in open_places}
    held = await hold_all(unit.connection, links)
    concluding: dict[int, Concluding] = {}
    answers = await answers_of(unit.connection, cipher, {at: each for at, each in held.items() if each.receipt})
    for at in open_places:
        outcomes[at] = ALONE
        if at in held:
            found = _ready(asked[at], held[at], answers.get(at))
            if isinstance(found, Answer):
                mode, actor = mode_of(asked[at].invitation, asked[at].mode), holder_of(asked[at].invitation)
                concluding[at] = Concluding(found, mode, CompletedBy.RESPONDENT, actor, asked[at].cause)
            else:
                outcomes[at] = found
    ended = await conclude_all(unit, cipher, [*concluding.values()])
    outcomes |= await _shown(unit, concluding, ended)
    done = [
        (each.subject, each.once, outcome)
        for at, each in enumerate(asked)
        if each.once is not None and isinstance(outcome := outcomes[at], Answer)
    ]
    await remember_each(unit.connection, done)
    return [outcomes[at] for at in range(len(asked))]


async def conclude_all(unit: UnitOfWork, cipher: FieldCipher, asked: Sequence[Concluding]) -> list[Response | Alone]:
    """Submits answers whose waves and invitations are held, as `conclude` does with one, in their order."""
    if not asked:
        return []
    full, busy, places = await _decided(unit, asked)
    taken = [each for at, each in enumerate(asked) if at not in full and at not in busy]
    screened = {each.response.id: cap for at, each in enumerate(asked) if (cap := full.get(at))}
    ended = {**await _submitted(unit, cipher, taken), **await _screened_out(unit, asked, screened)}
    # a place names its response
    await caps.take(unit.connection, places)
    return [ALONE if at in busy else ended[each.response.id] for at, each in enumerate(asked)]


async def _shown(
    unit: UnitOfWork, asked: Mapping[int, Concluding], ended: Sequence[Response | Alone]
) -> dict[int, Outcome]:
    """What came of these requests, as it is answered."""
    over = [each.id for each in ended if isinstance(each, Response)]
    until = await together.editing_of(unit.connection, over)
    return {
        at: _after(asked[at].answer, each, until) if isinstance(each, Response) else each
        for at, each in zip(asked, ended, strict=True)
    }


def _after(answer: Answer, response: Response, until: Mapping[ResponseId, Editing]) -> Answer:
    """The answer as it stands once it was submitted, or screened out and erased."""
    after = replace(answer, response=response, editable_until=until[response.id].until)
    if response.state is ResponseState.SUBMITTED:
        return replace(after, values=answer.judged.kept)
    return replace(after, values={}, judged=logic_of(answer.content).judge({}, answer.facts))


def _ready(asked: Submitting, held: Held, answer: Answer | None) -> Answer | Exception | Alone:
    """The answer that can be submitted, or why it cannot; in the order in which `submit` asks."""
    wave, response = held.asked.wave, held.response
    if held.invitation.state is InvitationState.SUBMITTED:
        # whether it may still be edited, the act itself asks
        return ALONE
    try:
        must_be_usable(held.invitation, wave, None)
        must_equal(asked.expected, response.version)
        wave.must_have_opened()
        must_be_open(response)
        if answer is None:
            raise ConsentRequired
        if file_ids(answer.content.questions, asked.values):
            return ALONE
        answer = answer.with_values(asked.values)
        must_be_complete(answer, asked.values)
    except QuxiangError as refused:
        return refused
    return answer


async def _decided(unit: UnitOfWork, asked: Sequence[Concluding]) -> tuple[dict[int, str], set[int], list[Place]]:
    """Holds caps and streams; which cap is full for whom, who waits, and the places taken in the order of arrival."""
    needed = [caps_for(each.answer) for each in asked]
    full = {at: cap for at, each in enumerate(needed) if (cap := full_at_first(each))}
    named = {(asked[at].answer.wave.id, cap.id) for at, each in enumerate(needed) if at not in full for cap in each}
    left = await caps.hold(unit.connection, named) if named else {}
    streams = [graduate_of(each.response) for each in asked]
    measured = [graduate_of(each.response) for each in asked if _measures(each.answer)]
    waits = await together.busy_streams(unit.connection, streams, measured=measured)
    busy: set[int] = set()
    places: list[Place] = []
    for at, each in enumerate(asked):
        wave_id, response = each.answer.wave.id, each.response
        if response.graduate_id in waits:
            busy.add(at)
            full.pop(at, None)
        elif at not in full:
            keys = [(wave_id, cap.id) for cap in needed[at]]
            lacking = next((cap_id for wave_id, cap_id in keys if not left[wave_id, cap_id]), None)
            if lacking is not None:
                full[at] = lacking
                continue
            for key in keys:
                left[key] -= 1
            places += [Place(wave_id, cap_id, response.id) for _, cap_id in keys]
    return full, busy, places


async def _submitted(unit: UnitOfWork, cipher: FieldCipher, taken: Sequence[Concluding]) -> dict[ResponseId, Response]:
    """Writes and announces what is taken."""
    if not taken:
        return {}
    found = [each.response for each in taken]
    subjects = [(graduate_of(response), response.school_code) for response in found]
    moments = await together.next_moments(unit.connection, subjects)
    measuring = [at for at, each in enumerate(taken) if _measures(each.answer)]
    measured = dict(
        zip(measuring, await measures.next_moments(unit.connection, [subjects[at] for at in measuring]), strict=True)
    )
    said = [submission(each.answer.judged, each.mode, each.by) for each in taken]
    given = [(found[at], moments[at], said[at], at in measured) for at in range(len(taken))]
    old = [each for each, of in zip(given, taken, strict=True) if not of.new]
    new = [each for each, of in zip(given, taken, strict=True) if of.new]
    after = {
        **(await together.submit(unit.connection, old) if old else {}),
        **(await together.enter(unit.connection, new) if new else {}),
    }
    kept = [(after[each.response.id], each.answer.judged.kept) for each in taken]
    # what is hidden is dropped
    await storage.keep_all(unit.connection, cipher, kept)
    ids = [response.invitation_id for response in found]
    await together.mark(unit.connection, ids, InvitationState.SUBMITTED)
    events: list[OutgoingEvent] = []
    causes: list[Cause] = []
    for at, (each, (response, values)) in enumerate(zip(taken, kept, strict=True)):
        wave, content = each.answer.wave, each.answer.content
        events.append(announcement(response, wave, moments[at]))
        if at in measured:
            events.append(recorded(response, wave, measured[at], values_given(content, values, wave.measured_cycle)))
        causes += [each.cause] * (len(events) - len(causes))
    await append_each(unit.connection, events, causes)
    await record_each(unit.connection, _entries("submit", taken, after))
    return after


async def _screened_out(
    unit: UnitOfWork, asked: Sequence[Concluding], full: Mapping[ResponseId, str]
) -> dict[ResponseId, Response]:
    """Ends the responses that a cap has no place for."""
    if not full:
        return {}
    ended = [each for each in asked if each.response.id in full]
    await together.store(unit.connection, [each.response for each in ended if each.new])
    after = {
        response.id: replace(response, full_cap=full[response.id])
        for response in await together.screen_out(unit.connection, [*full])
    }
    ids = [each.response.invitation_id for each in ended]
    await together.mark(unit.connection, ids, InvitationState.SCREENED_OUT)
    await record_each(unit.connection, _entries("screen_out", ended, after))
    # rows of files are the last that an act locks
    names = [name for each in full for name in await responses.take_files(unit.connection, each)]
    await drop(unit, *names)
    return after


def _measures(answer: Answer) -> bool:
    excluded = isinstance(answer.response, Response) and answer.response.excluded_at is not None
    return not excluded and measures_anything(answer.content, answer.wave.measured_cycle)


def _entries(act: str, asked: Sequence[Concluding], after: Mapping[ResponseId, Response]) -> list[Entry]:
    details: dict[tuple[int, WaveId], Mapping[str, object]] = {}
    made = []
    for each in asked:
        response = after[each.response.id]
        said = {"version": response.version, "wave_id": str(response.wave_id)}
        detail = details.setdefault((response.version, response.wave_id), said)
        about = ("response", str(response.id), response.school_code, detail)
        made.append(Entry(each.actor, each.cause[0], f"response.{act}", *about))
    return made
