"""Proves that what is stored of the owners' events is their histories, asked for over their change feeds.

The feeds are read into temporary tables with the shape of ours and compared as sets. What arrives meanwhile looks like
a difference, so the comparison goes on with the rest of the feed until nothing differs or the patience ends.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from sqlalchemy import text

from common.auth import SYSTEM
from common.contracts.catalogue import EVENT_TYPES
from common.contracts.envelope import IncomingEvent
from common.database import Database
from common.errors import Message, Unavailable
from indicators.organisation import storage as units
from indicators.responses import storage as responses
from indicators.timeline.arrivals import batch_of
from indicators.timeline.storage import StoredDestinationVersion, StoredRosterVersion
from indicators.timeline.verify import Difference

PAGE = 500
PATIENCE = 20.0
"""Seconds that an event may take from the owner's history to ours before it counts as missing."""

MAX_SHOWN = 1_000


@dataclass(frozen=True)
class Kept:
    """A table with what events tell: every version, or of each key the one with the highest sequence."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: Callable[[Sequence[IncomingEvent]], Sequence[tuple[Any, ...]]]


_VERSION = ("graduate_id", "sequence")
KEPT = (
    Kept("roster_versions", StoredRosterVersion._fields, _VERSION, lambda events: batch_of(events).roster),
    Kept(
        "destination_versions", StoredDestinationVersion._fields, _VERSION, lambda events: batch_of(events).destinations
    ),
    Kept("response_versions", responses.COLUMNS, _VERSION, responses.rows_of),
    Kept("units", units.COLUMNS, ("school_code", "unit_kind", "code"), units.rows_of),
)

_DIFFERENCES = """
    WITH told AS (SELECT DISTINCT ON ({key}) * FROM told_{table} ORDER BY {key}, sequence DESC)
    SELECT coalesce(stored.school_code, told.school_code) AS school_code, concat_ws('/', {key}) AS what,
           stored.sequence IS NOT NULL AS is_stored, told.sequence IS NOT NULL AS is_told
    FROM {table} AS stored FULL JOIN told USING ({key})
    WHERE ({stored}) IS DISTINCT FROM ({told})
      AND ($1::text IS NULL OR coalesce(stored.school_code, told.school_code) = $1)
    ORDER BY 1, 2 LIMIT {limit}
"""


@dataclass
class Feed:
    """One owner's change feed and how far it was read."""

    client: httpx.AsyncClient
    cursor: str | None = None

    async def rest(self) -> AsyncIterator[list[IncomingEvent]]:
        """Pages from the cursor to the end as it is now; raises Unavailable if the owner does not give them."""
        while True:
            page = await self._page({"limit": PAGE} | ({"after": self.cursor} if self.cursor else {}))
            self.cursor = page["next_cursor"]
            if not page["items"]:
                return
            yield [event_from(item) for item in page["items"] if item["type"] in EVENT_TYPES]

    async def _page(self, query: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            answer = await self.client.get("/v1/changes", params=query)
            page: Mapping[str, Any] = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else ""
            why = f"{self.client.base_url}: {type(error).__name__} {status}".strip()
            detail = Message(f"无法读取变更历史：{why}", f"No history from {why}")
            raise Unavailable(code="history_unavailable", detail=detail) from error
        return page


async def verify_histories(
    database: Database, feeds: Sequence[Feed], school: str | None = None, patience: float = PATIENCE
) -> list[Difference]:
    """What only one side has, or what differs; raises Unavailable if an owner does not give its history."""
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
    for table in KEPT:
        await connection.execute(f"CREATE TEMPORARY TABLE told_{table.name} (LIKE {table.name}) ON COMMIT DROP")


async def _read_rest(connection: asyncpg.Connection, feed: Feed) -> None:
    async for events in feed.rest():
        for table in KEPT:
            if rows := table.rows(events):
                await connection.copy_records_to_table(f"told_{table.name}", records=rows, columns=table.columns)


async def _differences(connection: asyncpg.Connection, school: str | None) -> list[Difference]:
    found: list[Difference] = []
    for table in KEPT:
        found += [_difference(table, row) for row in await connection.fetch(_comparison(table), school)]
    return found


def _comparison(table: Kept) -> str:
    stored, told = (", ".join(f"{side}.{column}" for column in table.columns) for side in ("stored", "told"))
    return _DIFFERENCES.format(table=table.name, key=", ".join(table.key), stored=stored, told=told, limit=MAX_SHOWN)


def _difference(table: Kept, row: Mapping[str, Any]) -> Difference:
    sides = ("there" if row["is_stored"] else "missing", "there" if row["is_told"] else "missing")
    return Difference(table.name, row["school_code"], row["what"], *sides)


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
