"""A page is saved, an answer submitted, and what was submitted opened again."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from common.approvals.domain import TransitionNotAllowed
from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import ExpectedVersion, FieldProblem, Invalid
from surveys.answers import storage
from surveys.answers.commands.following import Holder
from surveys.answers.commands.holding import (
    Answer,
    Asked,
    Sheet,
    answer_of,
    answerable,
    audit,
    must_take_answers,
)
from surveys.answers.commands.screening import caps_for, screen_out, take_places
from surveys.answers.domain import file_ids, names_of, problems_of, submission, unknown, unknown_files
from surveys.answers.storage import Values, files
from surveys.ballots import storage as ballots
from surveys.ballots.domain import Ballot
from surveys.invitations import storage as invitations
from surveys.invitations.domain import InvitationState
from surveys.measures import commands as measures
from surveys.measures.announcements import recorded
from surveys.measures.domain import measures_anything, values_given
from surveys.responses import storage as responses
from surveys.responses.announcements import announcement
from surveys.responses.domain import CompletedBy, Mode, Response, ResponseState
from surveys.waves import storage as waves

SETTLE_SECONDS = 60.0
"""Between two looks for answers that are edited though the time for it is over."""

_AT_ONCE = 200


async def save_page(
    unit: UnitOfWork,
    *,
    cipher: FieldCipher,
    invitation: Holder,
    page_id: str,
    expected: ExpectedVersion,
    values: Values,
) -> Answer:
    """Saves answers of one page: what is absent stays, null clears; each value must fit its question.

    Raises LinkRefused, NotFound for an unknown page, the refusals of a precondition, WaveNotOpen, AlreadySubmitted,
    ConsentRequired, or Invalid.
    """
    asked, found = await answerable(unit, invitation, expected, page_id)
    page = asked.content.page(page_id)
    assert page is not None, "it was looked for"
    names = names_of(page.questions)
    answer = await answer_of(unit.connection, cipher, asked, found, values)
    must_take_answers(answer)
    lost = await _unknown_files(unit, asked, found, values)
    # only of what is sent: other values have been there before
    if problems := [*unknown(values, names), *problems_of(answer.judged, names & values.keys()), *lost]:
        raise Invalid(problems)
    if isinstance(found, Ballot):
        return replace(answer, response=await ballots.save_values(unit.connection, cipher, found, answer.values))
    response = await responses.save(unit.connection, found, drafted=answer.judged.completeness.value)
    await storage.save_page(unit.connection, cipher, response, page.id, _among(answer.values, names))
    await audit(unit, "save_page", response)
    return replace(answer, response=response)


async def submit(
    unit: UnitOfWork,
    *,
    cipher: FieldCipher,
    invitation: Holder,
    expected: ExpectedVersion,
    values: Values,
    mode: Mode = Mode.API,
) -> Answer:
    """Closes a complete answer and announces that it was given; `values` are saved with it.

    Where a cap is full, the response that comes back is `screened_out`: `must_be_taken` refuses it after the commit.
    Raises LinkRefused, the refusals of a precondition, WaveNotOpen, AlreadySubmitted, ConsentRequired, or Invalid for
    what is wrong or missing.
    """
    asked, found = await answerable(unit, invitation, expected)
    answer = await answer_of(unit.connection, cipher, asked, found, values)
    must_take_answers(answer)
    must_be_complete(answer, values, await _unknown_files(unit, asked, found, values))
    came = mode_of(invitation, mode)
    response = await conclude(unit, cipher=cipher, answer=answer, mode=came, by=CompletedBy.RESPONDENT)
    return await answer_of(unit.connection, cipher, asked, response)


def mode_of(holder: Holder, mode: Mode) -> Mode:
    """How an answer comes: that of an interviewer by telephone, whatever writes it down."""
    return Mode.PHONE if holder.by_phone else mode


def must_be_complete(answer: Answer, sent: Values, lost: Sequence[FieldProblem] = ()) -> None:
    """Raises Invalid for what is wrong or missing in an answer with the values just sent; `lost` are unknown files."""
    judged, names = answer.judged, names_of(answer.content.questions)
    if problems := [*unknown(sent, names), *problems_of(judged, names), *lost, *judged.missing]:
        raise Invalid(problems)


async def conclude(unit: UnitOfWork, *, cipher: FieldCipher, answer: Answer, mode: Mode, by: CompletedBy) -> Sheet:
    """Submits an answer whose wave and invitation are held, and announces it; a ballot is announced to no one.

    Where a cap has no place for it, it is erased and the response is `screened_out`, which has to be committed, too.
    """
    if (full := await take_places(unit, answer)) is not None:
        return await screen_out(unit, answer, full)
    found, judged = answer.response, answer.judged
    given = submission(judged, mode, by)
    if isinstance(found, Ballot):
        return await ballots.submit(unit.connection, cipher, found, judged.kept, given, taken=caps_for(answer))
    # the streams before the response, as every act does
    moment = await responses.next_moment(unit.connection, found)
    cycle = answer.wave.measured_cycle
    measures_some = found.excluded_at is None and measures_anything(answer.content, cycle)
    measured = await measures.next_moment(unit, found) if measures_some else None
    response = await responses.submit(unit.connection, found, moment, given, measured=measured is not None)
    # what is hidden is dropped
    await storage.keep_submitted(unit.connection, cipher, response, judged.kept)
    if answer.wave.closed_at is not None:
        await waves.note_change(unit.connection, answer.wave.id)
    await invitations.mark(unit.connection, found.invitation_id, InvitationState.SUBMITTED)
    await unit.announce(announcement(response, answer.wave, moment))
    if measured is not None:
        measured_values = values_given(answer.content, judged.kept, cycle)
        await unit.announce(recorded(response, answer.wave, measured, measured_values))
    await audit(unit, "submit", response)
    return response


async def reopen(unit: UnitOfWork, *, cipher: FieldCipher, invitation: Holder, expected: ExpectedVersion) -> Answer:
    """Opens what was submitted again; it counts until something newer is submitted.

    Raises LinkRefused, the refusals of a precondition, or TransitionNotAllowed for what is open.
    """
    asked, found = await answerable(unit, invitation, expected)
    if found.state is not ResponseState.SUBMITTED:
        raise TransitionNotAllowed(found.state.value, ["submit", "withdraw"])
    assert not isinstance(found, Ballot), "what was submitted of it is not answerable any more"
    values = await storage.values_of(unit.connection, cipher, found)
    response = await responses.save(unit.connection, found, state=ResponseState.OPEN.value)
    for page in asked.content.pages:
        await storage.save_page(unit.connection, cipher, response, page.id, _among(values, names_of(page.questions)))
    await audit(unit, "reopen", response)
    return await answer_of(unit.connection, cipher, asked, response)


async def settle_overdue(database: Database) -> int:
    """Gives up what is edited after its time, each in an act of its own: what was submitted stands. How many."""
    count = 0
    async with database.reading() as connection:
        found = await responses.overdue(connection, _AT_ONCE)
    for response in found:
        count += await database.act(SYSTEM, partial(settle, edited=response))
    return count


async def settle(unit: UnitOfWork, *, edited: Response) -> bool:
    """Gives up what is edited of a response once the time for it is over; False if that is done or not yet so."""
    await waves.current(unit.connection, edited.wave_id, hold=True)
    await invitations.hold(unit.connection, edited.invitation_id)
    found = await responses.of_invitation(unit.connection, edited.invitation_id, edited.number)
    if found is None or not found.is_edited or (await responses.editing(unit.connection, found.id)).is_possible:
        return False
    await audit(unit, "settle", await responses.settled(unit.connection, found))
    return True


async def _unknown_files(unit: UnitOfWork, asked: Asked, response: Sheet, values: Values) -> list[FieldProblem]:
    named = file_ids(asked.content.questions, values)
    known = await files.among(unit.connection, response.id, named.values()) if named else set()
    return unknown_files(named, known)


def _among(values: Values, names: frozenset[str]) -> Values:
    return {name: value for name, value in values.items() if name in names}
