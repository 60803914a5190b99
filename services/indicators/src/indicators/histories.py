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

from common.contracts.catalogue import EVENT_TYPES
from common.contracts.envelope import IncomingEvent
from common.database import Database
from common.errors import Message, Unavailable
from common.identifiers import SchoolCode
from indicators.organisation import storage as units
from indicators.organisation.subscriptions import rows_of as unit_rows_of
from indicators.responses import storage as responses
from indicators.responses.subscriptions import rows_of as response_rows_of
from indicators.timeline.storage import StoredDestinationVersion, StoredRosterVersion
from indicators.timeline.subscriptions import batch_of
from indicators.timeline.verify import Difference

PAGE = 500
"""Events on a page of a change feed: the most that an owner gives."""

PATIENCE_SECONDS = 20.0
"""What an event may take from the owner's history to ours before it counts as missing."""

MAX_SHOWN = 1_000
"""Differences of one table: more would name the same fault again."""


class HistoryUnavailable(Unavailable):
    """The owner of a history does not give it."""

    code = "history_unavailable"
    title = Message("无法读取变更历史", "A history cannot be read")


@dataclass(frozen=True)
class Copied:
    """A table that is made of events: every version, or of each key the one with the highest sequence."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: Callable[[Sequence[IncomingEvent]], Sequence[tuple[Any, ...]]]

    @property
    def comparison(self) -> str:
        """Query for what only the table or only the histories have, or what differs, of one school or of all."""
        key = ", ".join(self.key)
        stored, published = (
            ", ".join(f"{side}.{column}" for column in self.columns) for side in ("stored", "published")
        )
        return f"""
            WITH published AS (
                SELECT DISTINCT ON ({key}) * FROM published_{self.name} ORDER BY {key}, sequence DESC
            )
            SELECT coalesce(stored.school_code, published.school_code) AS school_code, concat_ws('/', {key}) AS what,
                   stored.sequence IS NOT NULL AS is_stored, published.sequence IS NOT NULL AS is_published
            FROM {self.name} AS stored FULL JOIN published USING ({key})
            WHERE ({stored}) IS DISTINCT FROM ({published})
              AND ($1::text IS NULL OR coalesce(stored.school_code, published.school_code) = $1)
            ORDER BY 1, 2 LIMIT {MAX_SHOWN}
        """


_VERSION = ("graduate_id", "sequence")
COPIED = (
    Copied("roster_versions", StoredRosterVersion._fields, _VERSION, lambda events: batch_of(events).roster),
    Copied(
        "destination_versions", StoredDestinationVersion._fields, _VERSION, lambda events: batch_of(events).destinations
    ),
    Copied("response_versions", responses.COLUMNS, _VERSION, response_rows_of),
    Copied("units", units.COLUMNS, ("school_code", "unit_kind", "code"), unit_rows_of),
)


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
            yield [event_of(item) for item in page["items"] if item["type"] in EVENT_TYPES]

    async def copy_rest(self, connection: asyncpg.Connection) -> None:
        """Copies the rest into the tables of what was published."""
        async for events in self.rest():
            for table in COPIED:
                if rows := table.rows(events):
                    name = f"published_{table.name}"
                    await connection.copy_records_to_table(name, records=rows, columns=table.columns)

    async def _page(self, query: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            answer = await self.client.get("/v1/changes", params=query)
            page: Mapping[str, Any] = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else ""
            why = f"{self.client.base_url}: {type(error).__name__} {status}".strip()
            detail = Message(f"无法读取变更历史：{why}", f"No history from {why}")
            raise HistoryUnavailable(detail=detail) from error
        return page


async def verify_histories(
    database: Database, feeds: Sequence[Feed], school: SchoolCode | None = None, patience: float = PATIENCE_SECONDS
) -> list[Difference]:
    """What only one side has, or what differs; raises Unavailable if an owner does not give its history."""
    deadline = time.monotonic() + patience
    # each statement is a transaction of its own: between two of them stand whole pages of HTTP
    async with database.reading() as reading:
        connection = reading.driver
        try:
            for table in COPIED:
                await connection.execute(f"CREATE TEMPORARY TABLE published_{table.name} (LIKE {table.name})")
            while True:
                for feed in feeds:
                    await feed.copy_rest(connection)
                differences = await _differences(connection, school)
                if not differences or time.monotonic() > deadline:
                    return differences
                await asyncio.sleep(0.5)
        finally:
            # the connection goes back to the pool
            await connection.execute("DISCARD TEMP")


async def _differences(connection: asyncpg.Connection, school: SchoolCode | None) -> list[Difference]:
    return [
        Difference(table.name, row["school_code"], row["what"], _SIDE[row["is_stored"]], _SIDE[row["is_published"]])
        for table in COPIED
        for row in await connection.fetch(table.comparison, school)
    ]


_SIDE = {True: "there", False: "missing"}


def event_of(item: Mapping[str, Any]) -> IncomingEvent:
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
        # a feed knows positions, but no place in Kafka
        partition=0,
        offset=0,
    )
