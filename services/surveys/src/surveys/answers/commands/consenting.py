"""The holder of a link agrees to the privacy statement, before anything is saved."""

from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import ExpectedVersion, FieldProblem, Invalid, Message
from surveys.answers.commands.following import Holder
from surveys.answers.commands.holding import Answer, Sheet, answer_of, answerable, audit, must_be_open
from surveys.ballots import storage as ballots
from surveys.ballots.domain import Ballot, Consented
from surveys.privacy.domain import Means, StatementVersion
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
    invitation: Holder,
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
    means = Means.ORAL if invitation.by_phone else Means.SCREEN
    response = await _keep(unit, found, shown.statement, means, sensitive=sensitive)
    return await answer_of(unit.connection, cipher, asked, response)


async def _keep(unit: UnitOfWork, found: Sheet, statement: StatementVersion, means: Means, *, sensitive: bool) -> Sheet:
    """Keeps the receipt, of a ballot in the ballot itself, without a time."""
    if isinstance(found, Ballot):
        return await ballots.agree(
            unit.connection, found, Consented(statement.statement_id, statement.number, sensitive)
        )
    response = await responses.save(unit.connection, found)
    await receipts.add(unit.connection, response, statement, means, sensitive=sensitive)
    await audit(unit, "consent", response)
    return response


def _shown(number: int) -> Message:
    return Message(
        f"本答卷适用的隐私声明为第 {number} 版，请阅读后同意",
        f"The statement that applies here is version {number}; read it and agree to that one",
    )
