"""Proves that what is stored of the owners' events is their histories, asked for over their change feeds.

The feeds are read into temporary tables with the shape of ours and compared as sets. What arrives meanwhile looks like
a difference, so the comparison goes on with the rest of the feed until nothing differs or the patience ends.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from common.consuming import Feed
from common.consuming.counted import version_counted
from common.contracts.envelope import IncomingEvent
from common.database import Database
from common.identifiers import SchoolCode
from indicators.organisation import storage as units
from indicators.organisation.subscriptions import rows_of as unit_rows_of
from indicators.responses import storage as responses
from indicators.responses.subscriptions import employer_rows_of
from indicators.responses.subscriptions import rows_of as response_rows_of
from indicators.timeline.storage import StoredDestinationVersion, StoredRosterVersion
from indicators.timeline.subscriptions import batch_of
from indicators.timeline.verify import Difference

PATIENCE_SECONDS = 20.0
"""What an event may take from the owner's history to ours before it counts as missing."""

MAX_SHOWN = 1_000
"""Differences of one table: more would name the same fault again."""


@dataclass(frozen=True)
class Copied:
    """A table that is made of events: every version, or of each key the one with the highest sequence.

    `meant` gives what a column means where the release before left it out, as SQL over the table as `stored`.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: Callable[[Sequence[IncomingEvent]], Sequence[tuple[Any, ...]]]
    meant: Mapping[str, str] = field(default_factory=dict)

    @property
    def comparison(self) -> str:
        """Query for what only the table or only the histories have, or what differs, of one school or of all."""
        key = ", ".join(self.key)
        stored = ", ".join(self.meant.get(column, f"stored.{column}") for column in self.columns)
        published = ", ".join(f"published.{column}" for column in self.columns)
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
    Copied(
        "roster_versions",
        StoredRosterVersion._fields,
        _VERSION,
        lambda events: batch_of(events).roster,
        {
            "counted": version_counted("stored"),
            # what the release before has not kept is announced once more
            "urban_rural": "coalesce(stored.urban_rural, published.urban_rural)",
            "generation": "coalesce(stored.generation, published.generation)",
        },
    ),
    Copied(
        "destination_versions",
        StoredDestinationVersion._fields,
        _VERSION,
        lambda events: batch_of(events).destinations,
        {
            name: f"coalesce(stored.{name}, published.{name})"
            for name in ("study_level_code", "abroad_country_code", "generation")
        },
    ),
    # facts of outside sources are internal events, which no feed shows
    Copied("response_versions", responses.COLUMNS, _VERSION, response_rows_of),
    Copied("employer_response_versions", responses.EMPLOYER_COLUMNS, ("employer_id", "sequence"), employer_rows_of),
    Copied(
        "units",
        units.COLUMNS,
        ("school_code", "unit_kind", "code"),
        unit_rows_of,
        {
            name: f"coalesce(stored.{name}, published.{name})"
            for name in ("identifier_code", "city_code", "national_code", "catalogue_year", "predecessors")
        },
    ),
)


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
                    await _copy_rest(feed, connection)
                differences = await _differences(connection, school)
                if not differences or time.monotonic() > deadline:
                    return differences
                await asyncio.sleep(0.5)
        finally:
            # the connection goes back to the pool
            await connection.execute("DISCARD TEMP")


async def _copy_rest(feed: Feed, connection: asyncpg.Connection) -> None:
    """Copies the rest of a feed into the tables of what was published."""
    async for events in feed.rest():
        for table in COPIED:
            if rows := table.rows(events):
                name = f"published_{table.name}"
                await connection.copy_records_to_table(name, records=rows, columns=table.columns)


async def _differences(connection: asyncpg.Connection, school: SchoolCode | None) -> list[Difference]:
    return [
        Difference(table.name, row["school_code"], row["what"], _SIDE[row["is_stored"]], _SIDE[row["is_published"]])
        for table in COPIED
        for row in await connection.fetch(table.comparison, school)
    ]


_SIDE = {True: "there", False: "missing"}
