"""Snapshots fall due, are frozen once nothing of before their moments is missing, and are computed anew for a proof."""

import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial
from uuid import UUID

import httpx

from common.auth import SYSTEM
from common.change_feed import barrier
from common.change_feed.barrier import OwnerDigest
from common.consuming.feed import HistoryUnavailable, asked
from common.consuming.owner import OwnerUnknown, owner_of
from common.database import Database
from common.errors import TransientError
from common.identifiers import SchoolCode
from common.kafka import partition_for
from common.observability import exception_summary, logger
from common.operations import Handler, OperationContext, Outcome
from common.settings import ServiceSettings
from indicators.progress.storage import standing
from indicators.reading.snapshot import FIGURE_TOPICS
from indicators.snapshots import commands, storage
from indicators.snapshots.domain.snapshots import Moment, SnapshotId
from indicators.timeline.digests import TOPICS
from indicators.timeline.verify import Difference

DUE_SECONDS = 60.0
"""How soon after midnight official snapshots are there, pending."""

FREEZE_SECONDS = 5.0
"""How soon a worker sees that a snapshot need not wait any longer."""

ROUND_SECONDS = 300.0
"""A round begins no other snapshot after these, and the next one goes on."""

PART = 500
"""Pending snapshots of one statement."""

_log = logger(__name__)


async def add_due(database: Database, settings: ServiceSettings) -> int:
    """Adds the official snapshots whose moments have come; how many those were."""
    async with database.reading() as connection:
        due = await storage.due(connection)
    added = 0
    for each in due:
        partition = partition_for(each.school_code, settings.partitions)
        async with database.reading() as connection:
            now = await standing(connection, FIGURE_TOPICS, [partition])
        added += await database.act(SYSTEM, partial(commands.add_due, due=each, watermark=now.watermark))
    if added:
        _log.info("Snapshots are due", snapshots=added)
    return added


async def freeze_pending(database: Database, settings: ServiceSettings) -> int:
    """Freezes the snapshots that need not wait; how many those were. Raises what went wrong with one, after the others.

    The owners are asked only while a snapshot waits.
    """
    deadline, frozen, after, count = time.monotonic() + ROUND_SECONDS, 0, None, PART
    missed: Exception | None = None
    async with Owners(settings) as owners:
        while count == PART and time.monotonic() < deadline:
            async with database.reading() as connection:
                pending = await storage.next_pending(connection, after, PART)
            for snapshot in pending:
                after = snapshot.id
                try:
                    frozen += await _freeze(database, settings, owners, snapshot)
                except TransientError:
                    raise
                except Exception as error:
                    # the fault of one snapshot holds no other school up
                    _log.error("Snapshot cannot be frozen", snapshot=f"{snapshot.id}", **exception_summary(error))
                    missed = error
            count = len(pending)
    if frozen:
        _log.info("Snapshots are frozen", snapshots=frozen)
    if missed is not None:
        raise missed
    return frozen


async def _freeze(database: Database, settings: ServiceSettings, owners: "Owners", snapshot: storage.Listed) -> bool:
    digests = await owners.about(snapshot)
    partition = partition_for(snapshot.school_code, settings.partitions)
    act = partial(commands.freeze, snapshot=snapshot, digests=digests, partition=partition)
    return await database.act(SYSTEM, act)


class Owners:
    """Asks the owners about each moment of a school once in a round, and one no more in it once it does not answer."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._stack = AsyncExitStack()
        self._clients: dict[str, httpx.AsyncClient | None] = {}
        self._known: dict[tuple[object, ...], OwnerDigest] = {}

    async def __aenter__(self) -> "Owners":
        return self

    async def __aexit__(self, *_raised: object) -> None:
        await self._stack.aclose()

    async def about(self, moment: Moment) -> Mapping[str, OwnerDigest | None]:
        """What they say of the topics; None of one that does not answer."""
        return {topic: await self._digest(topic, moment) for topic in TOPICS}

    async def _digest(self, topic: str, moment: Moment) -> OwnerDigest | None:
        key = (topic, moment.school_code, moment.known_at)
        client = await self._client(topic)
        if key not in self._known and client is not None:
            query = barrier.question(topic, moment.school_code, moment.known_at)
            try:
                self._known[key] = OwnerDigest.of(await asked(client, barrier.PATH, query))
            except HistoryUnavailable:
                self._clients[topic] = None
        return self._known.get(key)

    async def _client(self, topic: str) -> httpx.AsyncClient | None:
        if topic not in self._clients:
            try:
                self._clients[topic] = await self._stack.enter_async_context(owner_of(self._settings, topic))
            except OwnerUnknown:
                self._clients[topic] = None
        return self._clients[topic]


def verifying(database: Database) -> Handler:
    """The handler of the operation that computes a snapshot anew."""

    async def verify(context: OperationContext) -> Outcome:
        snapshot_id = SnapshotId(UUID(context.parameters["snapshot_id"]))
        return Outcome({"id": f"{snapshot_id}", **await proof_of(database, snapshot_id)})

    return verify


async def verify_snapshots(database: Database, school: SchoolCode | None = None) -> list[Difference]:
    """Computes all frozen snapshots, or those of a school, anew; names each that does not agree."""
    found, after, count = [], None, PART
    while count == PART:
        async with database.reading() as connection:
            frozen = await storage.next_frozen(connection, after, PART)
        for snapshot in frozen:
            after = snapshot.id
            if school in {None, snapshot.school_code}:
                proof = await proof_of(database, snapshot.id)
                if not proof["agrees"]:
                    anew = f"rows {proof['rows_hash']}, versions {proof['versions_hash']}"
                    stored = f"{proof['stored_hash']}"
                    found.append(Difference("snapshots", snapshot.school_code, f"{snapshot.id}", stored, anew))
        count = len(frozen)
    return found


async def proof_of(database: Database, snapshot_id: SnapshotId) -> dict[str, object]:
    """The hash of a frozen snapshot as stored, anew from its rows and anew from the versions, and whether all agree."""
    async with database.reading() as connection:
        stored = await storage.sealed(connection, snapshot_id)
        base, rows_hash = await storage.hash_of_rows(connection, snapshot_id, stored)
        versions_hash = await storage.hash_of_versions(connection, stored)
    agrees = stored.hash == rows_hash == versions_hash and stored.base == base
    return {
        "stored_hash": stored.hash.hex(),
        "rows_hash": rows_hash.hex(),
        "versions_hash": versions_hash.hex(),
        "agrees": agrees,
    }
