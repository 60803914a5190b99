"""A nation: 300 schools of 3,300 with changes flowing, frozen all at once, read by province, and one computed anew.

Versions, spans and cells are generated in SQL (QUXIANG_BENCH_GRADUATES: how many graduates, 1,000,000 without). One
process relays, one folds and freezes as the worker does, one answers; owners are who stands here: their digests are
those of what is stored, computed once more. Rounds with and without freezing take turns.
"""

import asyncio
import multiprocessing
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import httpx
import uvicorn

from common.auth import SYSTEM
from common.change_feed.barrier import OwnerDigest
from common.crypto import KeyRing
from common.database import Database
from common.identifiers import SchoolCode
from common.kafka import partition_for
from common.settings import ServiceSettings
from indicators.app import create_app
from indicators.settings import Settings
from indicators.snapshots import commands, storage
from indicators.timeline.beside import compute_beside
from indicators.timeline.digests import TOPICS, digest_of
from servers.ports import free_port
from testing.tokens import TokenMint
from testing.waiting import eventually
from tests.load.change_cost import LARGE, PARTITIONS, SCHOOL_SIZE, Stored, stored
from tests.load.freshness import PER_SECOND, Times, arrived, change, owning, running, telling
from tests.load.idle_memory import rolled_up
from tests.load.reporting import Verdict, milliseconds, percentile

BUDGET = 2.0
ROUNDS, PLAIN_SECONDS, READS = 3, 10.0, 15
SCHOOL = SchoolCode("20000")
LOOKS_FOR_PENDING = 0.1
COHORT = {"cohort": "2024"}
QUERIES: Mapping[str, dict[str, str]] = {
    "a province": COHORT | {"province": "410000"},
    "a province by college": COHORT | {"province": "410000", "by": "college"},
    "a province by school, on a past day": COHORT | {"province": "410000", "by": "school", "as_of": "2024-08-31"},
    "the nation": COHORT | {"nation": "CN"},
    "the nation by level": COHORT | {"nation": "CN", "by": "education_level"},
    "the nation by province of schools, on a past day": COHORT
    | {"nation": "CN", "by": "school_province", "as_of": "2024-08-31"},
    "the nation, frozen": COHORT | {"nation": "CN", "snapshot": "initial"},
}

_UNITS = """
    INSERT INTO units (school_code, unit_kind, code, sequence, name, province_code, state)
    SELECT school_code, 'school', school_code, 1, school_code,
           (ARRAY['410000', '330000', '110000', '440000', '510000'])[1 + school_code::integer % 5], 'active'
      FROM (SELECT DISTINCT school_code FROM cells) AS schools
"""
_ASK = """
    INSERT INTO snapshots (id, line_id, school_code, cohort, kind, as_of, known_at, revision, state)
    SELECT id, id, school_code, 2024, $1, '2024-08-31', quxiang_now(), 0, 'pending'
      FROM (SELECT uuidv7() AS id, school_code FROM units WHERE unit_kind = 'school') AS schools
"""
_PENDING = "SELECT count(*) FROM snapshots WHERE state = 'pending'"


def working(settings: dict[str, Any], stamps: Any) -> None:
    """The worker, as a process: it folds what arrives, and beside that freezes what is pending."""
    given = ServiceSettings(**settings)
    database = Database.connect(given)

    async def work() -> None:
        await asyncio.gather(telling(database, given, stamps).run(), _freezing(database.patient))

    asyncio.run(work())


def answering(settings: dict[str, Any], port: int) -> None:
    """The API, as a process."""
    given = Settings(**settings)
    uvicorn.run(create_app(given, Database.connect(given), {}), port=port, log_config=None)


async def measure() -> list[Verdict]:
    """Flowing changes, reads and memory over the rounds; then one school beside."""
    async with AsyncExitStack() as stack:
        figures = await stack.enter_async_context(stored(LARGE))
        folder = Path(stack.enter_context(TemporaryDirectory()))
        owner, settings = await stack.enter_async_context(owning())
        outbox = Database.connect(owner.app_url)
        stack.push_async_callback(outbox.dispose)
        asking = await _connected(figures, stack)
        url = figures.database.pool.url
        times = Times(multiprocessing.get_context("spawn").Queue())
        worker = stack.enter_context(running(working, settings.model_dump() | {"database_url": url}, times.stamps))
        mint, port = TokenMint(folder), free_port()
        headers = mint.headers("admin", ttl=timedelta(hours=12))
        api = stack.enter_context(running(answering, _settings(url, mint, folder), port))
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60)
        )
        await eventually(partial(_answers, client), within=60, describe="the API")
        site = _Nation(partial(change, outbox, figures, times), times, asking, {"worker": worker.pid, "API": api.pid})
        return [*await site.rounds(), *await _reads(client), await _beside(figures.database)]


async def _connected(figures: Stored, stack: AsyncExitStack) -> asyncpg.Connection:
    asking = await asyncpg.connect(figures.database.pool.url.replace("+asyncpg", ""))
    stack.push_async_callback(asking.close)
    await asking.execute(_UNITS)
    return asking


def _settings(url: str, mint: TokenMint, folder: Path) -> dict[str, Any]:
    keys = folder / "keys.json"
    KeyRing.generate().store(keys)
    return {"database_url": url, "keyring_file": keys, "partitions": PARTITIONS, **mint.settings}


async def _answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/v1/rates", params=QUERIES["a province"])).is_success
    except httpx.TransportError:
        return False


class _Nation:
    """Changes that flow while all schools are frozen, or while none is."""

    def __init__(
        self, act: Callable[[], Any], times: Times, asking: asyncpg.Connection, processes: Mapping[str, int]
    ) -> None:
        self._act, self._times, self._asking, self._processes = act, times, asking, processes

    async def rounds(self) -> list[Verdict]:
        """Both in turns, after a round of each that only warms up."""
        ratios, memory, whole = [], [], []
        for number in range(ROUNDS + 1):
            plain = await self._flow(PLAIN_SECONDS)
            await self._asking.execute(_ASK, "free" if number else "initial")
            begun = time.perf_counter()
            beside = await self._flow(None)
            memory.append({name: rolled_up(pid).get("Rss", 0.0) for name, pid in self._processes.items()})
            if number:
                whole.append(time.perf_counter() - begun)
                ratios.append(percentile(beside, 0.99) / percentile(plain, 0.99))
                sys.stdout.write(f"  without: {milliseconds(plain)}\n  while all are frozen: {milliseconds(beside)}\n")
        sys.stdout.write(f"  seconds to freeze all: {', '.join(f'{each:.1f}' for each in whole)}\n")
        sys.stdout.write(f"  MiB RSS after each round: {memory}\n")
        schools = LARGE // SCHOOL_SIZE
        what = f"change → rate p99 while {schools} schools ({LARGE:,} graduates) freeze, against without"
        grown = [
            Verdict(f"MiB by which the {name} grows after the first round", memory[-1][name] - memory[0][name], None)
            for name in self._processes
        ]
        return [Verdict(what, median(ratios), BUDGET), *grown]

    async def _flow(self, seconds: float | None) -> list[float]:
        """Seconds from commit to readable at a fixed rate, for so long; without, until nothing is pending."""
        begun, tasks, number = time.monotonic(), list[asyncio.Task[None]](), 0
        while await self._goes_on(begun, seconds):
            for _ in range(PER_SECOND // 10):
                await asyncio.sleep(max(0.0, begun + number / PER_SECOND - time.monotonic()))
                tasks.append(asyncio.create_task(self._act()))
                number += 1
        await asyncio.gather(*tasks)
        await arrived(self._times)
        self._times.end_segment()
        return self._times.segments[-1]

    async def _goes_on(self, begun: float, seconds: float | None) -> bool:
        if seconds is not None:
            return time.monotonic() < begun + seconds
        return bool(await self._asking.fetchval(_PENDING))


async def _freezing(database: Database) -> None:
    while True:
        async with database.reading() as connection:
            pending = await storage.next_pending(connection, None, 500)
        for each in pending:
            await _freeze(database, each)
        await asyncio.sleep(LOOKS_FOR_PENDING)


async def _freeze(database: Database, pending: storage.Listed) -> None:
    async with database.reading() as connection:
        digests = {
            topic: OwnerDigest(True, await digest_of(connection, topic, pending.school_code, pending.known_at))
            for topic in TOPICS
        }
    partition = partition_for(pending.school_code, PARTITIONS)
    await database.act(SYSTEM, partial(commands.freeze, snapshot=pending, digests=digests, partition=partition))


async def _reads(client: httpx.AsyncClient) -> list[Verdict]:
    verdicts = []
    for name, query in QUERIES.items():
        taken = []
        for _ in range(READS):
            begun = time.perf_counter()
            (await client.get("/v1/rates", params=query)).raise_for_status()
            taken.append(time.perf_counter() - begun)
        sys.stdout.write(f"  rates of {name}: {milliseconds(taken)}\n")
        verdicts.append(Verdict(f"ms of rates of {name} (p50)", percentile(taken, 0.5) * 1000, None))
    return verdicts


async def _beside(database: Database) -> Verdict:
    begun = time.perf_counter()
    found = await compute_beside(database.patient, SCHOOL)
    seconds = time.perf_counter() - begun
    return Verdict(f"seconds to compute a school of {found.graduates:,} beside", seconds, None)
