"""Compares what is kept here with what its owners have, by digests: down to single versions where hashes differ.

Reading whole histories, as `verify` does, takes an hour for a nation; a school that agrees takes a question a topic.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from sqlalchemy import text

from common import clock
from common.change_feed import barrier
from common.change_feed.digests import MAX_PREFIX, KeyRange
from common.consuming.feed import asked
from common.consuming.owner import OwnerNotSettled, owner_of
from common.database import Database
from common.identifiers import SchoolCode
from common.settings import ServiceSettings
from common.sql import Connection
from indicators.timeline.digests import TOPICS, digest_of, kept_versions
from indicators.timeline.verify import Difference

PATIENCE_SECONDS = 20.0
"""What an event may take from the owner's history to ours before it counts as missing."""

_ASK_AGAIN = 0.5
_SCHOOLS = text(
    """
    SELECT code FROM units WHERE unit_kind = 'school' UNION SELECT school_code FROM roster_versions
    UNION SELECT school_code FROM destination_versions ORDER BY 1
    """
)


@dataclass(frozen=True)
class _Compared:
    """A topic of a school before a moment, at its owner and here."""

    owner: httpx.AsyncClient
    topic: str
    school_code: SchoolCode
    before: datetime

    async def asked(self, prefix: str) -> Mapping[str, Any]:
        """What the owner says of the versions whose keys begin so; raises HistoryUnavailable."""
        question = barrier.question(self.topic, self.school_code, self.before, prefix)
        return await asked(self.owner, barrier.PATH, question)


async def reconcile(
    database: Database, settings: ServiceSettings, school: SchoolCode | None = None, patience: float = PATIENCE_SECONDS
) -> list[Difference]:
    """Versions that are missing here, are here though no owner has them, or stand here under another event.

    Of one school or of all. Raises OwnerUnknown, HistoryUnavailable or OwnerNotSettled.
    """
    async with database.reading() as connection:
        schools = [school] if school is not None else list(await connection.scalars(_SCHOOLS))
    found: list[Difference] = []
    for topic in TOPICS:
        async with owner_of(settings, topic) as owner:
            for code in schools:
                compared = _Compared(owner, topic, code, clock.now())
                found += await _differences(database, compared, patience)
    return found


async def _differences(database: Database, compared: _Compared, patience: float) -> list[Difference]:
    """What differs once the owner is settled; what arrives meanwhile looks like a difference, and is waited for."""
    deadline = time.monotonic() + patience
    while True:
        digest = barrier.OwnerDigest.of(await compared.asked(""))
        found: list[Difference] = []
        if digest.is_settled:
            async with database.reading() as connection:
                found = await _of_ranges(connection, compared, "", digest.ranges)
            if not found:
                return []
        if time.monotonic() > deadline:
            if not digest.is_settled:
                raise OwnerNotSettled
            return found
        await asyncio.sleep(_ASK_AGAIN)


async def _of_ranges(
    connection: Connection, compared: _Compared, prefix: str, theirs: Sequence[KeyRange]
) -> list[Difference]:
    """Differences of the versions whose keys begin so: of the ranges whose hashes differ, and of no others."""
    ours = await digest_of(connection, compared.topic, compared.school_code, compared.before, prefix)
    return [
        difference
        for their, our in zip(theirs, ours, strict=True)
        if their != our
        for difference in await _of_range(connection, compared, their.prefix)
    ]


async def _of_range(connection: Connection, compared: _Compared, prefix: str) -> list[Difference]:
    answer = await compared.asked(prefix)
    if len(prefix) == MAX_PREFIX:
        return await _of_versions(connection, compared, prefix, answer["items"])
    return await _of_ranges(connection, compared, prefix, barrier.OwnerDigest.of(answer).ranges)


async def _of_versions(
    connection: Connection, compared: _Compared, prefix: str, listed: Iterable[Mapping[str, Any]]
) -> list[Difference]:
    theirs = {(each["key"], each["sequence"]): each["event_id"] for each in listed}
    kept = await kept_versions(connection, compared.topic, compared.school_code, compared.before, prefix)
    ours = {(each.key, each.sequence): f"{each.event_id}" for each in kept}
    return [
        Difference(
            _kind(ours.get(version), theirs.get(version)),
            compared.school_code,
            f"{compared.topic} {version[0]}/{version[1]}",
            ours.get(version, "none"),
            theirs.get(version, "none"),
        )
        for version in sorted(ours.keys() | theirs.keys())
        if ours.get(version) != theirs.get(version)
    ]


def _kind(ours: str | None, theirs: str | None) -> str:
    if ours is None:
        return "missing"
    return "extra" if theirs is None else "forked"
