"""Ending what is past its day, part by part, and destroying the data keys of rosters that are erased."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from common.announcing import Roster
from common.clock import day_in_shanghai
from common.database import UnitOfWork
from common.identifiers import Cohort
from common.objects import drop
from common.sql import Connection
from registry.corrections import storage as corrections
from registry.disposal import storage
from registry.erasures.commands import ask_by_retention
from registry.graduates.storage.keys import destroy_key
from registry.notices import storage as notices
from registry.photos import storage as photos
from registry.retention.domain import Kept, ended_cohorts, ends_on
from registry.talents.storage import contacts, profiles

DATA_KEY = "data_key"
"""What is destroyed once nothing is left that it seals."""


@dataclass(frozen=True)
class Past:
    """How many things of a kind are past their day, and the day on which the first of their periods ended."""

    kind: str
    count: int
    oldest: date | None


async def all_past(connection: Connection, today: date) -> list[Past]:
    """What is to be done on a day, by kind; nothing is changed."""
    cohorts = await storage.cohorts(connection)
    found = []
    for kind in storage.ENDING:
        count, since = await storage.count(connection, kind, cohorts, today)
        found.append(Past(kind, count, None if since is None else ends_on(kind, _day_or_cohort(since))))
    rosters = await erased_rosters(connection, today)
    ends = [ends_on(Kept.ROSTER, roster.cohort) for roster in rosters]
    return [*found, Past(DATA_KEY, len(rosters), min(ends, default=None))]


async def erased_rosters(connection: Connection, today: date) -> list[Roster]:
    """Rosters whose retention has ended and of which no entry is left that is not erased, with a data key still."""
    cohorts = await storage.cohorts(connection)
    return await storage.erased_rosters(connection, ended_cohorts(Kept.ROSTER, cohorts, today))


async def end_part(unit: UnitOfWork, *, kind: Kept, today: date, part: int) -> int:
    """Ends up to so many things of a kind that are past their day; how many that were.

    What another act holds is left to a later round.
    """
    cohorts = await storage.cohorts(unit.connection)
    found = await storage.take(unit.connection, kind, cohorts, today, part)
    if found:
        await _end(unit, kind, [row.id for row in found])
    for school_code, count in sorted(Counter(row.school_code for row in found).items()):
        await unit.audit("retention.end", "retention", kind, school_code=school_code, detail={"count": count})
    return len(found)


async def destroy(unit: UnitOfWork, *, roster: Roster) -> bool:
    """Destroys the data key of a roster that is erased: what is still sealed under it cannot be read any more.

    False, and nothing done, if an entry has come since, or while another act writes under the key.
    """
    is_destroyed = await destroy_key(unit.connection, *roster)
    if is_destroyed:
        name = f"{roster.school_code} {roster.cohort}"
        await unit.audit("data_key.destroy", "roster", name, school_code=roster.school_code)
    return is_destroyed


async def _end(unit: UnitOfWork, kind: Kept, ids: Sequence[Any]) -> None:
    match kind:
        case Kept.PHOTO:
            await drop(unit, *await photos.remove(unit.connection, ids))
        case Kept.PROOF | Kept.WITHDRAWN_PROOF:
            await drop(unit, *await corrections.remove_proofs(unit.connection, ids))
        case Kept.TALENT_PROFILE:
            # the consent was not withdrawn, so no receipt says so
            await profiles.remove(unit.connection, ids)
            await contacts.close(unit.connection, ids)
        case Kept.CONTACT_REQUEST:
            await contacts.remove(unit.connection, ids)
        case Kept.NOTICE:
            await notices.remove(unit.connection, ids)
        case Kept.ROSTER:
            # two people: an officer decides
            await ask_by_retention(unit, ids)


def _day_or_cohort(since: int | datetime) -> Cohort | date:
    return day_in_shanghai(since) if isinstance(since, datetime) else Cohort(since)
