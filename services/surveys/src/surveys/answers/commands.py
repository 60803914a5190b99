"""Acts of the holder of a personal link: open it, save a page, submit.

Each holds the wave and then the invitation, so that acts on one response follow each other.
"""

from dataclasses import dataclass, replace

from common.auth import Actor
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import ExpectedVersion, Invalid, NotFound, must_equal
from common.identifiers import ResponseId
from common.sql import Connection
from surveys.answers import storage
from surveys.answers.domain import answered, missing, problems_of_page
from surveys.answers.storage import Values
from surveys.invitations import storage as invitations
from surveys.invitations.domain import Invitation, InvitationState, LinkRefused
from surveys.measures import commands as measures
from surveys.measures.announcements import recorded
from surveys.measures.domain import measures_anything, values_given
from surveys.questionnaires.domain.content import Content
from surveys.questionnaires.storage import published
from surveys.responses import storage as responses
from surveys.responses.announcements import announcement
from surveys.responses.domain import Response
from surveys.roster.domain import SchoolNames
from surveys.roster.storage import school_names
from surveys.waves import storage as waves
from surveys.waves.domain import CurrentWave, WaveNotOpen, WavePhase

RESPONDENT = "respondent"
"""Role under which the audit trail names the holder of a link, who has no account."""

_ANSWERABLE = frozenset({InvitationState.CREATED, InvitationState.OPENED})


@dataclass(frozen=True)
class Asked:
    """What the holder of a link is asked, and by whom."""

    wave: CurrentWave
    school: SchoolNames
    content: Content


@dataclass(frozen=True)
class Answer(Asked):
    """Everything about one person's answer while it is being given."""

    response: Response
    values: Values

    @property
    def id(self) -> ResponseId:
        """That of the response."""
        return self.response.id

    @property
    def version(self) -> int:
        """That of the response: every saved page raises it."""
        return self.response.version


def holder_of(invitation: Invitation) -> Actor:
    """Who acts with the link of this invitation."""
    return Actor(f"invitation:{invitation.id}", RESPONDENT)


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
    await responses.begun(unit.connection, held)
    detail = {"wave_id": str(held.wave_id)}
    await unit.audit("invitation.open", "invitation", held.id, school_code=held.school_code, detail=detail)


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

    Raises LinkRefused, NotFound for an unknown page, the refusals of a precondition, WaveNotOpen,
    or Invalid.
    """
    asked, found = await _answerable(unit, invitation)
    page = asked.content.page(page_id)
    if page is None:
        raise NotFound
    must_equal(expected, found.version)
    asked.wave.must_have_opened()
    if problems := problems_of_page(page, values):
        raise Invalid(problems)
    kept = {name: value for name, value in values.items() if value is not None}
    response = await responses.save(unit.connection, found)
    await storage.save_page(unit.connection, cipher, response, page.id, kept)
    await _audit(unit, "save_page", response)
    return await _with_values(unit.connection, cipher, asked, response)


async def submit(unit: UnitOfWork, *, cipher: FieldCipher, invitation: Invitation, expected: ExpectedVersion) -> Answer:
    """Closes a complete answer, uses up its link and announces that it was given.

    Raises LinkRefused, the refusals of a precondition, WaveNotOpen, or Invalid for what is missing.
    """
    asked, found = await _answerable(unit, invitation)
    must_equal(expected, found.version)
    asked.wave.must_have_opened()
    answer = await _with_values(unit.connection, cipher, asked, found)
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
    await _audit(unit, "submit", response)
    return replace(answer, response=response)


async def read(connection: Connection, cipher: FieldCipher, invitation: Invitation) -> Answer:
    """The answer behind a link; raises LinkRefused, or WaveNotOpen."""
    wave = await waves.current(connection, invitation.wave_id)
    _must_be_answerable(invitation, wave)
    wave.must_have_opened()
    return await find(connection, cipher, invitation)


async def find(connection: Connection, cipher: FieldCipher, invitation: Invitation) -> Answer:
    """The answer behind a link that was opened, even if it is used up by now."""
    wave = await waves.current(connection, invitation.wave_id)
    response = await responses.of_invitation(connection, invitation.id)
    if response is None:
        # the wave has opened since the link was looked at
        raise WaveNotOpen(opens_at=wave.opens_at.isoformat())
    return await _with_values(connection, cipher, await _asked(connection, wave), response)


def _must_be_answerable(invitation: Invitation, wave: CurrentWave) -> None:
    """Raises LinkRefused for a link that is used up, expired, or of who is erased."""
    if invitation.state not in _ANSWERABLE or invitation.token_digest is None or wave.phase is WavePhase.CLOSED:
        raise LinkRefused


async def _answerable(unit: UnitOfWork, invitation: Invitation) -> tuple[Asked, Response]:
    """What a link asks, and its response, held until the act ends."""
    wave = await waves.current(unit.connection, invitation.wave_id, hold=True)
    # before the invitation is held, for which the other acts on this response wait
    asked = await _asked(unit.connection, wave)
    held = await invitations.hold(unit.connection, invitation.id)
    _must_be_answerable(held, wave)
    # before the wave opens there is none: it is begun to have a version to compare, and undone with the refusal
    return asked, await responses.begun(unit.connection, held)


async def _asked(connection: Connection, wave: CurrentWave) -> Asked:
    content = await published(connection, wave.questionnaire_id, wave.questionnaire_version)
    assert content is not None, "a wave refers to a published version by a foreign key"
    return Asked(wave, await school_names(connection, wave.school_code), content)


async def _with_values(connection: Connection, cipher: FieldCipher, asked: Asked, response: Response) -> Answer:
    values = await storage.values_of(connection, cipher, response.id)
    return Answer(asked.wave, asked.school, asked.content, response, values)


async def _audit(unit: UnitOfWork, act: str, response: Response) -> None:
    await unit.audit(
        f"response.{act}",
        "response",
        response.id,
        school_code=response.school_code,
        detail={"version": response.version, "wave_id": str(response.wave_id)},
    )
