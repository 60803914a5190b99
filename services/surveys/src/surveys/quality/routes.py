"""Answers that count in no figure, over HTTP."""

from collections.abc import Awaitable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Depends
from fastapi import Response as HttpResponse

from common.auth import Caller, Principal
from common.crypto import FieldCipher
from common.database import Database
from common.errors import ExpectedVersion, NotFound
from common.http import Cipher, Db, IdempotencyKey, IfMatch, Router, answer, resource
from common.identifiers import ResponseId
from common.once import Answered, Once
from surveys.privacy.storage.anonymity import identified_among
from surveys.quality import commands
from surveys.quality.wire import Decision
from surveys.responses import storage
from surveys.responses.domain import Response
from surveys.responses.wire import ResponseBody

router = Router(prefix="/v1/responses", tags=["responses"])


@dataclass(frozen=True)
class Deciding:
    """What both acts need of a request."""

    caller: Principal
    database: Database
    cipher: FieldCipher
    response_id: ResponseId
    reason: str
    expected: ExpectedVersion
    once: Once | None

    async def done(self, *, counts: bool) -> HttpResponse:
        """Acts, and shows the response."""
        act = partial(
            commands.decide,
            caller=self.caller,
            cipher=self.cipher,
            response_id=self.response_id,
            expected=self.expected,
            reason=self.reason,
            counts=counts,
        )
        acting: Awaitable[Response] = self.database.act(self.caller.actor, act, self.once)
        return await answer(acting, show=self.shown, again=self.found_again)

    async def found_again(self, _: Answered) -> Response:
        """The response of a request that was answered before; raises NotFound."""
        async with self.database.reading() as connection:
            found = await storage.find(connection, self.caller.row_scope(), self.response_id)
        if found is None:
            raise NotFound
        return found

    async def shown(self, response: Response) -> HttpResponse:
        """The response with its flags."""
        async with self.database.reading() as connection:
            flags = await commands.flags_of(connection, self.cipher, [response])
            counted = await identified_among(connection, [response.wave_id])
        return resource(ResponseBody.of(response, flags, counted=bool(counted)), response.version)


async def read_deciding(
    *,
    caller: Caller,
    database: Db,
    cipher: Cipher,
    response_id: ResponseId,
    body: Decision,
    if_match: IfMatch,
    once: IdempotencyKey,
) -> Deciding:
    """What was sent."""
    return Deciding(caller, database, cipher, response_id, body.reason, if_match, once)


DecidingOf = Annotated[Deciding, Depends(read_deciding)]


@router.post(
    "/{response_id}/exclude",
    response_model=ResponseBody,
    summary="Let an answer count in no figure",
    description="Its measures are taken back; the response counts on. The reason is kept sealed. 409 `frozen` once the "
    "wave is frozen.",
)
async def exclude_response(deciding: DecidingOf) -> HttpResponse:
    return await deciding.done(counts=False)


@router.post("/{response_id}/include", response_model=ResponseBody, summary="Let an excluded answer count again")
async def include_response(deciding: DecidingOf) -> HttpResponse:
    return await deciding.done(counts=True)
