"""Safe retries: a request with an Idempotency-Key is done once, and answered again.

A command takes the request's `Once`. Its first line in the unit of work is `await once.claim(unit)`, the last before
the commit `await once.remember(unit, row.id, row.version)`; without the header both do nothing. The route wraps it:

    return await once.answer(
        commands.create_school(database, caller, new, once),
        show=lambda school: resource(SchoolAnswer.of(school), school.version, 201, f"/v1/schools/{school.code}"),
        again=lambda done: read_school(database, caller, done.object_id, done.status, done.location),
    )

Only identifiers are stored. A repetition renders the body anew, so it shows no more than the caller may see now.
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from common.clock import NOW_SQL
from common.database import UnitOfWork
from common.errors import BadQuery, FieldProblem, Invalid, Message
from common.http.idempotency_table import idempotency_table
from common.http.refusals import RequestInProgress
from common.http.routes_of import route_of
from common.http.uploads import is_upload

__all__ = ["Answered", "Idempotency", "Once", "idempotency_table", "purge_idempotency_keys"]

KEPT = "24 hours"

Done = TypeVar("Done")

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:place, 7))")
_FIND = text(
    f"""
    SELECT payload_hash, status, location, object_id, version, stored_at < {NOW_SQL} - interval '{KEPT}' AS old
    FROM idempotency_keys WHERE subject = :subject AND method = :method AND path = :path AND key = :key
    """
)
_FORGET = text(
    "DELETE FROM idempotency_keys WHERE subject = :subject AND method = :method AND path = :path AND key = :key"
)
_STORE = text(
    """
    INSERT INTO idempotency_keys (subject, method, path, key, payload_hash, status, location, object_id, version)
    VALUES (:subject, :method, :path, :key, :payload_hash, :status, :location, :object_id, :version)
    """
)
_PURGE = text(f"DELETE FROM idempotency_keys WHERE stored_at < {NOW_SQL} - interval '{KEPT}'")


@dataclass(frozen=True)
class Answered:
    """What was answered to the first request with a key."""

    status: int
    location: str | None
    object_id: str
    version: int | None


class AlreadyAnswered(Exception):
    """Leaves the command when its request was answered before."""

    def __init__(self, answered: Answered) -> None:
        super().__init__()
        self.answered = answered


class Idempotency:
    """The Idempotency-Key of one request, or its absence."""

    def __init__(self, request: Request, key: str | None) -> None:
        self._request = request
        self._key = key

    async def claim(self, unit: UnitOfWork) -> None:
        """Holds the key until the transaction ends. Raises RequestInProgress while another one holds it, Invalid if
        it was used with another content; leaves to `answer` when the request was done before.
        """
        if self._key is None:
            return
        place = self._place(unit)
        if not await unit.connection.scalar(_LOCK, {"place": json.dumps(list(place.values()))}):
            raise RequestInProgress
        row = (await unit.connection.execute(_FIND, place)).one_or_none()
        if row is None:
            return
        if row.old:
            await unit.connection.execute(_FORGET, place)
            return
        if row.payload_hash != self._payload_hash():
            raise _reused()
        raise AlreadyAnswered(Answered(row.status, row.location, row.object_id, row.version))

    async def remember(
        self, unit: UnitOfWork, object_id: object, version: int | None, status: int = 200, location: str | None = None
    ) -> None:
        """Stores what will be answered, inside the same transaction as the write."""
        if self._key is None:
            return
        facts = {"status": status, "location": location, "object_id": str(object_id), "version": version}
        await unit.connection.execute(_STORE, {**self._place(unit), **facts, "payload_hash": self._payload_hash()})

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

    def _place(self, unit: UnitOfWork) -> dict[str, str]:
        path = self._request.url.path
        return {"subject": unit.actor.subject, "method": self._request.method, "path": path, "key": self._key or ""}

    def _payload_hash(self) -> bytes:
        payload: bytes = self._request.state.payload
        cipher = self._request.app.state.cipher
        # a plain hash of a few personal fields could be guessed
        return sha256(payload).digest() if cipher is None else bytes(cipher.fingerprint(payload))


async def read_key(
    request: Request,
    key: Annotated[
        str | None, Header(alias="Idempotency-Key", description="Repeat it to get the same answer; kept 24 hours")
    ] = None,
) -> Idempotency:
    """FastAPI dependency; OpenAPI shows the header through it."""
    if key is not None and not _KEY.fullmatch(key):
        message = Message("应为 1 至 255 个可见 ASCII 字符", "Must be 1 to 255 visible ASCII characters")
        raise BadQuery([FieldProblem("Idempotency-Key", "pattern", message)])
    if key is not None and not is_upload(route_of(request)):
        # whoever sends slowly must not hold a transaction open; an upload is received by its route
        request.state.payload = _canonical(await request.body())
    return Idempotency(request, key)


Once = Annotated[Idempotency, Depends(read_key)]
"""In a route's signature, of every POST that creates or transitions."""


async def purge_idempotency_keys(connection: AsyncConnection) -> int:
    """Deletes what is older than a day; scheduled by the worker. Returns how many."""
    return (await connection.execute(_PURGE)).rowcount


def _canonical(raw: bytes) -> bytes:
    try:
        return json.dumps(json.loads(raw), sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return raw


def _reused() -> Invalid:
    message = Message("该 Idempotency-Key 已用于其他内容", "This Idempotency-Key was used with another content")
    return Invalid([FieldProblem("Idempotency-Key", "reused", message)], code="idempotency_key_reused", detail=message)
