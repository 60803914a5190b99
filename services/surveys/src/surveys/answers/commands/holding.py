"""What a link asks, and what was answered."""

from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias

from common import clock
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import ExpectedVersion, NotFound, Versions, must_equal
from common.identifiers import ResponseId
from common.sql import Connection
from surveys.answers import storage
from surveys.answers.commands.following import Holder, held_by
from surveys.answers.domain import changed, facts_about
from surveys.answers.storage import Values
from surveys.ballots import storage as ballots
from surveys.ballots.domain import Ballot
from surveys.caps.domain import CapFull
from surveys.employers.domain import Employer
from surveys.employers.storage import employer_of
from surveys.invitations.domain import ANSWERABLE, ENDED, Invitation, InvitationState, LinkRefused
from surveys.privacy.commands import statement_for
from surveys.privacy.domain import ConsentRequired, Means, Receipt, StatementVersion
from surveys.privacy.storage import receipts
from surveys.questionnaires.domain.content import PublishedVersion
from surveys.questionnaires.domain.facts import Facts
from surveys.questionnaires.domain.logic import Judged, logic_of
from surveys.questionnaires.storage import as_asked, published
from surveys.responses import storage as responses
from surveys.responses.domain import AlreadySubmitted, Editing, Response, ResponseState
from surveys.roster.domain import Groups, Registered, SchoolNames, Situation
from surveys.roster.storage import school_names, situation_of
from surveys.waves import storage as waves
from surveys.waves.domain import Unit, Wave, WaveNotOpen

Sheet: TypeAlias = Response | Ballot
"""Where what is answered is kept: under a person, or under the digest of a code."""


@dataclass(frozen=True)
class Asked:
    """What the holder of a link is asked, and by whom."""

    wave: Wave
    school: SchoolNames
    content: PublishedVersion


@dataclass(frozen=True)
class Answer(Asked):
    """Everything about one person's answer while it is being given.

    `statement` is what was agreed to first, and before that what is to be read now. What was submitted may be edited
    until `editable_until`.
    """

    response: Sheet
    values: Values
    statement: StatementVersion
    receipt: Receipt | None
    editable_until: datetime | None
    situation: Situation
    facts: Facts
    judged: Judged

    @property
    def id(self) -> ResponseId:
        """That of the response."""
        return self.response.id

    @property
    def version(self) -> int:
        """That of the response: every saved page raises it."""
        return self.response.version

    @property
    def shows_another(self) -> bool:
        """Whether the statement to be agreed to is another than the one that is noted as shown."""
        shown = (self.response.shown_statement_id, self.response.shown_statement_version)
        return self.receipt is None and self.response.state is ResponseState.OPEN and shown != self.statement.place

    def with_values(self, sent: Values) -> "Answer":
        """The answer after a change of its values, judged anew."""
        values = changed(self.values, sent)
        return replace(self, values=values, judged=logic_of(self.content).judge(values, self.facts))


async def read(connection: Connection, cipher: FieldCipher, invitation: Holder) -> Answer:
    """The answer behind a link; raises LinkRefused, or WaveNotOpen."""
    wave = await waves.current(connection, invitation.wave_id)
    await _must_be_answerable(connection, invitation, wave)
    wave.must_have_opened()
    return await find(connection, cipher, invitation)


async def show(unit: UnitOfWork, *, cipher: FieldCipher, invitation: Holder) -> Answer:
    """Notes which privacy statement the holder is shown, since only that one can be agreed to.

    The version of the response rises with another statement, so that what was read before cannot be agreed to any more.
    Raises LinkRefused, or WaveNotOpen.
    """
    asked, response = await answerable(unit, invitation, Versions(any=True))
    answer = await answer_of(unit.connection, cipher, asked, response)
    if not answer.shows_another:
        return answer
    statement_id, number = answer.statement.place
    stated = {"shown_statement_id": statement_id, "shown_statement_version": number}
    return replace(answer, response=await saved(unit, response, "show_statement", **stated))


async def find(connection: Connection, cipher: FieldCipher, invitation: Holder) -> Answer:
    """The answer behind a link that was opened, even if it is used up by now."""
    wave = await waves.current(connection, invitation.wave_id)
    response: Sheet | None
    if isinstance(invitation, Ballot):
        ballot = await ballots.current(connection, invitation.id)
        response = ballot if ballot.is_opened else None
    else:
        response = await responses.of_invitation(connection, invitation.id, invitation.number)
    if response is None:
        # the wave has opened since the link was looked at
        raise WaveNotOpen(opens_at=wave.opens_at.isoformat())
    return await answer_of(connection, cipher, await asked_in(connection, wave), response)


async def answerable(
    unit: UnitOfWork, invitation: Holder, expected: ExpectedVersion, page_id: str | None = None
) -> tuple[Asked, Sheet]:
    """What a link asks, and its response, held until the act ends; `page_id` is the page that the act is about.

    Raises LinkRefused, NotFound for an unknown page, the refusals of a precondition, or WaveNotOpen.
    """
    wave = await waves.current(unit.connection, invitation.wave_id, hold=True)
    # before the invitation is held, for which the other acts on this response wait
    asked = await asked_in(unit.connection, wave)
    held = await held_by(unit.connection, invitation)
    await _must_be_answerable(unit.connection, held, wave)
    # before the wave opens there is none: it is begun to have a version to compare, and undone with the refusal
    response = held if isinstance(held, Ballot) else await responses.begun(unit.connection, held)
    if page_id is not None and asked.content.page(page_id) is None:
        raise NotFound
    must_equal(expected, response.version)
    wave.must_have_opened()
    return asked, response


async def answer_of(
    connection: Connection, cipher: FieldCipher, asked: Asked, response: Sheet, sent: Values = MappingProxyType({})
) -> Answer:
    """The answer with everything that was saved of it, and with a change of its values."""
    saved_values, receipt, situation = await _kept(connection, cipher, response)
    values = changed(saved_values, sent) if sent else saved_values
    if receipt is None:
        statement = await statement_for(connection, asked.wave.school_code, asked.wave.privacy_statement_id)
    else:
        statement = await receipts.statement_of(connection, receipt)
    until = None
    if isinstance(response, Response) and response.submitted_at and response.state is not ResponseState.WITHDRAWN:
        until = (await responses.editing(connection, response.id)).until
    employer = None if response.employer_id is None else await employer_of(connection, response.employer_id)
    return composed(asked, response, values, statement, receipt, until, situation, employer)


def composed(
    asked: Asked,
    response: Sheet,
    values: Values,
    statement: StatementVersion,
    receipt: Receipt | None,
    until: datetime | None,
    situation: Situation,
    employer: Employer | None = None,
) -> Answer:
    """The answer of all that was read of it, judged."""
    agreed = receipt is not None and receipt.sensitive
    day = clock.today() if receipt is None else receipt.recorded_at.astimezone(clock.SHANGHAI).date()
    facts = facts_about(asked.wave, situation, day, sensitive=agreed, employer=employer, hires=response.hires)
    return Answer(
        asked.wave,
        asked.school,
        asked.content,
        response,
        values,
        statement,
        receipt,
        until,
        situation,
        facts,
        logic_of(asked.content).judge(values, facts),
    )


async def receipt_of(connection: Connection, response: Sheet) -> Receipt | None:
    """The consent that counts; None before the first."""
    if isinstance(response, Response):
        return await receipts.newest(connection, response.id)
    given = response.consented
    if given is None:
        return None
    # no time is kept of it: expressions ask the day on which they are judged
    return Receipt(given.statement_id, given.statement_version, given.sensitive, Means.SCREEN, clock.now())


async def saved(unit: UnitOfWork, response: Sheet, act: str, **changes: Any) -> Sheet:
    """Stores the next version of an answer, and notes who did what to it; of a ballot no note is made."""
    if isinstance(response, Ballot):
        return await ballots.save(unit.connection, response, **changes)
    after = await responses.save(unit.connection, response, **changes)
    await audit(unit, act, after)
    return after


def must_be_open(response: Sheet) -> None:
    """Raises AlreadySubmitted for what has to be opened again before it is changed."""
    if response.state is ResponseState.SUBMITTED:
        raise AlreadySubmitted


def must_take_answers(answer: Answer) -> None:
    """Raises AlreadySubmitted, or ConsentRequired."""
    must_be_open(answer.response)
    if answer.receipt is None:
        raise ConsentRequired


def must_be_taken(response: Sheet) -> None:
    """Raises CapFull for what a cap has screened out, once that is committed."""
    if response.state is ResponseState.SCREENED_OUT:
        raise CapFull(response.full_cap)


async def audit(unit: UnitOfWork, act: str, response: Response) -> None:
    """Notes an act of the holder on the response."""
    await unit.audit(
        f"response.{act}",
        "response",
        response.id,
        school_code=response.school_code,
        detail={"version": response.version, "wave_id": str(response.wave_id)},
    )


async def _kept(
    connection: Connection, cipher: FieldCipher, response: Sheet
) -> tuple[Values, Receipt | None, Situation]:
    """What was answered and agreed to, and what is known of the person: of a ballot's nothing."""
    receipt = await receipt_of(connection, response)
    if isinstance(response, Ballot):
        return ballots.values_of(cipher, response), receipt, Situation(Groups(), Registered())
    values = await storage.values_of(connection, cipher, response)
    return values, receipt, await situation_of(connection, response.graduate_id)


async def _must_be_answerable(connection: Connection, invitation: Holder, wave: Wave) -> None:
    """Raises LinkRefused for a link or a code that is used up, expired, or of who is erased."""
    if isinstance(invitation, Ballot):
        if invitation.state is not ResponseState.OPEN or wave.is_over:
            raise LinkRefused
        return
    if invitation.token_digest is None or wave.is_over:
        raise LinkRefused
    if wave.unit is Unit.HIRE:
        await _must_be_open_or_editable(connection, invitation)
        return
    editing = None
    if invitation.state is InvitationState.SUBMITTED:
        response = await responses.of_invitation(connection, invitation.id, invitation.number)
        editing = None if response is None else await responses.editing(connection, response.id)
    must_be_usable(invitation, wave, editing)


def must_be_usable(invitation: Invitation, wave: Wave, editing: Editing | None) -> None:
    """Raises LinkRefused; `editing` is that of what was submitted by the link."""
    is_edited = invitation.state is InvitationState.SUBMITTED and editing is not None and editing.is_possible
    is_used_up = invitation.state not in ANSWERABLE and not is_edited
    if invitation.token_digest is None or wave.is_over or is_used_up:
        raise LinkRefused


async def _must_be_open_or_editable(connection: Connection, invitation: Invitation) -> None:
    """Raises LinkRefused for an answer that is given for good; others of the same link may still be open."""
    response = await responses.of_invitation(connection, invitation.id, invitation.number)
    if invitation.state in ENDED:
        raise LinkRefused
    if response is None or response.state is ResponseState.OPEN:
        return
    if not (await responses.editing(connection, response.id)).is_possible:
        raise LinkRefused


async def asked_in(connection: Connection, wave: Wave) -> Asked:
    """What a wave asks."""
    # a wave that is answered was committed by another act, and with it what it asks
    content = await published(connection, wave.questionnaire_id, wave.questionnaire_version, is_committed=True)
    assert content is not None, "a wave refers to a published version by a foreign key"
    school = wave.school_code
    return Asked(wave, await school_names(connection, school), await as_asked(connection, content, school))
