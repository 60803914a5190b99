"""Answers that others enter for who has no link at hand: from paper, and from files. Checks and events are the same."""

from common import clock
from common.approvals.domain import TransitionNotAllowed
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import FieldProblem, Invalid, Message, Versions
from common.identifiers import GraduateId
from common.sql import Connection
from surveys.answers import storage
from surveys.answers.commands.holding import Asked
from surveys.answers.commands.saving import submit
from surveys.answers.domain import facts_about, file_ids, names_of, problems_of, unknown, unknown_files
from surveys.answers.storage import Values
from surveys.invitations.domain import ANSWERABLE, Invitation, InvitationState
from surveys.privacy.commands import statement_for
from surveys.privacy.domain import Means, StatementVersion
from surveys.privacy.storage import receipts
from surveys.privacy.storage.statements import version_of
from surveys.questionnaires.domain.logic import logic_of
from surveys.responses import storage as responses
from surveys.responses.domain import AlreadySubmitted, Mode, Response
from surveys.roster.storage import situation_of
from surveys.waves import storage as waves
from surveys.waves.domain import Wave, must_not_be_over

_UNKNOWN_VERSION = Message("本轮没有这一版隐私声明", "This wave has no such version of the statement")


async def statement_of(connection: Connection, wave: Wave, number: int, pointer: str) -> StatementVersion:
    """The version of the statement that a wave's respondents read; paper may have an earlier one of the same statement.

    Raises Invalid at the pointer.
    """
    now = await statement_for(connection, wave.school_code, wave.privacy_statement_id)
    if number == now.number:
        return now
    earlier = None if now.statement_id is None else await version_of(connection, now.statement_id, number)
    if earlier is None:
        raise Invalid([FieldProblem(pointer, "statement_not_current", _UNKNOWN_VERSION)])
    return earlier


async def faults_of(
    connection: Connection, asked: Asked, graduate_id: GraduateId, values: Values, *, sensitive: bool
) -> list[FieldProblem]:
    """What a submission of these values would be refused for, at `/values/ID`."""
    situation = await situation_of(connection, graduate_id)
    facts = facts_about(asked.wave, situation, clock.today(), sensitive=sensitive)
    judged = logic_of(asked.content).judge({name: each for name, each in values.items() if each is not None}, facts)
    names = names_of(asked.content.questions)
    lost = unknown_files(file_ids(asked.content.questions, values), ())
    return [*unknown(values, names), *problems_of(judged, names), *lost, *judged.missing]


def must_be_enterable(invitation: Invitation) -> None:
    """Raises AlreadySubmitted, or TransitionNotAllowed for an invitation that has ended."""
    if invitation.state is InvitationState.SUBMITTED:
        raise AlreadySubmitted
    if invitation.state not in ANSWERABLE:
        raise TransitionNotAllowed(invitation.state.value, [])


async def enter(
    unit: UnitOfWork,
    *,
    cipher: FieldCipher,
    held: Invitation,
    statement: StatementVersion,
    sensitive: bool,
    means: Means,
    values: Values,
    mode: Mode,
) -> Response:
    """Submits an answer for the holder of an invitation, whose consent is noted; a draft is given up.

    Raises WaveNotOpen, WaveClosed, WaveFrozen, AlreadySubmitted, TransitionNotAllowed, or Invalid. Where a cap is full,
    the response that comes back is `screened_out`.
    """
    wave = await waves.current(unit.connection, held.wave_id, hold=True)
    wave.must_have_opened()
    must_not_be_over(wave)
    must_be_enterable(held)
    begun = await responses.begun(unit.connection, held)
    await receipts.add(unit.connection, begun, statement, means, sensitive=sensitive)
    draft = await storage.values_of(unit.connection, cipher, begun)
    whole = {**dict.fromkeys(draft), **values}
    answer = await submit(unit, cipher=cipher, invitation=held, expected=Versions(any=True), values=whole, mode=mode)
    assert isinstance(answer.response, Response), "an invitation was held"
    return answer.response
