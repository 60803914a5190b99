"""The holder of a link agrees to the privacy statement, before anything is saved."""

from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import ExpectedVersion, FieldProblem, Invalid, Message
from surveys.answers.commands.holding import Answer, answer_of, answerable, audit, must_be_open
from surveys.invitations.domain import Invitation
from surveys.privacy.commands import statement_for
from surveys.privacy.domain import Means
from surveys.privacy.storage import receipts
from surveys.responses import storage as responses


async def agree(
    unit: UnitOfWork,
    *,
    cipher: FieldCipher,
    invitation: Invitation,
    expected: ExpectedVersion,
    statement_version: int,
    sensitive: bool,
) -> Answer:
    """Keeps a receipt of what was agreed to; `sensitive` is the separate consent to sensitive questions.

    Raises LinkRefused, the refusals of a precondition, WaveNotOpen, AlreadySubmitted, or Invalid for another version
    than is read now.
    """
    asked, found = await answerable(unit, invitation, expected)
    must_be_open(found)
    wave = asked.wave
    statement = await statement_for(unit.connection, wave.school_code, wave.privacy_statement_id)
    if statement.number != statement_version:
        raise Invalid([FieldProblem("/statement_version", "statement_not_current", _current(statement.number))])
    response = await responses.save(unit.connection, found)
    await receipts.add(unit.connection, response, statement, Means.SCREEN, sensitive=sensitive)
    await audit(unit, "consent", response)
    return await answer_of(unit.connection, cipher, asked, response)


def _current(number: int) -> Message:
    return Message(
        f"现行隐私声明为第 {number} 版，请重新阅读后同意",
        f"The statement that applies is version {number}; read it and agree to that one",
    )
