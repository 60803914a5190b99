"""Announcing graduates once more after events have come to say more, in parts that may end anywhere and go on again."""

from collections.abc import Sequence
from uuid import UUID

from common import announcing
from common.announcing import ANNOUNCE_SECONDS, PART, Looked, Roster
from common.database import Database, UnitOfWork
from common.identifiers import GraduateId
from registry.graduates.announcements import is_said, stated_again
from registry.graduates.storage import announced

__all__ = ["ANNOUNCE_SECONDS", "announce_again"]


async def announce_again(database: Database, part: int = PART) -> int:
    """Announces every graduate whose newest event does not say all that events say today; how many that were."""
    return await announcing.announce_again(database, announced.PASSES, announce_outdated, part)


async def announce_outdated(unit: UnitOfWork, roster: Roster, ids: Sequence[UUID]) -> Looked:
    """Announces those of the graduates of whom the newest events say less than stands."""
    members = [GraduateId(each) for each in ids]
    outdated = [each.id for each in await announced.stated(unit.connection, members) if not is_said(each)]
    locked = await announced.lock_free(unit.connection, outdated)
    # what has changed since then was announced by itself
    still = [each.id for each in await announced.stated(unit.connection, locked) if not is_said(each)]
    numbered = await announced.number(unit.connection, still)
    await unit.announce_all([stated_again(roster, each) for each in numbered])
    return Looked(len(outdated), len(numbered))
