"""What 500 listeners of the stream ask of the database and take of memory, against one, while groups move.

The API runs as in production; listeners are sockets of this process, a quarter each of a school, its college, a class
and the province. Statements are transactions of the database, each of which has one, less those of this process.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

import asyncpg

from common.contracts import rate
from tests.load.idle_memory import rolled_up
from tests.load.reporting import Verdict, milliseconds
from tests.load.request_cases import COHORT, SCHOOL, Case, Stage, staged
from tests.load.request_cost import serving

LISTENERS, SUBJECT_STREAMS = 500, 5
PER_SECOND, SECONDS, ROUNDS = 5, 15, 3
BUDGET = 1.1
"""Equal, but for a look or two that the database has not stated yet: some fifty are compared."""

STATED = 1.5
"""Seconds after which the database's statistics have what was asked of it."""

GROUPS = (("total", None), ("college", "C1"), ("major", "M1"), ("class", "K1"))
_UNITS = """
    INSERT INTO units (school_code, unit_kind, code, sequence, name, province_code, college_code, state, event_id)
    VALUES ($1, 'school', $1, 1, 'S', '410000', NULL, 'active', gen_random_uuid()),
           ($1, 'major', 'M1', 1, 'M', NULL, 'C1', 'active', gen_random_uuid()),
           ($1, 'class', 'K1', 1, 'K', NULL, 'C1', 'active', gen_random_uuid())
"""
_MOVED = """
    INSERT INTO outbox (topic, key, sequence, type, school_code, data, position)
    VALUES ($1, $2, $3, $4, $2, $5::jsonb, $3)
"""
_ASKED = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
_CALLERS = (
    ({"role": "school_officer", "school": SCHOOL}, f"school={SCHOOL}"),
    ({"role": "college_officer", "school": SCHOOL, "college": "C1"}, f"school={SCHOOL}"),
    ({"role": "counsellor", "school": SCHOOL, "class_": "K1"}, f"school={SCHOOL}"),
    ({"role": "provincial_officer", "province": "410000"}, "province=410000"),
)


@dataclass
class Ears:
    """Sockets that listen, and when each has heard of each position."""

    port: int
    heard: dict[int, list[float]] = field(default_factory=dict)
    streams: list[tuple[asyncio.Task[None], asyncio.StreamWriter]] = field(default_factory=list)

    async def open(self, stage: Stage, number: int) -> None:
        """Lets so many listen; returns once all streams stand."""
        for each in range(number):
            scope, query = _CALLERS[(each + 1) % len(_CALLERS)]
            token = stage.mint.token(**scope, subject=f"s{each // SUBJECT_STREAMS}", ttl=3600)
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            request = f"GET /v1/stream?{query} HTTP/1.1\r\nHost: s\r\nAuthorization: Bearer {token}\r\n\r\n"
            writer.write(request.encode())
            await reader.readuntil(b": open")
            self.streams.append((asyncio.create_task(self._hear(reader)), writer))

    async def close(self) -> None:
        """Ends all streams."""
        for task, writer in self.streams:
            task.cancel()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        self.streams.clear()

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            if line.startswith(b"id: "):
                self.heard.setdefault(int(line[4:]), []).append(time.monotonic())


async def measure() -> list[Verdict]:
    """One listener and many in turns."""
    figures: dict[int, list[float]] = {1: [], LISTENERS: []}
    positions = count(1)
    async with staged("indicators", _described) as stage, serving(stage) as (process, port):
        admin = await asyncpg.connect(stage.url.replace("+asyncpg", ""))
        memory = {0: rolled_up(process).get("Rss", 0.0)}
        for _ in range(ROUNDS):
            for listeners in figures:
                ears = Ears(port)
                await ears.open(stage, listeners)
                figures[listeners].append(await _statements(admin, ears, positions))
                memory[listeners] = max(memory.get(listeners, 0.0), rolled_up(process).get("Rss", 0.0))
                await ears.close()
        await admin.close()
    return _verdicts(figures, memory)


async def _described(_stage: Stage, admin: asyncpg.Connection) -> Sequence[Case]:
    await admin.execute(_UNITS, SCHOOL)
    return ()


async def _statements(admin: asyncpg.Connection, ears: Ears, positions: "count[int]") -> float:
    """Statements a second while groups move; says how long a move took to each of those who listen."""
    data = json.dumps({"cohort": COHORT, "groups": [{"dimension": name, "value": value} for name, value in GROUPS]})
    await asyncio.sleep(STATED)
    before, begun, sent = await admin.fetchval(_ASKED), time.monotonic(), dict[int, float]()
    for number in range(PER_SECOND * SECONDS):
        await asyncio.sleep(max(0.0, begun + number / PER_SECOND - time.monotonic()))
        position = next(positions)
        await admin.execute(_MOVED, rate.TOPIC, SCHOOL, position, rate.MOVED, data)
        sent[position] = time.monotonic()
    await asyncio.sleep(STATED)
    asked: int = await admin.fetchval(_ASKED) - before - len(sent) - 1
    seconds = time.monotonic() - begun
    late = [at - since for position, since in sent.items() for at in ears.heard.get(position, ())]
    if len(late) != len(sent) * len(ears.streams):
        raise RuntimeError(f"{len(late)} of {len(sent)} moves to {len(ears.streams)} listeners were heard")
    sys.stdout.write(
        f"  {len(ears.streams)} listeners: {asked / seconds:.2f} statements/s, heard {milliseconds(late)}\n"
    )
    return asked / seconds


def _verdicts(figures: dict[int, list[float]], memory: dict[int, float]) -> list[Verdict]:
    one, many = (sum(each) / len(each) for each in figures.values())
    what = f"statements a second for {LISTENERS} listeners of the stream against one"
    return [
        Verdict(what, many / one, BUDGET),
        Verdict(f"MiB that {LISTENERS} listeners take", memory[LISTENERS] - memory[0], None),
    ]
