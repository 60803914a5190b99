"""Freezing a school of 20,000 against COPY of the same rows, and a table of a snapshot against the same from spans.

Both sides of each pair take turns. What is frozen is complete: owners say the digests of what is there.
"""

import sys
import time
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import asyncpg
import httpx

from common.auth import SYSTEM
from common.change_feed.barrier import OwnerDigest
from common.crypto import KeyRing
from common.database import Database
from common.identifiers import SchoolCode
from common.kafka import partition_for
from indicators.app import create_app
from indicators.settings import Settings
from indicators.snapshots import commands, storage
from indicators.timeline.digests import TOPICS, digest_of
from testing.databases import ServiceDatabase, service_database
from testing.tokens import TokenMint
from tests.load.change_cost import PARTITIONS, generate, settle
from tests.load.reporting import Verdict, milliseconds, percentile
from tests.load.tracking_speed import in_turns

FREEZE_BUDGET, READ_BUDGET = 0.4, 1.2
GRADUATES, ROUNDS, READS = 20_000, 9, 40
SCHOOL = SchoolCode("20000")
AS_OF = "2024-08-31"


@dataclass
class Site:
    """A school's officer and its database."""

    database: Database
    client: httpx.AsyncClient
    copied: bytes = b""

    async def asked(self) -> UUID:
        """A new snapshot, pending."""
        body = {"school_code": SCHOOL, "cohort": 2024, "kind": "free", "as_of": AS_OF}
        answer = await self.client.post("/v1/snapshots", json=body)
        answer.raise_for_status()
        return UUID(answer.json()["id"])

    async def freeze(self) -> float:
        """Freezes the one that is pending; gives the seconds, without those in which its owners would answer."""
        async with self.database.reading() as connection:
            (pending,) = await storage.next_pending(connection, None, 2)
            digests = {
                topic: OwnerDigest(True, await digest_of(connection, topic, SCHOOL, pending.known_at))
                for topic in TOPICS
            }
        partition = partition_for(SCHOOL, PARTITIONS)
        act = partial(commands.freeze, snapshot=pending, digests=digests, partition=partition)
        begun = time.perf_counter()
        if not await self.database.act(SYSTEM, act):
            sys.exit("a snapshot waits")
        return time.perf_counter() - begun

    async def keep_rows(self, snapshot_id: UUID) -> None:
        """Keeps the rows of a frozen one, to be copied."""
        content = BytesIO()
        async with self.database.reading() as connection:
            query = "SELECT * FROM snapshot_rows WHERE snapshot_id = $1"
            await connection.driver.copy_from_query(query, snapshot_id, output=content, format="binary")
        self.copied = content.getvalue()

    async def copy(self, snapshot_id: UUID) -> None:
        """Copies these rows into a pending one."""
        content = BytesIO(self.copied.replace(self.kept.bytes, snapshot_id.bytes))
        async with self.database.transaction(SYSTEM) as unit:
            await unit.driver.copy_to_table("snapshot_rows", source=content, format="binary")
            await unit.commit()

    async def read(self, **query: str) -> None:
        """A structure by college."""
        asked = {"school": SCHOOL, "cohort": "2024", "by": "college", "dimension": "destination_class", **query}
        (await self.client.get("/v1/structures", params=asked)).raise_for_status()

    kept = UUID(int=0)


async def measure() -> list[Verdict]:
    """Both pairs."""
    async with service_database("indicators") as found:
        owner = await asyncpg.connect(found.owner_url.replace("+asyncpg", ""))
        await generate(owner, GRADUATES, GRADUATES)
        await owner.close()
        await settle(found.admin_url)
        database = Database.connect(found.app_url)
        try:
            with TemporaryDirectory() as name:
                return await _measured(found, database, Path(name))
        finally:
            await database.dispose()


async def _measured(found: ServiceDatabase, database: Database, folder: Path) -> list[Verdict]:
    mint, keys = TokenMint(folder), folder / "keys.json"
    KeyRing.generate().store(keys)
    app = create_app(Settings(database_url=found.app_url, keyring_file=keys, **mint.settings), database, {})
    headers = mint.headers("school_officer", school=SCHOOL)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        site = Site(database, client)
        frozen, copied = await _frozen_and_copied(site)
        await settle(found.admin_url)
        reads = [partial(site.read, snapshot=f"{site.kept}"), partial(site.read, as_of=AS_OF)]
        of_snapshot, of_spans = await in_turns(reads, READS)
    samples = {"freezing": frozen, "COPY": copied, "of a snapshot": of_snapshot, "of spans": of_spans}
    for name, taken in samples.items():
        sys.stdout.write(f"  {name}: {milliseconds(taken)}\n")
    freezing, copying, snapshot, spans = (percentile(each, 0.5) for each in samples.values())
    return [
        Verdict(f"freezing {GRADUATES:,}, as a share of the rows/s of COPY", copying / freezing, FREEZE_BUDGET, True),
        Verdict("a table of a snapshot, as a multiple of the same from spans", snapshot / spans, READ_BUDGET),
    ]


async def _frozen_and_copied(site: Site) -> tuple[list[float], list[float]]:
    frozen: list[float] = []
    copied: list[float] = []
    for number in range(ROUNDS):
        snapshot_id = await site.asked()
        frozen.append(await site.freeze())
        if not number:
            site.kept = snapshot_id
            await site.keep_rows(snapshot_id)
        other = await site.asked()
        begun = time.perf_counter()
        await site.copy(other)
        copied.append(time.perf_counter() - begun)
        # it is over, and none that is to be frozen
        async with site.database.transaction(SYSTEM) as unit:
            await unit.driver.execute("UPDATE snapshots SET state = 'refused' WHERE id = $1", other)
            await unit.commit()
    return frozen, copied
