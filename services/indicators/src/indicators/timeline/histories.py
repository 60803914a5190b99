"""Proves that the stored versions are the owners' histories, asked for over their change feeds.

The feeds are read into temporary tables with the shape of the version tables and compared as sets. What arrives
meanwhile looks like a difference, so the comparison goes on with the rest of the feed until nothing differs or the
patience ends.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from sqlalchemy import text

from common.auth import SYSTEM
from common.contracts import graduate, registration
from common.contracts.catalogue import EVENT_TYPES
from common.contracts.envelope import IncomingEvent
from common.database import Database
from indicators.timeline.arrivals import batch_of
from indicators.timeline.storage import StoredDestinationVersion, StoredRosterVersion
from indicators.timeline.verify import Difference

PAGE = 500
PATIENCE = 20.0
"""Seconds that an event may take from the owner's history to ours before it counts as missing."""

MAX_SHOWN = 1_000

_TABLES: Mapping[str, type[Any]] = {
    "roster_versions": StoredRosterVersion,
    "destination_versions": StoredDestinationVersion,
}
_DIFFERENCES = """
    SELECT coalesce(stored.school_code, told.school_code) AS school_code,
           coalesce(stored.graduate_id, told.graduate_id) AS graduate_id,
           coalesce(stored.sequence, told.sequence) AS sequence,
           stored.graduate_id IS NOT NULL AS is_stored, told.graduate_id IS NOT NULL AS is_told
    FROM {table} AS stored FULL JOIN told_{table} AS told USING (graduate_id, sequence)
    WHERE ({stored}) IS DISTINCT FROM ({told})
      AND ($1::text IS NULL OR coalesce(stored.school_code, told.school_code) = $1)
    ORDER BY 1, 2, 3 LIMIT {limit}
"""


@dataclass
class Feed:
    """One owner's change feed and how far it was read."""

    client: httpx.AsyncClient
    cursor: str | None = None

    async def rest(self) -> AsyncIterator[list[IncomingEvent]]:
        """Pages from the cursor to the end as it is now."""
        while True:
            query = {"limit": PAGE} | ({"after": self.cursor} if self.cursor else {})
            answer = await self.client.get("/v1/changes", params=query)
            answer.raise_for_status()
            page = answer.json()
            self.cursor = page["next_cursor"]
            if not page["items"]:
                return
            yield [event_from(item) for item in page["items"] if item["type"] in EVENT_TYPES]


async def verify_histories(
    database: Database, feeds: Sequence[Feed], school: str | None = None, patience: float = PATIENCE
) -> list[Difference]:
    """Versions that only one side has, or that differ."""
    deadline = time.monotonic() + patience
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = '10min'"))
        connection = await unit.driver_connection()
        await _make_tables(connection)
        while True:
            for feed in feeds:
                await _read_rest(connection, feed)
            differences = await _differences(connection, school)
            if not differences or time.monotonic() > deadline:
                return differences
            await asyncio.sleep(0.5)


async def _make_tables(connection: asyncpg.Connection) -> None:
    for table in _TABLES:
        await connection.execute(f"CREATE TEMPORARY TABLE told_{table} (LIKE {table}) ON COMMIT DROP")


async def _read_rest(connection: asyncpg.Connection, feed: Feed) -> None:
    async for events in feed.rest():
        batch = batch_of([event for event in events if event.topic in {graduate.TOPIC, registration.TOPIC}])
        for table, rows in zip(_TABLES, (batch.roster, batch.destinations), strict=True):
            columns = _TABLES[table]._fields
            await connection.copy_records_to_table(f"told_{table}", records=rows, columns=columns)


async def _differences(connection: asyncpg.Connection, school: str | None) -> list[Difference]:
    found: list[Difference] = []
    for table, row in _TABLES.items():
        stored, told = (", ".join(f"{side}.{column}" for column in row._fields) for side in ("stored", "told"))
        statement = _DIFFERENCES.format(table=table, stored=stored, told=told, limit=MAX_SHOWN)
        found += [_difference(table, differing) for differing in await connection.fetch(statement, school)]
    return found


def _difference(table: str, row: Mapping[str, Any]) -> Difference:
    what = f"{row['graduate_id']}/{row['sequence']}"
    sides = ("there" if row["is_stored"] else "missing", "there" if row["is_told"] else "missing")
    return Difference(table, row["school_code"], what, *sides)


def event_from(item: Mapping[str, Any]) -> IncomingEvent:
    """An item of a change feed (CloudEvents in structured JSON) as an event."""
    described = EVENT_TYPES[item["type"]]
    decided_on = item.get("decidedon")
    return IncomingEvent(
        id=UUID(item["id"]),
        type=item["type"],
        topic=described.topic,
        key=item["subject"],
        sequence=int(item["sequence"]),
        school_code=item["schoolcode"],
        decided_on=date.fromisoformat(decided_on) if decided_on else None,
        recorded_at=datetime.fromisoformat(item["time"]),
        position=int(item["position"]),
        data=described.model.read(item["data"]),
        partition=0,
        offset=0,
    )
