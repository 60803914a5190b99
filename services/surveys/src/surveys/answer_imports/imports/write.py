"""A plan stored: links that are missing, receipts, and then what submitting many answers at once is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from common.contracts import ChangeToken
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.identifiers import GraduateId, InvitationId, OperationId
from common.imports import Overtaken
from common.sql import Connection
from surveys.answer_imports.imports.plan import Entered
from surveys.answers.commands import Answer, Asked
from surveys.answers.commands.together import Concluding, conclude_all
from surveys.answers.storage import together
from surveys.invitations.domain import ANSWERABLE, Batch, Channel
from surveys.privacy.domain import Means, Receipt, StatementVersion
from surveys.privacy.storage import receipts
from surveys.responses.announcements import change_token
from surveys.responses.domain import CompletedBy, Mode, Response, ResponseState


async def write(
    unit: UnitOfWork,
    *,
    cipher: FieldCipher,
    asked: Asked,
    statement: StatementVersion,
    operation_id: OperationId,
    entered: Sequence[Entered],
) -> tuple[int, ChangeToken | None]:
    """Submits answers; how many a cap had no place for, and the token of the last event.

    Raises Overtaken where another act has what is needed, or has answered meanwhile.
    """
    if not entered:
        return 0, None
    batch = Batch(operation_id, asked.wave.id, asked.wave.school_code, Channel.LINK)
    begun = await _begun(unit.connection, batch, entered)
    concluding, agreed = [], []
    for each in entered:
        response, situation = begun.responses[each.graduate_id], each.known.situation
        receipt = Receipt(statement.statement_id, statement.number, each.row.sensitive, Means.PAPER, begun.moment)
        given = (each.judged.kept, statement, receipt, None, situation, each.facts, each.judged)
        answer = Answer(asked.wave, asked.school, asked.content, response, *given)
        is_new = each.graduate_id in begun.new
        cause = (unit.correlation_id, None)
        concluding.append(Concluding(answer, Mode.IMPORT, CompletedBy.RESPONDENT, unit.actor, cause, is_new))
        agreed.append((response, receipt))
    ended = await conclude_all(unit, cipher, concluding)
    after = [each for each in ended if isinstance(each, Response)]
    if len(after) < len(ended):
        raise Overtaken
    await receipts.add_all(unit.connection, agreed)
    return sum(each.state is ResponseState.SCREENED_OUT for each in after), change_token(after[-1])


@dataclass(frozen=True)
class _Begun:
    """Responses by their graduates, those of them that are not stored yet, and the moment of it."""

    responses: Mapping[GraduateId, Response]
    new: Collection[GraduateId]
    moment: datetime


async def _begun(connection: Connection, batch: Batch, entered: Sequence[Entered]) -> _Begun:
    """The responses of links that are held, or made where there are none."""
    asked = {each.graduate_id: each.known.invitation_id for each in entered}
    lacking = [graduate_id for graduate_id, invitation_id in asked.items() if invitation_id is None]
    made = await together.invite_used(connection, batch, lacking) if lacking else {}
    if len(made) < len(lacking):
        raise Overtaken
    held = await _held(connection, [each for each in asked.values() if each is not None])
    found = await together.responses_of(connection, [*held.values()]) if held else {}
    begun = {each: response for each, link in held.items() for response in found.get(link, ())}
    links = [each for each in (held | made).items() if each[0] not in begun]
    moment = await together.moment_of(connection)
    new = together.begin(batch, links, moment)
    responses = begun | {each: response for (each, _), response in zip(links, new, strict=True)}
    return _Begun(responses, dict(links), moment.recorded_at)


async def _held(connection: Connection, wanted: Sequence[InvitationId]) -> dict[GraduateId, InvitationId]:
    held = await together.links_among(connection, wanted) if wanted else []
    if len(held) < len(wanted) or any(each.state not in ANSWERABLE or each.token_digest is None for each in held):
        raise Overtaken
    return {each.graduate_id: each.id for each in held if each.graduate_id is not None}
