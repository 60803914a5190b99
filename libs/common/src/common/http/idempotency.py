"""The Idempotency-Key of a request as a value, and the answer to a repetition.

act = partial(commands.create, caller=caller, plan=body.plan())
return await answer(
    database.act(caller.actor, act, once),
    show=created,
    again=lambda done: commands.find(database, caller, WaveId(UUID(done.object_id))),
)
"""

import json
import re
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request, Response

from common.crypto import FieldCipher
from common.errors import BadQuery, FieldProblem, Message
from common.http.routing import Route
from common.http.uploads import file_reader_of
from common.once import AlreadyAnswered, Answered, Once

Done = TypeVar("Done")

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


async def read_idempotency_key(
    request: Request,
    key: Annotated[
        str | None, Header(alias="Idempotency-Key", description="Repeat it to get the same answer; kept 24 hours")
    ] = None,
) -> Once | None:
    """FastAPI dependency; OpenAPI shows the header through it. None without the header."""
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        message = Message("应为 1 至 255 个可见 ASCII 字符", "Must be 1 to 255 visible ASCII characters")
        raise BadQuery([FieldProblem("Idempotency-Key", "pattern", message)])
    route: Route = request.scope["route"]
    reader = file_reader_of(route)
    payload = _canonical(await request.body()) if reader is None else await reader.payload(request)
    cipher: FieldCipher | None = request.app.state.cipher
    # a plain hash of a few personal fields could be guessed
    hashed = sha256(payload).digest() if cipher is None else bytes(cipher.fingerprint(payload))
    return Once(request.method, request.url.path, key, hashed)


IdempotencyKey = Annotated[Once | None, Depends(read_idempotency_key)]
"""`once: IdempotencyKey` in a route's signature, of every POST that creates or transitions."""


async def answer(
    act: Awaitable[Done],
    show: Callable[[Done], Awaitable[Response] | Response],
    again: Callable[[Answered], Awaitable[Done]],
) -> Response:
    """Acts and shows what came of it. Where the request was answered before, shows what `again` finds now instead."""
    replayed = False
    try:
        done = await act
    except AlreadyAnswered as before:
        done, replayed = await again(before.answered), True
    shown = show(done)
    response = shown if isinstance(shown, Response) else await shown
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _canonical(raw: bytes) -> bytes:
    try:
        return json.dumps(json.loads(raw), sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return raw
