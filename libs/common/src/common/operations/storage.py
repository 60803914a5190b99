"""SQL of operations: submit, claim, keep, finish, read, purge."""

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text

from common.auth.principal import SYSTEM, Actor
from common.clock import NOW_SQL
from common.database import Database
from common.errors import Conflict, Message
from common.identifiers import OperationId
from common.sql import Connection, Row

RESULT_FILE = "file"
"""Name in a result of the path of the file that the work has made, for who asked for it."""

_INSERT = text(
    """
    INSERT INTO operations (id, kind, school_code, subject, role, correlation_id, parameters)
    VALUES (:id, :kind, :school_code, :subject, :role, :correlation_id, CAST(:parameters AS jsonb))
    """
)
_INSERT_CHUNK = text("INSERT INTO upload_chunks (operation_id, index, bytes) VALUES (:id, :index, :bytes)")
_UPLOAD_CHUNK = text("SELECT bytes FROM upload_chunks WHERE operation_id = :id AND index = :index")
_CLAIMABLE = f"""state IN ('queued', 'running') AND lease_until <= {NOW_SQL} AND expires_at > {NOW_SQL}
            AND kind = ANY(:kinds)"""
_IS_ANY_CLAIMABLE = text(f"SELECT EXISTS (SELECT FROM operations WHERE {_CLAIMABLE})")
_CLAIM = text(
    f"""
    UPDATE operations SET state = 'running', worker = :worker, attempts = attempts + 1,
        started_at = coalesce(started_at, {NOW_SQL}),
        lease_until = {NOW_SQL} + make_interval(secs => :lease)
    WHERE id = (
        SELECT waiting.id FROM operations waiting JOIN (
            SELECT id, row_number() OVER (
                PARTITION BY school_code ORDER BY lease_until > {NOW_SQL} DESC, id
            ) AS place
            FROM operations WHERE state IN ('queued', 'running')
        ) queue USING (id)
        WHERE {_CLAIMABLE}
        ORDER BY cancel_requested_at IS NULL, place, waiting.id LIMIT 1 FOR UPDATE OF waiting SKIP LOCKED
    )
    RETURNING id, kind, school_code, subject, role, correlation_id, parameters, attempts
    """
)
MINE = "id = :id AND worker = :worker AND attempts = :attempts AND state = 'running'"
"""Condition that holds for the holder only."""

_RENEW = text(f"UPDATE operations SET lease_until = {NOW_SQL} + make_interval(secs => :lease) WHERE {MINE}")
_PROGRESS = text(f"UPDATE operations SET done = :done, total = :total WHERE {MINE}")
_LATER = text(
    f"""
    UPDATE operations SET worker = NULL, attempts = attempts - 1, lease_until = {NOW_SQL} + make_interval(
        secs => least(30, greatest(:at_least, extract(epoch FROM {NOW_SQL} - started_at) / 5)))
    WHERE {MINE}
    """
)
_RELEASE = text(f"UPDATE operations SET worker = NULL, attempts = attempts - 1, lease_until = {NOW_SQL} WHERE {MINE}")
_FINISH = text(
    f"""
    UPDATE operations SET state = CASE WHEN cancel_requested_at IS NULL THEN :state ELSE 'cancelled' END,
        result = CAST(:result AS jsonb) - CASE WHEN cancel_requested_at IS NULL THEN '' ELSE '{RESULT_FILE}' END,
        errors = CAST(:errors AS jsonb),
        error_values_cipher = :error_values, errors_total = :errors_total, report = :report,
        file = CASE WHEN cancel_requested_at IS NULL THEN CAST(:file AS jsonb) END,
        worker = NULL, finished_at = {NOW_SQL}
    WHERE {MINE} RETURNING state, file ->> 'id' AS file_id
    """
)
_LOCK = text("SELECT state, cancel_requested_at FROM operations WHERE id = :id FOR NO KEY UPDATE")
_IS_STORED_WHOLE = text("SELECT EXISTS (SELECT FROM operation_chunks WHERE operation_id = :id AND chunk_no = :whole)")
_CANCEL = text(
    f"""
    UPDATE operations SET cancel_requested_at = coalesce(cancel_requested_at, {NOW_SQL}),
        lease_until = CASE WHEN worker IS NULL THEN {NOW_SQL} ELSE lease_until END
    WHERE id = :id
    """
)
_IS_CANCELLED = text("SELECT cancel_requested_at IS NOT NULL FROM operations WHERE id = :id")
_FORGET_UPLOAD = text("DELETE FROM upload_chunks WHERE operation_id = :id")
FORGET_OTHER_PARTS = text(
    """
    DELETE FROM operation_file_parts
    WHERE operation_id = :id AND file_id IS DISTINCT FROM CAST(CAST(:file_id AS text) AS uuid)
    """
)
_CHUNK_DONE = text(
    """
    INSERT INTO operation_chunks (operation_id, chunk_no, outcome) VALUES (:id, :chunk_no, CAST(:outcome AS jsonb))
    ON CONFLICT DO NOTHING RETURNING chunk_no
    """
)
_DONE_CHUNKS = text("SELECT chunk_no, outcome FROM operation_chunks WHERE operation_id = :id ORDER BY chunk_no")
_READ = text(
    f"""
    SELECT id, kind, state, school_code, subject, role, done, total, result, errors, error_values_cipher,
        errors_total, report IS NOT NULL AS has_report, file, created_at, finished_at
    FROM operations WHERE id = :id AND expires_at > {NOW_SQL}
    """
)
_REPORT = text("SELECT report FROM operations WHERE id = :id")
_PURGE = text(f"DELETE FROM operations WHERE expires_at < {NOW_SQL}")

WHOLE = -1
"""Number of the one part of work that is stored in one transaction."""


class OperationFinished(Conflict):
    """The work has ended, or all of it is stored; `state` says how."""

    code = "operation_finished"
    title = Message("该操作已结束，不能取消", "The operation has ended and cannot be cancelled")


@dataclass(frozen=True)
class Claimed:
    """One operation that this worker holds. `attempts` tells its hold from an earlier one."""

    id: OperationId
    kind: str
    worker: str
    attempts: int
    actor: Actor
    school_code: str | None
    correlation_id: str | None
    parameters: Mapping[str, Any] = field(repr=False)

    @property
    def hold(self) -> dict[str, object]:
        """What a statement needs to act for the holder only."""
        return {"id": self.id, "worker": self.worker, "attempts": self.attempts}


@asynccontextmanager
async def changing(database: Database) -> AsyncIterator[Connection]:
    """A short transaction of its own, committed at the end of the block."""
    async with database.transaction(SYSTEM) as unit:
        yield unit.connection
        await unit.commit()


async def insert(
    connection: Connection,
    operation: OperationId,
    kind: str,
    parameters: Mapping[str, Any],
    actor: Actor,
    school_code: str | None,
    correlation_id: str | None,
) -> None:
    """Stores a queued operation."""
    given = {"id": operation, "kind": kind, "school_code": school_code, "subject": actor.subject, "role": actor.role}
    values = {**given, "correlation_id": correlation_id, "parameters": json.dumps(parameters, default=str)}
    await connection.execute(_INSERT, values)


async def insert_upload_chunk(connection: Connection, operation: OperationId, index: int, chunk: bytes) -> None:
    """Stores a part of an upload, already encrypted."""
    await connection.execute(_INSERT_CHUNK, {"id": operation, "index": index, "bytes": chunk})


async def upload_chunk(connection: Connection, operation: OperationId, index: int) -> bytes | None:
    """A part of an upload, counted from 0; None after the last."""
    found: bytes | None = await connection.scalar(_UPLOAD_CHUNK, {"id": operation, "index": index})
    return found


async def claim(connection: Connection, worker: str, kinds: Collection[str], lease: float) -> Claimed | None:
    """Takes an operation without a holder whose lease runs: the first of each school before the second of any."""
    row = (await connection.execute(_CLAIM, {"worker": worker, "kinds": list(kinds), "lease": lease})).one_or_none()
    if row is None:
        return None
    actor = Actor(row.subject, row.role)
    return Claimed(row.id, row.kind, worker, row.attempts, actor, row.school_code, row.correlation_id, row.parameters)


async def is_any_claimable(connection: Connection, kinds: Collection[str]) -> bool:
    """True if `claim` would find an operation, unless another worker is faster."""
    return bool(await connection.scalar(_IS_ANY_CLAIMABLE, {"kinds": list(kinds)}))


async def renew(connection: Connection, claimed: Claimed, lease: float) -> bool:
    """Keeps the hold; False if it was lost."""
    return bool(await connection.affected(_RENEW, {**claimed.hold, "lease": lease}))


async def show_progress(connection: Connection, claimed: Claimed, done: int, total: int) -> None:
    """Stores how far the work is."""
    await connection.execute(_PROGRESS, {**claimed.hold, "done": done, "total": total})


async def try_later(connection: Connection, claimed: Claimed, at_least: float) -> None:
    """Gives the hold back for a while that grows with the operation's age, up to half a minute; counts no attempt."""
    await connection.execute(_LATER, {**claimed.hold, "at_least": at_least})


async def release(connection: Connection, claimed: Claimed) -> None:
    """Gives the hold back at once; counts no attempt."""
    await connection.execute(_RELEASE, claimed.hold)


async def request_cancel(connection: Connection, operation: UUID) -> bool:
    """Lets work end as `cancelled` before its next part; False if that was asked for before.

    Raises OperationFinished. Work that is stored as a whole has ended with that, though its worker has yet to say so.
    """
    row = (await connection.execute(_LOCK, {"id": operation})).one()
    if row.state not in ("queued", "running"):
        raise OperationFinished(state=row.state, allowed_transitions=[])
    # under the lock, and in a statement of its own: one that has waited for the lock sees only what was before it
    if await connection.scalar(_IS_STORED_WHOLE, {"id": operation, "whole": WHOLE}):
        raise OperationFinished(state="succeeded", allowed_transitions=[])
    await connection.execute(_CANCEL, {"id": operation})
    return row.cancel_requested_at is None


async def close_to_cancelling(connection: Connection, operation: OperationId) -> bool:
    """Keeps the work from being cancelled until the transaction ends; False if it was cancelled before."""
    return (await connection.execute(_LOCK, {"id": operation})).one().cancel_requested_at is None


async def is_cancelled(connection: Connection, operation: OperationId) -> bool:
    """True if the work was asked to end before its next part."""
    return bool(await connection.scalar(_IS_CANCELLED, {"id": operation}))


async def finish(
    connection: Connection,
    claimed: Claimed,
    state: str,
    result: Mapping[str, Any],
    errors: Sequence[Mapping[str, Any]],
    error_values: bytes | None,
    errors_total: int,
    report: bytes | None,
    file: Mapping[str, Any] | None,
) -> str | None:
    """Stores the end, `cancelled` and without a file where that was asked for, else `state`; drops the upload.

    What earlier attempts have written of a file goes, too.

    Returns the state that is stored, None if the hold was lost.
    """
    values = {"state": state, "error_values": error_values, "errors_total": errors_total, "report": report}
    documents = {
        "result": json.dumps(result, default=str),
        "errors": json.dumps(list(errors), ensure_ascii=False),
        "file": None if file is None else json.dumps(file),
    }
    row = (await connection.execute(_FINISH, {**claimed.hold, **values, **documents})).one_or_none()
    if row is None:
        return None
    await connection.execute(_FORGET_UPLOAD, {"id": claimed.id})
    await connection.execute(FORGET_OTHER_PARTS, {"id": claimed.id, "file_id": row.file_id})
    return str(row.state)


async def mark_chunk(connection: Connection, operation: OperationId, number: int, outcome: Mapping[str, Any]) -> bool:
    """Notes a committed part of the work; False if it was noted before."""
    values = {"id": operation, "chunk_no": number, "outcome": json.dumps(outcome, default=str)}
    return (await connection.execute(_CHUNK_DONE, values)).one_or_none() is not None


async def done_chunks(connection: Connection, operation: OperationId) -> dict[int, dict[str, Any]]:
    """The committed parts with what each of them came to."""
    return {row.chunk_no: row.outcome for row in await connection.execute(_DONE_CHUNKS, {"id": operation})}


async def read(connection: Connection, operation: UUID) -> Row | None:
    """An operation that has not expired."""
    return (await connection.execute(_READ, {"id": operation})).one_or_none()


async def report(connection: Connection, operation: UUID) -> bytes | None:
    """Its error report, encrypted."""
    found: bytes | None = await connection.scalar(_REPORT, {"id": operation})
    return found


async def purge_operations(connection: Connection) -> int:
    """Deletes expired operations with their files; scheduled by the worker. Returns how many."""
    return await connection.affected(_PURGE)
