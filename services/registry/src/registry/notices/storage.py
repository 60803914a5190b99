"""Notices in SQL; ids rise with time."""

from collections.abc import Collection

from sqlalchemy import ARRAY, Uuid, any_, bindparam, delete, select, update

from common import rows
from common.database import NOW
from common.identifiers import GraduateId
from common.sql import Connection
from registry.graduates.tables import notices
from registry.notices.domain import NoticeId, StoredNotice

_OF_GRADUATE = notices.c.graduate_id == bindparam("of_graduate", type_=Uuid)
_NEWEST = (
    select(*(notices.c[name] for name in ("id", "kind", "recorded_at", "read_at")))
    .where(_OF_GRADUATE)
    .order_by(notices.c.id.desc())
    .limit(bindparam("limit"))
)
_FOLLOWING = _NEWEST.where(notices.c.id < bindparam("after", type_=Uuid))
_ONE = select(notices.c.id).where(_OF_GRADUATE, notices.c.id == bindparam("notice_id", type_=Uuid))
_READ = (
    update(notices)
    .where(_OF_GRADUATE, notices.c.id <= bindparam("up_to", type_=Uuid), notices.c.read_at.is_(None))
    .values(read_at=NOW)
)

_REMOVE = delete(notices).where(notices.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))


async def page(
    connection: Connection, graduate_id: GraduateId, *, after: NoticeId | None, limit: int
) -> list[StoredNotice]:
    """Notices of a graduate, newest first."""
    bound = {"of_graduate": graduate_id, "after": after, "limit": limit}
    return rows.all(StoredNotice, await connection.execute(_FOLLOWING if after else _NEWEST, bound))


async def exists(connection: Connection, graduate_id: GraduateId, notice_id: NoticeId) -> bool:
    """True if the graduate has this notice."""
    return await connection.scalar(_ONE, {"of_graduate": graduate_id, "notice_id": notice_id}) is not None


async def mark_read(connection: Connection, graduate_id: GraduateId, up_to: NoticeId) -> int:
    """Marks what is not read yet, up to a notice, and gives how many; one that is committed later stays unread."""
    return await connection.affected(_READ, {"of_graduate": graduate_id, "up_to": up_to})


async def remove(connection: Connection, ids: Collection[NoticeId]) -> None:
    """Deletes notices."""
    await connection.execute(_REMOVE, {"ids": list(ids)})
