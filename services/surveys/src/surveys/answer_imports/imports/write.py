"""A plan stored: links that are missing, receipts, and then what submitting many answers at once is."""

import asyncio
from collections.abc import Mapping, Sequence

from sqlalchemy import text

from common import rows
from common.contracts import ChangeToken
from common.crypto import FieldCipher
from common.database import UnitOfWork, random_ids
from common.identifiers import GraduateId, InvitationId, OperationId
from common.imports import Overtaken
from common.sql import Connection
from surveys.answer_imports.imports.plan import Entered
from surveys.answers.commands import Answer, Asked
from surveys.answers.commands.together import Concluding, conclude_all
from surveys.answers.storage import together
from surveys.invitations import storage as invitations
from surveys.invitations.commands import sealed
from surveys.invitations.domain import ANSWERABLE, Batch, Channel, Invitation
from surveys.privacy.domain import Means, StatementVersion
from surveys.privacy.storage import receipts
from surveys.responses.announcements import change_token
from surveys.responses.domain import CompletedBy, Mode, Response, ResponseState
from surveys.waves.domain import Wave

_BEGIN = text(
    """
    INSERT INTO responses (invitation_id, wave_id, graduate_id, school_code)
    SELECT told.invitation_id, :wave_id, told.graduate_id, :school_code
      FROM unnest(CAST(:invitation_ids AS uuid[]), CAST(:graduate_ids AS uuid[])) AS told (invitation_id, graduate_id)
    RETURNING *
    """
)


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
    held = await _held(unit.connection, cipher, batch, entered)
    begun = await _begun(unit.connection, asked.wave, held)
    await receipts.add_all(
        unit.connection,
        [(begun[each.graduate_id], each.row.sensitive) for each in entered],
        statement,
        Means.PAPER,
    )
    agreed = await receipts.newest_among(unit.connection, [each.id for each in begun.values()])
    concluding = []
    for each in entered:
        response, situation = begun[each.graduate_id], each.known.situation
        given = (each.judged.kept, statement, agreed[response.id], None, situation, each.facts, each.judged)
        answer = Answer(asked.wave, asked.school, asked.content, response, *given)
        cause = (unit.correlation_id, None)
        concluding.append(Concluding(answer, Mode.IMPORT, CompletedBy.RESPONDENT, unit.actor, cause))
    ended = await conclude_all(unit, cipher, concluding)
    answers = [each for each in ended if isinstance(each, Answer)]
    if len(answers) < len(ended):
        raise Overtaken
    screened = sum(each.response.state is ResponseState.SCREENED_OUT for each in answers)
    last = answers[-1].response
    return screened, change_token(last) if isinstance(last, Response) else None


async def _held(
    connection: Connection, cipher: FieldCipher, batch: Batch, entered: Sequence[Entered]
) -> Mapping[GraduateId, Invitation]:
    """The invitations, made where there are none, and held."""
    lacking = [each.graduate_id for each in entered if each.known.invitation_id is None]
    ids = [InvitationId(each) for each in random_ids(len(lacking))]
    if lacking:
        made = await asyncio.to_thread(sealed, cipher, list(zip(ids, lacking, strict=True)))
        if await invitations.add(connection, batch, made) < len(lacking):
            raise Overtaken
    wanted = [*ids, *(each.known.invitation_id for each in entered if each.known.invitation_id is not None)]
    held = await together.links_among(connection, wanted)
    if len(held) < len(wanted) or any(each.state not in ANSWERABLE or each.token_digest is None for each in held):
        raise Overtaken
    return {each.graduate_id: each for each in held if each.graduate_id is not None}


async def _begun(
    connection: Connection, wave: Wave, held: Mapping[GraduateId, Invitation]
) -> Mapping[GraduateId, Response]:
    """Their responses, begun where there are none."""
    found = await together.responses_of(connection, [each.id for each in held.values()])
    begun = {response.graduate_id: response for several in found.values() for response in several}
    new = {graduate_id: each.id for graduate_id, each in held.items() if graduate_id not in begun}
    bound = {"wave_id": wave.id, "school_code": wave.school_code}
    bound |= {"invitation_ids": [*new.values()], "graduate_ids": [*new]}
    made = rows.all(Response, await connection.execute(_BEGIN, bound)) if new else []
    begun |= {response.graduate_id: response for response in made}
    return {graduate_id: response for graduate_id, response in begun.items() if graduate_id is not None}
