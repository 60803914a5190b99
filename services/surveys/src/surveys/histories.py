"""Proves that the roster is what its owners say: their feeds are applied anew, to tables of the same names beside.

What arrives meanwhile looks like a difference, so the comparison goes on with the rest of a feed until nothing differs
or the patience ends.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Table, TextClause, text

from common.auth import SYSTEM
from common.consuming import Feed
from common.consuming.counted import newest_counted
from common.consuming.owner import owner_of
from common.contracts import IncomingEvent, graduate, organisation, registration
from common.database import Database, UnitOfWork
from common.identifiers import SchoolCode
from common.sql import Connection
from common.verifying import Verified
from surveys.roster import subscriptions, tables
from surveys.roster.domain import GROUPS, REGISTERED
from surveys.settings import Settings

PATIENCE_SECONDS = 20.0
"""What an event may take from the owner's history to ours before it counts as missing."""

_ASK_AGAIN = 0.5

Events = AsyncIterator[list[IncomingEvent]]


@dataclass(frozen=True)
class Kept:
    """A table that keeps the newest of each thing, by what its topic says; `meant` is what has a meaning in SQL."""

    table: Table
    topic: str
    keep: Callable[[UnitOfWork, Sequence[IncomingEvent]], Awaitable[None]]
    columns: tuple[str, ...]
    meant: tuple[Callable[[str], str], ...] = ()

    @property
    def beside(self) -> TextClause:
        """Makes the table that the statements of this session find first."""
        return text(f"CREATE TEMPORARY TABLE {self.table.name} (LIKE public.{self.table.name} INCLUDING ALL)")

    @property
    def differing(self) -> TextClause:
        """The keys of what only one side has, or what differs."""
        [key] = self.table.primary_key.columns.keys()
        return text(
            f"""
            SELECT CAST(coalesce(stored.{key}, said.{key}) AS text) AS key
              FROM public.{self.table.name} AS stored FULL JOIN pg_temp.{self.table.name} AS said USING ({key})
             WHERE ({self._compared("stored")}) IS DISTINCT FROM ({self._compared("said")})
               AND coalesce(CAST(:school AS text), stored.school_code, said.school_code)
                   IN (stored.school_code, said.school_code)
             ORDER BY 1
            """
        )

    @property
    def count(self) -> TextClause:
        """How many rows there are."""
        of_school = "CAST(:school AS text) IS NULL OR school_code = :school"
        return text(f"SELECT count(*) FROM public.{self.table.name} WHERE {of_school}")

    def _compared(self, side: str) -> str:
        return ", ".join((*(f"{side}.{name}" for name in self.columns), *(meant(side) for meant in self.meant)))


_PLACED = ("school_code", "sequence")
OF_REGISTRY = (
    Kept(
        tables.graduates,
        graduate.TOPIC,
        subscriptions.keep_graduates,
        (*_PLACED, "cohort", "status", "erased"),
        # what the release before has written says nothing of its own
        (newest_counted,),
    ),
    Kept(tables.groups, graduate.TOPIC, subscriptions.keep_groups, (*_PLACED, *GROUPS)),
    Kept(tables.schools, organisation.TOPIC, subscriptions.keep_schools, (*_PLACED, "name", "name_en")),
)
OF_DESTINATIONS = (
    Kept(
        tables.registrations,
        registration.TOPIC,
        subscriptions.keep_registrations,
        (*_PLACED, *REGISTERED, "flexible"),
    ),
)


async def verify_with_owner(
    check: str, kept: Sequence[Kept], database: Database, settings: Settings, school: SchoolCode | None = None
) -> Verified:
    """Compares what is kept, of one school or of all, with all that its owner has announced.

    Raises OwnerUnknown or HistoryUnavailable.
    """
    async with owner_of(settings, kept[0].topic) as owner:
        feed = Feed(owner)
        return await verify_with_events(check, kept, database, feed.rest, school)


async def verify_with_events(
    check: str,
    kept: Sequence[Kept],
    database: Database,
    rest: Callable[[], Events],
    school: SchoolCode | None,
    patience: float = PATIENCE_SECONDS,
) -> Verified:
    """Compares what is kept with what these events say; `rest` gives those that came since it was asked last."""
    verified, deadline = Verified(check), time.monotonic() + patience
    # a connection of its own: statements that were prepared before mean the tables that are compared
    apart = Database.connect(database.pool.url, application_name="surveys verify")
    try:
        async with apart.reading() as reading:
            connection = Connection(reading.driver)
            for each in kept:
                await connection.execute(each.beside)
            while True:
                found = await _compared(connection, kept, rest, school)
                if not found or time.monotonic() > deadline:
                    break
                await asyncio.sleep(_ASK_AGAIN)
            count = sum([int(await connection.scalar(each.count, {"school": school})) for each in kept])
    finally:
        await apart.dispose()
    for name in found:
        verified.note(name, differs=True)
    verified.compared = count
    return verified


async def _compared(
    connection: Connection, kept: Sequence[Kept], rest: Callable[[], Events], school: SchoolCode | None
) -> list[str]:
    unit = UnitOfWork(connection, SYSTEM, "verify")
    async for events in rest():
        for each in kept:
            await each.keep(unit, [event for event in events if event.topic == each.topic])
    return [
        f"{each.table.name} {row.key}"
        for each in kept
        for row in await connection.execute(each.differing, {"school": school})
    ]


verify_roster = partial(verify_with_owner, "roster", OF_REGISTRY)
verify_registrations = partial(verify_with_owner, "registrations", OF_DESTINATIONS)
