"""What the holder of a personal link does: read, save a page, submit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from common.auth import Actor, RowScope
from common.crypto import FieldCipher, hashed_secret
from common.database import Database, UnitOfWork
from common.errors import Conflict, Invalid, Message, NotFound
from common.http import Idempotency, LazyBody
from common.http.etags import Precondition
from surveys.invitations import storage as invitations
from surveys.invitations.domain import InvitationState, has_form
from surveys.invitations.storage import Invitation
from surveys.problems import LinkRefused
from surveys.questionnaires import storage as questionnaires
from surveys.questionnaires.domain import Content, Page
from surveys.responses import storage
from surveys.responses.announcements import announcement
from surveys.responses.domain import answered, missing, problems_of_page
from surveys.responses.forms import PageValues
from surveys.responses.sealing import Values, seal, unseal
from surveys.responses.storage import Response
from surveys.roster.storage import school_names
from surveys.waves import storage as waves
from surveys.waves.domain import Wave, WavePhase

RESPONDENT = "respondent"
"""Role under which the audit trail names the holder of a link, who has no account."""

UNKNOWN_HOLDER = Actor("link", RESPONDENT)
"""Who opens a unit of work before the link is known."""

_ANSWERABLE = frozenset({InvitationState.CREATED, InvitationState.OPENED})
_NOT_OPEN = Message("调查尚未开始", "This survey has not opened yet")


@dataclass(frozen=True)
class Answer:
    """Everything about one person's answer while it is being given."""

    invitation: Invitation
    wave: Wave
    phase: WavePhase
    school_names: tuple[str | None, str | None]
    content: Content
    response: Response
    values: Values


async def use(database: Database, token: str) -> None:
    """Notes the first use of a link; raises LinkRefused for a token nobody has.

    From then on nobody but its holder can read the link. This is an act of its own, so that it stays true when the
    request that used the link first is refused for something else.
    """
    async with database.transaction(UNKNOWN_HOLDER) as unit:
        invitation = await _held(unit, token)
        _, phase = await waves.with_phase(unit.connection, invitation.wave_id)
        if invitation.state is InvitationState.CREATED and phase is WavePhase.OPEN:
            await _open(unit, invitation)
            await unit.commit()


async def read(database: Database, cipher: FieldCipher, token: str) -> Answer:
    """The answer behind a link."""
    async with database.transaction(UNKNOWN_HOLDER) as unit:
        answer = await _answer(unit, cipher, await _held(unit, token))
    _must_be_open(answer)
    return answer


async def save_page(
    database: Database,
    cipher: FieldCipher,
    token: str,
    page_id: str,
    if_match: Precondition,
    body: LazyBody[PageValues],
) -> Answer:
    """Replaces the answers of one page; each value must fit its question, none is required yet."""
    async with database.transaction(UNKNOWN_HOLDER) as unit:
        answer = await _answer(unit, cipher, await _held(unit, token))
        page = _page_of(answer, page_id)
        if_match.must_equal(answer.response.version)
        _must_be_open(answer)
        saved = await _save(unit, cipher, answer, page, body.parse().values)
        await unit.commit()
    return saved


async def submit(
    database: Database, cipher: FieldCipher, token: str, if_match: Precondition, once: Idempotency
) -> Answer:
    """Closes a complete answer, uses up its link and announces that it was given."""
    async with database.transaction(UNKNOWN_HOLDER) as unit:
        invitation = await _held(unit, token)
        await once.claim(unit)
        answer = await _answer(unit, cipher, invitation)
        if_match.must_equal(answer.response.version)
        _must_be_open(answer)
        if problems := missing(answer.content, answer.values):
            raise Invalid(problems)
        submitted = await _submit(unit, answer)
        await once.remember(unit, submitted.response.id, submitted.response.version)
        await unit.commit()
    return submitted


async def submitted_before(database: Database, cipher: FieldCipher, token: str) -> Answer:
    """The answer that a repeated submission shows again; its link is used up for everything else."""
    async with database.transaction(UNKNOWN_HOLDER) as unit:
        invitation = await _held(unit, token)
        wave, phase = await waves.with_phase(unit.connection, invitation.wave_id)
        return await _filled(unit, cipher, invitation, wave, phase)


async def _save(
    unit: UnitOfWork, cipher: FieldCipher, answer: Answer, page: Page, values: Mapping[str, object]
) -> Answer:
    if problems := problems_of_page(page, values):
        raise Invalid(problems)
    kept = {name: value for name, value in values.items() if value is not None}
    ciphertext = seal(cipher, answer.response.id, page.id, kept)
    response = await storage.save_page(unit.connection, answer.response, page.id, ciphertext)
    await _audit(unit, "save_page", response)
    replaced = {question.id for question in page.questions}
    others = {name: value for name, value in answer.values.items() if name not in replaced}
    return replace(answer, response=response, values=others | kept)


async def _submit(unit: UnitOfWork, answer: Answer) -> Answer:
    moment = await storage.next_moment(unit.connection, answer.response)
    given, total = answered(answer.content, answer.values)
    response = await storage.submit(unit.connection, answer.response, moment, given, total)
    await invitations.mark(unit.connection, answer.invitation.id, InvitationState.SUBMITTED)
    await unit.announce(announcement(response, answer.wave, moment))
    await _audit(unit, "submit", response)
    return replace(answer, response=response)


def _page_of(answer: Answer, page_id: str) -> Page:
    """The page, or not found."""
    page = answer.content.page(page_id)
    if page is None:
        raise NotFound
    return page


async def _held(unit: UnitOfWork, token: str) -> Invitation:
    """The invitation of a token, whatever became of it, locked; its holder acts from here on."""
    # Equality is decided on the digest of a random secret, so the index's timing tells nothing about a token.
    found = await invitations.by_digest(unit.connection, hashed_secret(token)) if has_form(token) else None
    if found is None:
        raise LinkRefused
    unit.actor = Actor(f"invitation:{found.id}", RESPONDENT)
    return found


async def _open(unit: UnitOfWork, invitation: Invitation) -> None:
    await invitations.mark(unit.connection, invitation.id, InvitationState.OPENED)
    await _response_of(unit, invitation)
    await unit.audit(
        "invitation.open",
        "invitation",
        invitation.id,
        school_code=invitation.school_code,
        detail={"wave_id": str(invitation.wave_id)},
    )


async def _answer(unit: UnitOfWork, cipher: FieldCipher, invitation: Invitation) -> Answer:
    wave, phase = await waves.with_phase(unit.connection, invitation.wave_id)
    if invitation.state not in _ANSWERABLE or phase is WavePhase.CLOSED:
        raise LinkRefused
    return await _filled(unit, cipher, invitation, wave, phase)


def _must_be_open(answer: Answer) -> None:
    if answer.phase is WavePhase.PLANNED:
        raise Conflict("wave_not_open", _NOT_OPEN, opens_at=answer.wave.plan.opens_at.isoformat())


async def _filled(
    unit: UnitOfWork, cipher: FieldCipher, invitation: Invitation, wave: Wave, phase: WavePhase
) -> Answer:
    response = await _response_of(unit, invitation)
    pages = await storage.pages(unit.connection, response.id)
    return Answer(
        invitation=invitation,
        wave=wave,
        phase=phase,
        school_names=await school_names(unit.connection, invitation.school_code),
        content=await _content(unit, wave),
        response=response,
        values=unseal(cipher, response.id, pages),
    )


async def _response_of(unit: UnitOfWork, invitation: Invitation) -> Response:
    return await storage.of_invitation(
        unit.connection,
        invitation_id=invitation.id,
        wave_id=invitation.wave_id,
        graduate_id=invitation.graduate_id,
        school_code=invitation.school_code,
    )


async def _content(unit: UnitOfWork, wave: Wave) -> Content:
    plan, everything = wave.plan, RowScope(everything=True)
    asked = await questionnaires.find_version(
        unit.connection, everything, plan.questionnaire_id, plan.questionnaire_version
    )
    assert asked is not None, "a wave refers to a published version by a foreign key"
    return asked.content


async def _audit(unit: UnitOfWork, act: str, response: Response) -> None:
    await unit.audit(
        f"response.{act}",
        "response",
        response.id,
        school_code=response.school_code,
        detail={"version": response.version, "wave_id": str(response.wave_id)},
    )
