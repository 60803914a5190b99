"""A page is saved, and an answer submitted."""

from dataclasses import replace

from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import ExpectedVersion, Invalid
from surveys.answers import storage
from surveys.answers.commands.holding import Answer, answer_of, answerable, audit
from surveys.answers.domain import answered, missing, problems_of_page
from surveys.answers.storage import Values
from surveys.invitations import storage as invitations
from surveys.invitations.domain import Invitation, InvitationState
from surveys.measures import commands as measures
from surveys.measures.announcements import recorded
from surveys.measures.domain import measures_anything, values_given
from surveys.privacy.storage import receipts
from surveys.responses import storage as responses
from surveys.responses.announcements import announcement


async def save_page(
    unit: UnitOfWork,
    *,
    cipher: FieldCipher,
    invitation: Invitation,
    page_id: str,
    expected: ExpectedVersion,
    values: Values,
) -> Answer:
    """Replaces the answers of one page; each value must fit its question, none is required yet.

    Raises LinkRefused, NotFound for an unknown page, the refusals of a precondition, WaveNotOpen, ConsentRequired,
    or Invalid.
    """
    asked, found = await answerable(unit, invitation, expected, page_id)
    page = asked.content.page(page_id)
    assert page is not None, "it was looked for"
    await receipts.must_be_given(unit.connection, found.id)
    if problems := problems_of_page(page, values):
        raise Invalid(problems)
    kept = {name: value for name, value in values.items() if value is not None}
    response = await responses.save(unit.connection, found)
    await storage.save_page(unit.connection, cipher, response, page.id, kept)
    await audit(unit, "save_page", response)
    return await answer_of(unit.connection, cipher, asked, response)


async def submit(unit: UnitOfWork, *, cipher: FieldCipher, invitation: Invitation, expected: ExpectedVersion) -> Answer:
    """Closes a complete answer, uses up its link and announces that it was given.

    Raises LinkRefused, the refusals of a precondition, WaveNotOpen, ConsentRequired, or Invalid for what is missing.
    """
    asked, found = await answerable(unit, invitation, expected)
    await receipts.must_be_given(unit.connection, found.id)
    answer = await answer_of(unit.connection, cipher, asked, found)
    if problems := missing(answer.content, answer.values):
        raise Invalid(problems)
    # the streams before the response, as every act does
    moment = await responses.next_moment(unit.connection, answer.response)
    cycle = answer.wave.cycle.value
    measured = await measures.next_moment(unit, found) if measures_anything(answer.content, cycle) else None
    given, total = answered(answer.content, answer.values)
    response = await responses.submit(
        unit.connection, answer.response, moment, given, total, measured=measured is not None
    )
    await invitations.mark(unit.connection, invitation.id, InvitationState.SUBMITTED)
    await unit.announce(announcement(response, answer.wave, moment))
    if measured is not None:
        values = values_given(answer.content, answer.values, cycle)
        await unit.announce(recorded(response, answer.wave, measured, values))
    await audit(unit, "submit", response)
    return replace(answer, response=response)
