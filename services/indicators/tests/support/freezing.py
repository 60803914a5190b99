"""Freezes a school's snapshot at once, as a worker does when the owners have nothing that is not here."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

import httpx

from common.auth import SYSTEM
from common.change_feed.barrier import OwnerDigest
from common.database import Database
from indicators.snapshots import commands, storage
from indicators.snapshots.domain.snapshots import SnapshotId
from indicators.timeline.digests import TOPICS, digest_of


async def frozen(
    database: Database,
    http: httpx.AsyncClient,
    school: Any,
    snapshot: Mapping[str, Any] | None = None,
    kind: str = "initial",
) -> dict[str, Any]:
    """The snapshot of 2024 that the caller asks for, or a pending revision, frozen."""
    if snapshot is None:
        body = {"school_code": school.code, "cohort": 2024, "kind": kind}
        snapshot = (await http.post("/v1/snapshots", json=body)).json()
    snapshot_id = SnapshotId(UUID(snapshot["id"]))
    async with database.reading() as connection:
        [listed] = [each for each in await storage.next_pending(connection, None, 500) if each.id == snapshot_id]
        ours = {
            topic: OwnerDigest(is_settled=True, ranges=await digest_of(connection, topic, school.code, listed.known_at))
            for topic in TOPICS
        }
    act = partial(commands.freeze, snapshot=listed, digests=ours, partition=0)
    assert await database.act(SYSTEM, act)
    found: dict[str, Any] = (await http.get(f"/v1/snapshots/{snapshot['id']}")).json()
    return found
