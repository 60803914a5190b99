"""SQL of stored files: begun, kept, dropped, and those that are to be deleted."""

from typing import NewType
from uuid import UUID

import asyncpg
from sqlalchemy import text

from common.clock import NOW_SQL
from common.database import UnitOfWork
from common.errors import Message, Unavailable
from common.sql import Connection, Row

ObjectName = NewType("ObjectName", UUID)
"""Random: it says nothing of what is stored, nor when."""

GRACE = "1 hour"
"""In which an act must name what was stored for it: acts take seconds."""

_BEGIN = text(
    f"""
    INSERT INTO objects (name, state, media_type, sealed_key, due_at)
    VALUES (:name, 'pending', :media_type, :sealed_key, {NOW_SQL} + interval '{GRACE}')
    """
)
# what is due may be half deleted already
_KEEP = text(
    f"""
    UPDATE objects SET state = 'kept', due_at = NULL
    WHERE name = :name AND state = 'pending' AND due_at > {NOW_SQL}
    """
)
_DROP = text(
    f"""
    UPDATE objects SET state = 'dropped', due_at = {NOW_SQL}
    WHERE name = ANY(CAST(:names AS uuid[])) AND state = 'kept'
    """
)
_FIND = text("SELECT media_type, sealed_key FROM objects WHERE name = :name AND state = 'kept'")
_DUE = text(f"SELECT name FROM objects WHERE due_at <= {NOW_SQL} ORDER BY due_at LIMIT :limit")
_DELETE_DUE = text(
    f"""
    DELETE FROM objects WHERE name = (
        SELECT name FROM objects WHERE name = :name AND due_at <= {NOW_SQL} FOR UPDATE SKIP LOCKED
    ) RETURNING state
    """
)


class StoredTooLongAgo(Unavailable):
    """What was stored for this act is to be deleted: nothing named it in time."""

    code = "stored_too_long_ago"
    title = Message("上传的文件已过期，请重新上传", "The file was sent too long ago; send it again")


async def keep(unit: UnitOfWork, name: ObjectName) -> None:
    """Keeps a stored file, in the act whose row names it; raises StoredTooLongAgo."""
    if not await unit.connection.affected(_KEEP, {"name": name}):
        raise StoredTooLongAgo


async def drop(unit: UnitOfWork, *names: ObjectName) -> None:
    """Lets files be deleted once the act that takes their names out of its rows has committed."""
    await unit.connection.execute(_DROP, {"names": list(names)})


async def begin(connection: Connection, name: ObjectName, media_type: str, sealed_key: bytes) -> None:
    """Notes a file that is about to be written."""
    await connection.execute(_BEGIN, {"name": name, "media_type": media_type, "sealed_key": sealed_key})


async def find(connection: Connection, name: ObjectName) -> Row | None:
    """Media type and sealed key of a file that is kept."""
    return (await connection.execute(_FIND, {"name": name})).one_or_none()


async def due(connection: Connection, limit: int) -> list[ObjectName]:
    """Files that are to be deleted, the longest due first."""
    return await connection.scalars(_DUE, {"limit": limit})


async def delete_due(connection: Connection, name: ObjectName) -> str | None:
    """Deletes the row of a file that is to be deleted, as long as the transaction is not undone; gives its state.

    None where the row has been kept or is being deleted by another worker, or where another row still names it.
    """
    try:
        state: str | None = await connection.scalar(_DELETE_DUE, {"name": name})
    except asyncpg.ForeignKeyViolationError:
        return None
    return state
