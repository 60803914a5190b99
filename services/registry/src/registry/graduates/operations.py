"""Announcing graduates once more after events have come to say more, in parts that may end anywhere and go on again."""

import time
from functools import partial

from common.auth import SYSTEM
from common.database import Database, UnitOfWork
from registry.graduates.announcements import is_said, stated_again
from registry.graduates.storage import announced
from registry.graduates.storage.announced import Roster

ANNOUNCE_SECONDS = 60.0
PART = 1_000
"""Graduates of one transaction."""

ROUND_SECONDS = 300.0
"""A round ends after these, and the next one goes on."""


async def announce_again(database: Database, part: int = PART) -> int:
    """Announces every graduate whose newest event does not say all that events say today; how many that were.

    A roster is compared until a whole pass has found nothing: the release before may write beside this one.
    """
    deadline, count = time.monotonic() + ROUND_SECONDS, 0
    async with database.reading() as connection:
        rosters = await announced.due_rosters(connection)
    for roster in rosters:
        has_more = True
        while has_more and time.monotonic() < deadline:
            some, has_more = await database.act(SYSTEM, partial(announce_part, roster=roster, part=part))
            count += some
    return count


async def announce_part(unit: UnitOfWork, *, roster: Roster, part: int) -> tuple[int, bool]:
    """Compares the next graduates of a roster; how many it announced, and whether to go on with the roster now."""
    after = await announced.take(unit.connection, roster)
    if after is None:
        return 0, False
    ids = await announced.following(unit.connection, roster, after, part)
    if not ids:
        await announced.end_pass(unit.connection, roster)
        return 0, False
    outdated = [each.id for each in await announced.stated(unit.connection, ids) if not is_said(each)]
    locked = await announced.lock_free(unit.connection, outdated)
    # what has changed since then was announced by itself
    still = [each.id for each in await announced.stated(unit.connection, locked) if not is_said(each)]
    numbered = await announced.number(unit.connection, still)
    await unit.announce_all([stated_again(roster, each) for each in numbered])
    await announced.go_on(unit.connection, roster, ids[-1], found=bool(outdated))
    if numbered:
        detail = {"cohort": roster.cohort, "graduates": len(numbered)}
        name = f"{roster.school_code} {roster.cohort}"
        await unit.audit("roster.announce_again", "roster", name, school_code=roster.school_code, detail=detail)
    return len(numbered), True
