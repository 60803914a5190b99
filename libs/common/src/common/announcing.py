"""Announcing keys once more after events have come to say more, in parts that may end anywhere and go on again.

A service names a table for the progress and what its rosters and their members are; it compares what stands with the
newest events, and says what they lack.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, Column, DateTime, Integer, MetaData, Table, Text, Uuid, text
from sqlalchemy.schema import ForeignKeyConstraint

from common.auth import SYSTEM
from common.clock import NOW_SQL
from common.database import Database, UnitOfWork
from common.identifiers import Cohort, SchoolCode
from common.sql import Connection

ANNOUNCE_SECONDS = 60.0
PART = 1_000
"""Members of a roster in one transaction."""

ROUND_SECONDS = 300.0
"""A round ends after these, and the next one goes on."""

AGAIN_AFTER = "1 hour"
"""From the end of a pass that has found something to the next: the release before may write beside this one."""

_FIRST = UUID(int=0)


class Roster(NamedTuple):
    """A roster by its school and cohort."""

    school_code: SchoolCode
    cohort: Cohort


class Looked(NamedTuple):
    """What was found in a part: how many newest events say too little, and how many of these keys were announced."""

    outdated: int
    announced: int


Announce = Callable[[UnitOfWork, Roster, Sequence[UUID]], Awaitable[Looked]]
"""Compares members of a roster with their newest events, and announces anew those of which these say too little."""


def progress_table(name: str, metadata: MetaData, *constraints: ForeignKeyConstraint) -> Table:
    """The table of a service with how far its passes have come; a migration that adds to what events say empties it."""
    return Table(
        name,
        metadata,
        Column("school_code", Text, primary_key=True),
        Column("cohort", Integer, primary_key=True),
        # how far a pass over the roster has come: its last member, NULL between two passes
        Column("after", Uuid),
        # whether the pass has found an outdated event so far
        Column("has_found", Boolean, nullable=False, server_default=text("false")),
        # when to go on; NULL once a whole pass has found that the newest events say all that stands
        Column("due_at", DateTime(timezone=True)),
        *constraints,
    )


class Passes:
    """Passes over the rosters of a service, whose progress stands in its table of that name.

    `rosters` is the query of all its rosters, by school and cohort, `following` that of the ids of the next `:part`
    members of a roster after `:after`; `action` names a part in the trail.
    """

    def __init__(self, *, progress: str, rosters: str, following: str, action: str) -> None:
        self.action = action
        self._following = text(following)
        self._due = text(
            f"""
            SELECT school_code, cohort FROM ({rosters}) rosters LEFT JOIN {progress} a USING (school_code, cohort)
             WHERE a.school_code IS NULL OR a.due_at <= {NOW_SQL} ORDER BY 1, 2
            """
        )
        self._begin = text(
            f"""
            INSERT INTO {progress} (school_code, cohort, due_at) VALUES (:school_code, :cohort, {NOW_SQL})
            ON CONFLICT DO NOTHING
            """
        )
        # another worker that is at this roster goes on with it
        self._take = text(
            f"""
            SELECT coalesce(after, :first) AS after FROM {progress}
             WHERE school_code = :school_code AND cohort = :cohort AND due_at <= {NOW_SQL} FOR UPDATE SKIP LOCKED
            """
        )
        self._go_on = text(
            f"""
            UPDATE {progress} SET after = :after, has_found = has_found OR :found
             WHERE school_code = :school_code AND cohort = :cohort
            """
        )
        self._end = text(
            f"""
            UPDATE {progress} SET after = NULL, has_found = false,
                   due_at = CASE WHEN has_found THEN {NOW_SQL} + interval '{AGAIN_AFTER}' END
             WHERE school_code = :school_code AND cohort = :cohort
            """
        )

    async def due(self, connection: Connection) -> list[Roster]:
        """Rosters over which no whole pass has found nothing, unless the next pass is not due yet."""
        return [Roster._make(row) for row in await connection.execute(self._due)]

    async def take(self, connection: Connection, roster: Roster) -> UUID | None:
        """How far the pass over a roster has come, which is this transaction's until it ends.

        None, without waiting, while another worker has the roster, and if nothing is due there any more.
        """
        bound = roster._asdict()
        await connection.execute(self._begin, bound)
        after: UUID | None = await connection.scalar(self._take, {**bound, "first": _FIRST})
        return after

    async def next_members(self, connection: Connection, roster: Roster, after: UUID, part: int) -> list[UUID]:
        """The next members of a roster by their ids."""
        return await connection.scalars(self._following, {**roster._asdict(), "after": after, "part": part})

    async def go_on(self, connection: Connection, roster: Roster, after: UUID, *, found: bool) -> None:
        """Notes how far the pass has come, and whether it has found an outdated event."""
        await connection.execute(self._go_on, {**roster._asdict(), "after": after, "found": found})

    async def end(self, connection: Connection, roster: Roster) -> None:
        """Ends a pass over the whole roster: the last one if it has found nothing."""
        await connection.execute(self._end, roster._asdict())


async def announce_again(database: Database, passes: Passes, announce: Announce, part: int = PART) -> int:
    """Announces every key whose newest event does not say all that events say today; how many that were.

    A roster is compared until a whole pass has found nothing: the release before may write beside this one.
    """
    deadline, count = time.monotonic() + ROUND_SECONDS, 0
    async with database.reading() as connection:
        rosters = await passes.due(connection)
    for roster in rosters:
        has_more = True
        while has_more and time.monotonic() < deadline:
            act = partial(_announce_part, passes=passes, announce=announce, roster=roster, part=part)
            some, has_more = await database.act(SYSTEM, act)
            count += some
    return count


async def _announce_part(
    unit: UnitOfWork, *, passes: Passes, announce: Announce, roster: Roster, part: int
) -> tuple[int, bool]:
    """Compares the next members of a roster; how many it announced, and whether to go on with the roster now."""
    after = await passes.take(unit.connection, roster)
    if after is None:
        return 0, False
    ids = await passes.next_members(unit.connection, roster, after, part)
    if not ids:
        await passes.end(unit.connection, roster)
        return 0, False
    looked = await announce(unit, roster, ids)
    await passes.go_on(unit.connection, roster, ids[-1], found=bool(looked.outdated))
    if looked.announced:
        detail = {"cohort": roster.cohort, "graduates": looked.announced}
        name = f"{roster.school_code} {roster.cohort}"
        await unit.audit(passes.action, "roster", name, school_code=roster.school_code, detail=detail)
    return looked.announced, True
