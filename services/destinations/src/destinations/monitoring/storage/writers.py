"""Who may still commit what was recorded before a moment: who holds a lock on the streams, or on what checks record."""

from datetime import datetime

from sqlalchemy import DateTime, bindparam, text

from common.clock import OFFSET_SQL
from common.sql import Connection

# Every write about a graduate locks its stream before it takes `recorded_at`; one of a case that links none does not.
# So who began before the moment and holds no lock on these tables after it records later. Reading a table and keeping
# it tidy take locks of their own kinds. A session that this role may not look at (its beginning is null) could be one.
_EARLIER_WRITER = text(
    f"""
    SELECT EXISTS (
        SELECT FROM pg_locks held LEFT JOIN pg_stat_activity session ON session.pid = held.pid
         WHERE held.locktype = 'relation'
           AND held.relation IN ('destination_streams'::regclass, 'case_events'::regclass)
           AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND held.mode NOT IN ('AccessShareLock', 'ShareUpdateExclusiveLock')
           AND coalesce(session.xact_start + {OFFSET_SQL} < :at, true)
    )
    """
).bindparams(bindparam("at", type_=DateTime(timezone=True)))


async def earlier_writer(connection: Connection, at: datetime) -> bool:
    """Whether a writer that began before the moment, which has passed, may still commit something recorded before it.

    What it found to be over, the next statement of a transaction at READ COMMITTED sees.
    """
    return bool(await connection.scalar(_EARLIER_WRITER, {"at": at}))
