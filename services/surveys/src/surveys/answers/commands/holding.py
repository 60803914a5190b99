"""What a link asks and what was answered, and the first use of a link."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from common import clock
from common.auth import Actor
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import ExpectedVersion, NotFound, Versions, must_equal
from common.identifiers import ResponseId
from common.sql import Connection
from surveys.answers import storage
from surveys.answers.domain import changed, facts_about
from surveys.answers.storage import Values
from surveys.caps.domain import CapFull
from surveys.employers.storage import employer_of
from surveys.invitations import storage as invitations
from surveys.invitations.domain import ENDED, Invitation, InvitationState, LinkRefused
from surveys.privacy.commands import statement_for
from surveys.privacy.domain import Receipt, StatementVersion
from surveys.privacy.storage import receipts
from surveys.questionnaires.domain.content import PublishedVersion
from surveys.questionnaires.domain.facts import Facts
from surveys.questionnaires.domain.logic import Judged, logic_of
from surveys.questionnaires.storage import published
from surveys.responses import storage as responses
from surveys.responses.domain import AlreadySubmitted, Response, ResponseState
from surveys.roster.domain import SchoolNames, Situation
from surveys.roster.storage import school_names, situation_of
from surveys.waves import storage as waves
from surveys.waves.domain import Unit, Wave, WaveNotOpen, WavePhase

RESPONDENT = "respondent"
"""Role under which the audit trail names the holder of a link, who has no account."""


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

    response: Response
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


def holder_of(invitation: Invitation) -> Actor:
    """Who acts with the link of this invitation."""
    return Actor(f"invitation:{invitation.id}", RESPONDENT)


async def follow(database: Database, digest: bytes) -> Invitation:
    """The invitation whose link's token has this digest, its first use noted; raises LinkRefused."""
    # equality is decided on the digest of a random secret, so the index's timing gives no token away
    async with database.reading() as connection:
        invitation = await invitations.by_digest(connection, digest)
    if invitation is None:
        raise LinkRefused
    if invitation.state is InvitationState.CREATED:
        await database.act(holder_of(invitation), partial(open_link, invitation=invitation))
    return invitation


async def open_link(unit: UnitOfWork, *, invitation: Invitation) -> None:
    """Notes the first use of a link while its wave is open: from then on only its holder can read it.

    This is an act of its own: it stays when the request that used the link first is refused for something else.
    """
    wave = await waves.current(unit.connection, invitation.wave_id, hold=True)
    # read again under its lock: of two first uses one opens the link
    held = await invitations.hold(unit.connection, invitation.id)
    if held.state is not InvitationState.CREATED or held.token_digest is None or wave.phase is not WavePhase.OPEN:
        return
    await invitations.mark(unit.connection, held.id, InvitationState.OPENED)
    statement = await statement_for(unit.connection, wave.school_code, wave.privacy_statement_id)
    await responses.begun_with(unit.connection, held, *statement.place)
    detail = {"wave_id": str(held.wave_id)}
    await unit.audit("invitation.open", "invitation", held.id, school_code=held.school_code, detail=detail)


async def read(connection: Connection, cipher: FieldCipher, invitation: Invitation) -> Answer:
    """The answer behind a link; raises LinkRefused, or WaveNotOpen."""
    wave = await waves.current(connection, invitation.wave_id)
    await _must_be_answerable(connection, invitation, wave)
    wave.must_have_opened()
    return await find(connection, cipher, invitation)


async def show(unit: UnitOfWork, *, cipher: FieldCipher, invitation: Invitation) -> Answer:
    """Notes which privacy statement the holder is shown, since only that one can be agreed to.

    The version of the response rises with another statement, so that what was read before cannot be agreed to any more.
    Raises LinkRefused, or WaveNotOpen.
    """
    asked, response = await answerable(unit, invitation, Versions(any=True))
    answer = await answer_of(unit.connection, cipher, asked, response)
    if not answer.shows_another:
        return answer
    statement_id, number = answer.statement.place
    shown = await responses.save(
        unit.connection, response, shown_statement_id=statement_id, shown_statement_version=number
    )
    await audit(unit, "show_statement", shown)
    return replace(answer, response=shown)


async def find(connection: Connection, cipher: FieldCipher, invitation: Invitation) -> Answer:
    """The answer behind a link that was opened, even if it is used up by now."""
    wave = await waves.current(connection, invitation.wave_id)
    response = await responses.of_invitation(connection, invitation.id, invitation.number)
    if response is None:
        # the wave has opened since the link was looked at
        raise WaveNotOpen(opens_at=wave.opens_at.isoformat())
    return await answer_of(connection, cipher, await asked_in(connection, wave), response)


async def answerable(
    unit: UnitOfWork, invitation: Invitation, expected: ExpectedVersion, page_id: str | None = None
) -> tuple[Asked, Response]:
    """What a link asks, and its response, held until the act ends; `page_id` is the page that the act is about.

    Raises LinkRefused, NotFound for an unknown page, the refusals of a precondition, or WaveNotOpen.
    """
    wave = await waves.current(unit.connection, invitation.wave_id, hold=True)
    # before the invitation is held, for which the other acts on this response wait
    asked = await asked_in(unit.connection, wave)
    held = replace(await invitations.hold(unit.connection, invitation.id), number=invitation.number)
    await _must_be_answerable(unit.connection, held, wave)
    # before the wave opens there is none: it is begun to have a version to compare, and undone with the refusal
    response = await responses.begun(unit.connection, held)
    if page_id is not None and asked.content.page(page_id) is None:
        raise NotFound
    must_equal(expected, response.version)
    wave.must_have_opened()
    return asked, response


async def answer_of(connection: Connection, cipher: FieldCipher, asked: Asked, response: Response) -> Answer:
    """The answer with everything that was saved of it."""
    values = await storage.values_of(connection, cipher, response)
    receipt = await receipts.newest(connection, response.id)
    if receipt is None:
        statement = await statement_for(connection, asked.wave.school_code, asked.wave.privacy_statement_id)
    else:
        statement = await receipts.statement_of(connection, receipt)
    submitted = response.submitted_at is not None and response.state is not ResponseState.WITHDRAWN
    until = (await responses.editing(connection, response.id)).until if submitted else None
    situation = await situation_of(connection, response.graduate_id)
    agreed = receipt is not None and receipt.sensitive
    day = clock.today() if receipt is None else receipt.recorded_at.astimezone(clock.SHANGHAI).date()
    employer = None if response.employer_id is None else await employer_of(connection, response.employer_id)
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


def must_be_open(response: Response) -> None:
    """Raises AlreadySubmitted for what has to be opened again before it is changed."""
    if response.state is ResponseState.SUBMITTED:
        raise AlreadySubmitted


def must_be_taken(response: Response) -> None:
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


async def _must_be_answerable(connection: Connection, invitation: Invitation, wave: Wave) -> None:
    """Raises LinkRefused for a link that is used up, expired, or of who is erased."""
    if invitation.token_digest is None or wave.is_over:
        raise LinkRefused
    if wave.unit is Unit.HIRE:
        await _must_be_open_or_editable(connection, invitation)
        return
    match invitation.state:
        case InvitationState.CREATED | InvitationState.OPENED:
            return
        case InvitationState.SUBMITTED:
            response = await responses.of_invitation(connection, invitation.id, invitation.number)
            if response is not None and (await responses.editing(connection, response.id)).is_possible:
                return
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
    content = await published(connection, wave.questionnaire_id, wave.questionnaire_version)
    assert content is not None, "a wave refers to a published version by a foreign key"
    return Asked(wave, await school_names(connection, wave.school_code), content)
