"""Imports as a school meets them, over HTTP with all consumers running: against COPY, and against the same file again.

The four services run as in production, API and worker apart, on one PostgreSQL and one Kafka. The seconds of an import
run from the request to the end of its operation; COPY is of the very rows that it stored, into a table with the same
indexes, once the consumers have nothing left to do. Beside the ratios stands what each process took for a row.
"""

import io
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from testing.stack import SERVICES, Stack, running_stack
from testing.waiting import eventually
from tests.load import import_speed, registration_speed
from tests.load.importing import AGAIN_BUDGET, BUDGET, ROUNDS, ROWS, file_of
from tests.load.processor import Spent, spent
from tests.load.reporting import Verdict, percentile

PATIENCE = 900.0


@dataclass(frozen=True)
class Kind:
    """One import: the service that it is sent to, its path, the table that it fills, and the cells of a row."""

    service: str
    path: str
    table: str
    header: Sequence[str]
    row: Callable[[int], Sequence[str]]
    cohort: int


@dataclass
class Seconds:
    """Of every round."""

    first: list[float] = field(default_factory=list)
    copy: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)


KINDS = (
    Kind("registry", "graduates", "graduates", import_speed.HEADER, import_speed.row, import_speed.COHORT),
    Kind(
        "destinations",
        "registrations",
        "registrations",
        registration_speed.HEADER,
        registration_speed.row,
        registration_speed.COHORT,
    ),
)


async def measure() -> list[Verdict]:
    """Each round is a new school: its roster, then its registrations."""
    seconds = {kind.path: Seconds() for kind in KINDS}
    with tempfile.TemporaryDirectory() as folder:
        async with running_stack(Path(folder), split=SERVICES) as stack, _admins(stack) as admins:
            for kind in KINDS:
                await admins[kind.service].execute(f"CREATE TABLE copied (LIKE {kind.table} INCLUDING ALL)")
            for number in range(ROUNDS):
                school = _School(stack, admins, str(90_001 + number), number * ROWS)
                await school.enrol()
                for kind in KINDS:
                    await school.compare(kind, seconds[kind.path])
    return [verdict for kind in KINDS for verdict in _verdicts(kind, seconds[kind.path])]


def _verdicts(kind: Kind, seconds: Seconds) -> list[Verdict]:
    first, copied, again = (percentile(samples, 0.5) for samples in vars(seconds).values())
    what = f"import of {kind.path} over HTTP with all consumers"
    return [
        Verdict(f"{what}, as a share of COPY", copied / first, BUDGET, True),
        Verdict(f"{what}, unchanged, times faster than the first time", first / again, AGAIN_BUDGET, True),
    ]


@asynccontextmanager
async def _admins(stack: Stack) -> AsyncIterator[Mapping[str, asyncpg.Connection]]:
    opened = {
        service: await asyncpg.connect(found.admin_url.replace("+asyncpg", ""))
        for service, found in stack.databases.items()
    }
    try:
        yield opened
    finally:
        for each in opened.values():
            await each.close()


@dataclass
class _School:
    stack: Stack
    admins: Mapping[str, asyncpg.Connection]
    code: str
    first_row: int

    async def enrol(self) -> None:
        """Creates the school."""
        body = {"code": self.code, "name": self.code, "name_en": None, "province_code": "410000"}
        async with self.stack.client("registry", "admin") as http:
            (await http.post("/v1/schools", json=body)).raise_for_status()

    async def compare(self, kind: Kind, seconds: Seconds) -> None:
        """The first import, COPY of its rows, and the import again."""
        rows = map(kind.row, range(self.first_row, self.first_row + ROWS))
        importing = partial(self._import, kind, file_of(kind.header, rows))
        seconds.first.append(await importing("created"))
        seconds.copy.append(await _copy(self.admins[kind.service], kind.table, self.code))
        seconds.again.append(await importing("unchanged"))

    async def _import(self, kind: Kind, content: bytes, counted: str) -> float:
        headers = self.stack.mint.headers(school=self.code, ttl=2 * PATIENCE)
        form = {"school_code": self.code, "cohort": str(kind.cohort), "on_error": "skip"}
        url, before, begun = self.stack.url(kind.service), spent(self.stack), time.monotonic()
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False) as http:
            answer = await http.post(
                f"/v1/imports/{kind.path}", data=form, files={"file": ("file.csv", content, "text/csv")}
            )
            location = answer.raise_for_status().headers["Location"]
            ended = await eventually(partial(_ended, http, location), within=PATIENCE, every=0.1, describe="the end")
        seconds, whole = time.monotonic() - begun, spent(self.stack)
        if (ended["state"], ended["result"][counted]) != ("succeeded", ROWS):
            raise RuntimeError(f"the import did something else: {ended}")
        await self._until_all_is_consumed()
        sys.stdout.write(f"  {kind.path}, {counted}: {ROWS / seconds:,.0f} rows/s\n")
        _say("until its end", before, whole)
        _say("afterwards", whole, spent(self.stack))
        return seconds

    async def _until_all_is_consumed(self) -> None:
        for service in ("registry", "destinations"):
            await eventually(partial(_is_sent, self.admins[service]), within=PATIENCE, every=0.2, describe="the relay")
        for process in self.stack.processes:
            if process.endswith("-worker"):
                await eventually(partial(self._has_no_lag, process), within=PATIENCE, every=0.2, describe=process)

    async def _has_no_lag(self, worker: str) -> bool:
        async with httpx.AsyncClient(trust_env=False) as http:
            metrics = (await http.get(f"{self.stack.probes(worker)}/metrics")).text.splitlines()
        return all(line.endswith(" 0.0") for line in metrics if line.startswith("quxiang_consumer_lag_events{"))


async def _ended(http: httpx.AsyncClient, location: str) -> Any:
    operation = (await http.get(location)).raise_for_status().json()
    return None if operation["state"] in {"queued", "running"} else operation


async def _is_sent(admin: asyncpg.Connection) -> bool:
    waiting = "SELECT FROM outbox WHERE position IS NULL OR position > (SELECT sent FROM relay_state)"
    return not await admin.fetchval(f"SELECT EXISTS ({waiting})")


async def _copy(admin: asyncpg.Connection, table: str, school: str) -> float:
    rows = io.BytesIO()
    await admin.copy_from_query(f"SELECT * FROM {table} WHERE school_code = $1", school, output=rows)
    rows.seek(0)
    begun = time.monotonic()
    await admin.copy_to_table("copied", source=rows)
    seconds = time.monotonic() - begun
    sys.stdout.write(f"  {table}, COPY: {ROWS / seconds:,.0f} rows/s\n")
    return seconds


def _say(when: str, before: Spent, after: Spent) -> None:
    taken = {part: (seconds - before.get(part, 0.0)) / ROWS * 1e6 for part, seconds in after.items()}
    shown = ", ".join(f"{part} {each:.0f}" for part, each in taken.items() if each >= 1)
    sys.stdout.write(f"    {when}: {sum(taken.values()):.0f} µs of processors a row: {shown}\n")
