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
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request, Response

from common import once as keys
from common.database import UnitOfWork
from common.errors import BadQuery, FieldProblem, Message
from common.http.uploads import payload_of, takes_file
from common.once import AlreadyAnswered, Answered, purge_idempotency_keys
from common.once.table import idempotency_table

__all__ = ["Answered", "Idempotency", "IdempotencyKey", "Once", "answer", "idempotency_table", "purge_idempotency_keys"]

Done = TypeVar("Done")

_KEY = re.compile(r"[\x21-\x7e]{1,255}")

Header_ = Annotated[
    str | None, Header(alias="Idempotency-Key", description="Repeat it to get the same answer; kept 24 hours")
]


async def read_idempotency_key(request: Request, key: Header_ = None) -> keys.Once | None:
    """FastAPI dependency; OpenAPI shows the header through it. None without the header."""
    if key is None:
        return None
    _check(key)
    payload = await payload_of(request) if takes_file(request.scope["route"]) else _canonical(await request.body())
    status = request.scope["route"].status_code or 200
    return keys.Once(request.method, request.url.path, key, _hashed(request, payload), status)


IdempotencyKey = Annotated[keys.Once | None, Depends(read_idempotency_key)]
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


class Idempotency:
    """The Idempotency-Key of one request, or its absence. On its way out: use `once: IdempotencyKey`."""

    def __init__(self, request: Request, key: str | None) -> None:
        self._request = request
        self._key = key

    @property
    def value(self) -> keys.Once | None:
        """The key as what `Database.act` takes."""
        if self._key is None:
            return None
        payload = _hashed(self._request, self._request.state.payload)
        return keys.Once(self._request.method, self._request.url.path, self._key, payload)

    async def claim(self, unit: UnitOfWork) -> None:
        """As `common.once.claim`."""
        if (once := self.value) is not None:
            await keys.claim(unit.connection, unit.actor.subject, once)

    async def remember(
        self, unit: UnitOfWork, object_id: object, version: int | None, status: int = 200, location: str | None = None
    ) -> None:
        """As `common.once.remember`."""
        if (once := self.value) is not None:
            done = _Done(object_id, version)
            await keys.remember(unit.connection, unit.actor.subject, replace(once, status=status), done, location)

    async def answer(
        self,
        act: Awaitable[Done],
        show: Callable[[Done], Awaitable[Response] | Response],
        again: Callable[[Answered], Awaitable[Response]],
    ) -> Response:
        """Does the act and shows its outcome, or shows the outcome of the first time again."""
        try:
            shown = show(await act)
        except AlreadyAnswered as before:
            response = await again(before.answered)
            response.headers["Idempotency-Replayed"] = "true"
            return response
        return shown if isinstance(shown, Response) else await shown


@dataclass(frozen=True)
class _Done:
    id: object
    version: int | None


async def read_key(request: Request, key: Header_ = None) -> Idempotency:
    """FastAPI dependency; OpenAPI shows the header through it."""
    if key is not None:
        _check(key)
        # whoever sends slowly must not hold a transaction open; an upload is received by its route
        if not takes_file(request.scope["route"]):
            request.state.payload = _canonical(await request.body())
    return Idempotency(request, key)


Once = Annotated[Idempotency, Depends(read_key)]
"""On its way out: use `once: IdempotencyKey`."""


def _check(key: str) -> None:
    if not _KEY.fullmatch(key):
        message = Message("应为 1 至 255 个可见 ASCII 字符", "Must be 1 to 255 visible ASCII characters")
        raise BadQuery([FieldProblem("Idempotency-Key", "pattern", message)])


def _hashed(request: Request, payload: bytes) -> bytes:
    cipher = request.app.state.cipher
    # a plain hash of a few personal fields could be guessed
    return sha256(payload).digest() if cipher is None else bytes(cipher.fingerprint(payload))


def _canonical(raw: bytes) -> bytes:
    try:
        return json.dumps(json.loads(raw), sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return raw
