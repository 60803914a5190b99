"""Reading notices."""

from common.auth import Principal, Role
from common.database import UnitOfWork
from common.identifiers import GraduateId
from common.sql import Connection
from registry.graduates.storage import roster
from registry.notices import storage
from registry.notices.domain import NoticeId, StoredNotice, UnknownNotice


async def listed(
    connection: Connection, caller: Principal, graduate_id: GraduateId, *, after: NoticeId | None, limit: int
) -> list[StoredNotice]:
    """A graduate's own notices, newest first; raises NotFound, Forbidden."""
    await roster.require(connection, caller.row_scope(), graduate_id)
    caller.must_be(Role.GRADUATE)
    return await storage.page(connection, graduate_id, after=after, limit=limit)


async def read(unit: UnitOfWork, *, caller: Principal, graduate_id: GraduateId, up_to: NoticeId) -> int:
    """Marks the own notices up to one of them as read, and gives how many were not.

    Raises NotFound, Forbidden, UnknownNotice.
    """
    await roster.require(unit.connection, caller.row_scope(), graduate_id)
    caller.must_be(Role.GRADUATE)
    if not await storage.exists(unit.connection, graduate_id, up_to):
        raise UnknownNotice
    marked = await storage.mark_read(unit.connection, graduate_id, up_to)
    if marked:
        await unit.audit("notice.read", "graduate", graduate_id, school_code=None, detail={"notices": marked})
    return marked
