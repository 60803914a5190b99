"""Claims a key, remembers what was answered under it, forgets it after a day.

Only identifiers are stored. A repetition renders the answer anew, so it shows no more than the caller may see now.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import text

from common.clock import NOW_SQL
from common.errors import Conflict, FieldProblem, Invalid, Message
from common.sql import Connection

KEPT = "24 hours"

_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:place, 7))")
_FIND = text(
    f"""
    SELECT payload_hash, object_id, version, stored_at < {NOW_SQL} - interval '{KEPT}' AS old
    FROM idempotency_keys WHERE subject = :subject AND method = :method AND path = :path AND key = :key
    """
)
_FORGET = text(
    "DELETE FROM idempotency_keys WHERE subject = :subject AND method = :method AND path = :path AND key = :key"
)
# no answer is made of `status` any more; the column goes when no process writes it
_STORE = text(
    """
    INSERT INTO idempotency_keys (subject, method, path, key, payload_hash, status, object_id, version)
    VALUES (:subject, :method, :path, :key, :payload_hash, 200, :object_id, :version)
    """
)
_PURGE = text(f"DELETE FROM idempotency_keys WHERE stored_at < {NOW_SQL} - interval '{KEPT}'")


_PLACES = ("subject", "method", "path", "key")
_NAMED = f"unnest({', '.join(f'CAST(:{name} AS text[])' for name in _PLACES)})"
_LOCK_EACH = text(
    """
    SELECT pg_try_advisory_xact_lock(hashtextextended(place, 7)) AS held
      FROM unnest(CAST(:places AS text[])) WITH ORDINALITY AS named (place, nth) ORDER BY nth
    """
)
_FIND_EACH = text(
    f"""
    SELECT nth, payload_hash, object_id, version, stored_at < {NOW_SQL} - interval '{KEPT}' AS old
      FROM {_NAMED} WITH ORDINALITY AS named ({", ".join(_PLACES)}, nth)
      JOIN idempotency_keys USING ({", ".join(_PLACES)})
    """
)
_STORE_EACH = text(
    f"""
    INSERT INTO idempotency_keys ({", ".join(_PLACES)}, payload_hash, status, object_id, version)
    SELECT {", ".join(_PLACES)}, payload_hash, 200, object_id, version
      FROM unnest({", ".join(f"CAST(:{name} AS text[])" for name in _PLACES)}, CAST(:payload_hash AS bytea[]),
                  CAST(:object_id AS text[]), CAST(:version AS bigint[]))
        AS done ({", ".join(_PLACES)}, payload_hash, object_id, version)
    """
)


@dataclass(frozen=True)
class Once:
    """One request with an idempotency key. Who sent it is the actor of the act, so the two cannot differ.

    `payload_hash` is keyed where the service has a cipher.
    """

    method: str
    path: str
    key: str
    payload_hash: bytes


class Remembered(Protocol):
    """What an act under an idempotency key returns: a thing that can be found again by its id."""

    @property
    def id(self) -> object:
        """Stored as text."""

    @property
    def version(self) -> int | None:
        """None for things without versions."""


@dataclass(frozen=True)
class Answered:
    """What the first request with a key was answered with."""

    object_id: str
    version: int | None


class AlreadyAnswered(Exception):
    """Leaves an act whose request was answered before."""

    def __init__(self, answered: Answered) -> None:
        super().__init__()
        self.answered = answered


class RequestInProgress(Conflict):
    """A request with the same idempotency key has not been answered yet."""

    code = "request_in_progress"
    title = Message("相同 Idempotency-Key 的请求正在处理", "A request with this Idempotency-Key is being answered")

    def __init__(self, retry_after: float = 1.0) -> None:
        super().__init__()
        self.retry_after = retry_after


class KeyReused(Invalid):
    """The key was used with another payload."""

    code = "idempotency_key_reused"
    title = Message("该 Idempotency-Key 已用于其他内容", "This Idempotency-Key was used with another content")

    def __init__(self) -> None:
        super().__init__([FieldProblem("Idempotency-Key", "reused", self.title)])


async def claim(connection: Connection, subject: str, once: Once) -> None:
    """Holds the key until the transaction ends.

    Raises RequestInProgress while another transaction holds it, KeyReused if it was used with another payload,
    AlreadyAnswered if the request was done before.
    """
    place = _place(subject, once)
    if not await connection.scalar(_LOCK, {"place": json.dumps(list(place.values()))}):
        raise RequestInProgress
    row = (await connection.execute(_FIND, place)).one_or_none()
    if row is None:
        return
    if row.old:
        await connection.execute(_FORGET, place)
        return
    if row.payload_hash != once.payload_hash:
        raise KeyReused
    raise AlreadyAnswered(Answered(row.object_id, row.version))


async def remember(connection: Connection, subject: str, once: Once, done: Remembered) -> None:
    """Stores what will be answered, inside the same transaction as the write."""
    facts = {"object_id": str(done.id), "version": done.version}
    await connection.execute(_STORE, {**_place(subject, once), **facts, "payload_hash": once.payload_hash})


Named = tuple[str, Once]
"""A subject, and a key of its request."""


async def claim_each(connection: Connection, named: Sequence[Named]) -> list[Exception | None]:
    """Holds keys as `claim` does, until the transaction ends; for each what `claim` would raise, None where it is held.

    Of two alike the second finds that the first is being answered.
    """
    if not named:
        return []
    places = [_place(subject, once) for subject, once in named]
    words = [json.dumps(list(place.values())) for place in places]
    held = await connection.scalars(_LOCK_EACH, {"places": words})
    found = {row.nth - 1: row for row in await connection.execute(_FIND_EACH, _columns(places))}
    said: list[Exception | None] = []
    first = {word: at for at, word in reversed([*enumerate(words)])}
    for at, (place, (_, once)) in enumerate(zip(places, named, strict=True)):
        row = found.get(at)
        if not held[at] or first[words[at]] != at:
            said.append(RequestInProgress())
        elif row is None or row.old:
            if row is not None:
                await connection.execute(_FORGET, place)
            said.append(None)
        elif row.payload_hash != once.payload_hash:
            said.append(KeyReused())
        else:
            said.append(AlreadyAnswered(Answered(row.object_id, row.version)))
    return said


async def remember_each(connection: Connection, done: Sequence[tuple[str, Once, Remembered]]) -> None:
    """Stores what will be answered to each of the keys, as `remember` does."""
    if not done:
        return
    bound = {
        **_columns([_place(subject, once) for subject, once, _ in done]),
        "payload_hash": [once.payload_hash for _, once, _ in done],
        "object_id": [str(each.id) for _, _, each in done],
        "version": [each.version for _, _, each in done],
    }
    await connection.execute(_STORE_EACH, bound)


async def purge_idempotency_keys(connection: Connection) -> int:
    """Deletes what is older than a day; returns how many."""
    return await connection.affected(_PURGE)


def _columns(places: Sequence[dict[str, str]]) -> dict[str, list[str]]:
    return {name: [place[name] for place in places] for name in _PLACES}


def _place(subject: str, once: Once) -> dict[str, str]:
    return {"subject": subject, "method": once.method, "path": once.path, "key": once.key}
