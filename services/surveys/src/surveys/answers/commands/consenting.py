"""The holder of a link agrees to the privacy statement, before anything is saved."""

from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import ExpectedVersion, FieldProblem, Invalid, Message
from surveys.answers.commands.holding import Answer, answer_of, answerable, audit, must_be_open
from surveys.invitations.domain import Invitation
from surveys.privacy.domain import Means
from surveys.privacy.storage import receipts
from surveys.responses import storage as responses

_CHANGED = Message(
    "隐私声明已更新，请重新阅读（GET /v1/answer）后同意",
    "The privacy statement has changed since it was shown; read it again (GET /v1/answer) and agree to that one",
)


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

    Raises LinkRefused, the refusals of a precondition, WaveNotOpen, AlreadySubmitted, or Invalid for another statement
    than `read` shows, and has shown.
    """
    asked, found = await answerable(unit, invitation, expected)
    must_be_open(found)
    shown = await answer_of(unit.connection, cipher, asked, found)
    # within another statement the same number is another text
    if shown.shows_another or shown.statement.number != statement_version:
        message = _CHANGED if shown.shows_another else _shown(shown.statement.number)
        raise Invalid([FieldProblem("/statement_version", "statement_not_current", message)])
    response = await responses.save(unit.connection, found)
    means = Means.ORAL if invitation.by_phone else Means.SCREEN
    await receipts.add(unit.connection, response, shown.statement, means, sensitive=sensitive)
    await audit(unit, "consent", response)
    return await answer_of(unit.connection, cipher, asked, response)


def _shown(number: int) -> Message:
    return Message(
        f"本答卷适用的隐私声明为第 {number} 版，请阅读后同意",
        f"The statement that applies here is version {number}; read it and agree to that one",
    )
