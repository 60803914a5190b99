"""An employer begins one answer for each graduate hired."""

from functools import partial

from fastapi import Response

from common.http import Cipher, Db, IdempotencyKey, Router, answer, resource
from surveys.answers import commands
from surveys.answers.commands import Begun, holder_of
from surveys.answers.routes.answering import SURVEY_LINK, Holder
from surveys.answers.wire import BegunBody
from surveys.invitations.routes import PublicUrl

router = Router(prefix="/v1/answer", tags=["answer"], credential=SURVEY_LINK)


@router.post(
    "/begin",
    status_code=201,
    response_model=BegunBody,
    summary="Begin an answer about one of the graduates hired: its own token, at most 50 of a link",
    description="Only in waves with `unit` `hire`, else 409 `one_answer`. No graduate is named. The token opens this "
    "answer alone, as a link does; it is not stored, and a repeated request answers with the same one.",
)
async def begin_answer(
    *, invitation: Holder, database: Db, cipher: Cipher, base: PublicUrl, once: IdempotencyKey
) -> Response:
    def shown(begun: Begun) -> Response:
        return resource(BegunBody.of(begun, base), begun.version, 201)

    return await answer(
        database.act(holder_of(invitation), partial(commands.begin, cipher=cipher, invitation=invitation), once),
        show=shown,
        again=lambda done: commands.begun_before(database, cipher, done),
    )
