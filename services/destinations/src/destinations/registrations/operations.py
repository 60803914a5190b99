"""Announcing destinations once more after events have come to say more, in parts that may end anywhere."""

from collections.abc import Sequence
from uuid import UUID

from common import announcing
from common.announcing import ANNOUNCE_SECONDS, PART, Looked, Roster
from common.database import Database, UnitOfWork
from destinations.registrations.announcements import stated_again
from destinations.registrations.storage import announced

__all__ = ["ANNOUNCE_SECONDS", "announce_again"]


async def announce_again(database: Database, part: int = PART) -> int:
    """Announces every destination whose newest event lacks what events say today; how many that were."""
    return await announcing.announce_again(database, announced.PASSES, announce_outdated, part)


async def announce_outdated(unit: UnitOfWork, roster: Roster, ids: Sequence[UUID]) -> Looked:  # noqa: ARG001 - of all
    """Announces those of the registrations of which the newest events lack something; nothing else changes."""
    found = await announced.outdated(unit.connection, ids)
    free = await announced.lock_free(unit.connection, [each.graduate_id for each in found])
    # what has changed since then was announced by itself
    still = [each for each in await announced.outdated(unit.connection, ids) if each.graduate_id in free]
    places = await announced.number(unit.connection, [each.graduate_id for each in still])
    await unit.announce_all([stated_again(each, places[each.graduate_id]) for each in still])
    return Looked(len(found), len(still))
