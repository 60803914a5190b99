"""Sending again what was sent before: the original ids, sequences, days and positions."""

from common.contracts.catalogue import topics_of
from common.contracts.envelope import StoredEvent
from common.database import Database
from common.database.dedicated import dedicated_connection
from common.kafka import broker_time, ensure_topics
from common.observability import logger
from common.outbox import fence
from common.publishing import publisher
from common.relay.numbering import COLUMNS, WINDOW
from common.relay.sending import send
from common.settings import ServiceSettings

_PAGE = f"""
    SELECT {COLUMNS} FROM outbox
    WHERE position > $1 AND position <= $2 AND ($3::text IS NULL OR topic = $3)
      AND ($4::text IS NULL OR school_code = $4)
    ORDER BY position LIMIT {WINDOW}
"""

# What is in an open outbox by now need not be compared again. One that is closed may lack what was sent before this.
_NOTE = f"""
    UPDATE relay_state SET sent_at = greatest(sent_at, $1) WHERE ({fence.RUN_COLUMNS}) = ({fence.this_run("outbox")})
"""

_log = logger(__name__)


async def replay(
    database: Database,
    settings: ServiceSettings,
    *,
    from_position: int = 1,
    topic: str | None = None,
    school: str | None = None,
) -> int:
    """Sends all numbered events again, in order, and returns how many; beside a running relay too.

    Consumers see older sequences reappear, which the contract allows.
    """
    await ensure_topics(settings, topics_of(settings.service))
    count = 0
    async with dedicated_connection(database.pool, "replay") as connection, publisher(settings) as client:
        last = await connection.fetchval("SELECT coalesce(max(position), 0) FROM outbox")
        after = from_position - 1
        while rows := await connection.fetch(_PAGE, after, last, topic, school):
            placed = await send(client, settings, [StoredEvent(**row) for row in rows])
            await connection.execute(_NOTE, broker_time(placed[-1].timestamp))
            after = rows[-1]["position"]
            count += len(rows)
            _log.info("Replayed", events=count, position=after)
    return count
