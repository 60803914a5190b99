"""Data copies in SQL. Their rows are locked before those of their operations."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Uuid, bindparam, insert, text

from common import rows
from common.clock import NOW_SQL
from common.identifiers import GraduateId, OperationId
from common.operations import files
from common.sql import Connection
from registry.data_copies.domain.copies import FILE_HOURS, DataCopy
from registry.data_copies.tables import data_copies

PART = 1000
"""Copies that one transaction ends."""

_UNDER_WAY = f"""o.id IS NOT NULL AND o.state IN ('queued', 'running') AND o.cancel_requested_at IS NULL
           AND o.expires_at > {NOW_SQL}"""
_ALL = f"""
    SELECT c.operation_id, c.graduate_id, g.school_code, c.subject,
           c.ended_at IS NULL AND coalesce({_UNDER_WAY}, false) AS is_under_way,
           c.ended_at IS NULL AND coalesce(c.file_until > {NOW_SQL} AND o.file IS NOT NULL, false) AS is_there
      FROM data_copies c JOIN graduates g ON g.id = c.graduate_id LEFT JOIN operations o ON o.id = c.operation_id
"""
_ONE = text(f"{_ALL} WHERE c.operation_id = :operation_id")
_LAST = text(f"{_ALL} WHERE c.graduate_id = :graduate_id AND c.subject = :subject AND c.ended_at IS NULL")
_ADD = insert(data_copies)
# not of one that was ended while its file was written
_KEEP_MADE = text(
    f"""
    UPDATE data_copies SET file_until = {NOW_SQL} + interval '{FILE_HOURS} hours'
     WHERE operation_id = :operation_id AND ended_at IS NULL
    """
)
_END = text(f"UPDATE data_copies SET ended_at = {NOW_SQL} WHERE operation_id = :operation_id AND ended_at IS NULL")
_OVER = text(
    f"""
    SELECT c.operation_id FROM data_copies c LEFT JOIN operations o ON o.id = c.operation_id
     WHERE c.ended_at IS NULL
       AND (c.file_until <= {NOW_SQL} OR o.id IS NULL OR o.state IN ('failed', 'cancelled'))
     ORDER BY c.operation_id LIMIT {PART} FOR UPDATE OF c SKIP LOCKED
    """
)
_OF_GRADUATE = text(
    "SELECT requested_at, file_until, ended_at FROM data_copies WHERE graduate_id = :graduate_id ORDER BY operation_id"
).bindparams(bindparam("graduate_id", type_=Uuid()))


async def find(connection: Connection, operation_id: OperationId) -> DataCopy | None:
    """The copy that an operation makes."""
    return rows.one_or_none(DataCopy, await connection.execute(_ONE, {"operation_id": operation_id}))


async def last(connection: Connection, graduate_id: GraduateId, subject: str) -> DataCopy | None:
    """The copy that is being made for who asks, or is there, if any."""
    bound = {"graduate_id": graduate_id, "subject": subject}
    return rows.one_or_none(DataCopy, await connection.execute(_LAST, bound))


async def of_graduate(connection: Connection, graduate_id: GraduateId) -> list[Mapping[str, Any]]:
    """When copies of a graduate's data were asked for, and how long each was there."""
    return [dict(each) for each in await connection.execute(_OF_GRADUATE, {"graduate_id": graduate_id})]


async def add(connection: Connection, operation_id: OperationId, graduate_id: GraduateId, subject: str) -> None:
    """Stores that a copy is asked for."""
    values = {"operation_id": operation_id, "graduate_id": graduate_id, "subject": subject}
    await connection.execute(_ADD, values)


async def keep_made(connection: Connection, operation_id: OperationId) -> bool:
    """Notes that the file was made, whose hours begin; False where the copy was ended before."""
    return bool(await connection.affected(_KEEP_MADE, {"operation_id": operation_id}))


async def end(connection: Connection, operation_id: OperationId) -> None:
    """Deletes the file of a copy, if there is one; there will be none."""
    await connection.execute(_END, {"operation_id": operation_id})
    await files.forget(connection, operation_id)


async def end_over(connection: Connection) -> int:
    """Ends copies whose hours are over, and those that will not be made, some at a time; how many it has ended."""
    over = await connection.scalars(_OVER)
    for operation_id in over:
        await end(connection, OperationId(operation_id))
    return len(over)
