"""Requests per second of our services against bare Starlette and asyncpg that send the same SQL, in turns.

Both sides are processes of their own on one database, with 16 connections. Beside the rates stand the seconds of CPU
that each server took for a request: they stay the same on a machine that is busy with something else.
"""

import cProfile
import io
import os
import pstats
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, cast

import httpx

from testing.waiting import eventually
from tests.load import bare_server
from tests.load.freshness import running
from tests.load.generator import Load, Sent, say_what_loads, written
from tests.load.recording import Plan, record
from tests.load.reporting import Verdict
from tests.load.request_cases import SERVICES, Case, Stage, staged

ROUNDS = int(os.environ.get("QUXIANG_BENCH_ROUNDS", "5"))
SECONDS, WARM_UP = 2, 1
PROFILED = 300
"""Requests under the profiler."""

_SHOWN, _WARMING = 14, 20
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Side:
    """One of the two servers for one case: its load, its process, and what was measured of it."""

    load: Load
    process: int
    per_second: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)

    def run(self, seconds: int = SECONDS) -> None:
        """One round."""
        before = _cpu_seconds(self.process)
        measured = self.load.run(seconds)
        self.per_second.append(measured.per_second)
        self.late.append(measured.late)
        self.cpu.append((_cpu_seconds(self.process) - before) / measured.requests)

    def line(self) -> str:
        """Medians in words."""
        return f"{median(self.per_second):,.0f}/s at {median(self.cpu) * 1e6:,.0f} µs of CPU"


async def measure() -> list[Verdict]:
    """Every case of every service."""
    say_what_loads()
    verdicts: list[Verdict] = []
    for name in os.environ.get("QUXIANG_BENCH_SERVICES", ",".join(SERVICES)).split(","):
        async with staged(name) as stage:
            verdicts += await _measured(stage)
    return verdicts


async def _measured(stage: Stage) -> list[Verdict]:
    plans = {str(number): await _plan(stage, case) for number, case in enumerate(stage.cases)}
    verdicts = []
    bare_port = free_port()
    dsn = stage.url.replace("+asyncpg", "")
    async with serving(stage) as (ours, port):
        with running(bare_server.serve, dsn, plans, bare_port) as bare:
            await answering(bare_port)
            for number, case in enumerate(stage.cases):
                addresses = [(f"http://127.0.0.1:{bare_port}", bare.pid), (f"http://127.0.0.1:{port}", ours)]
                verdict = _compared(stage, case, str(number), addresses)
                verdicts.append(verdict)
                if not verdict.kept:
                    sys.stdout.write(await _profile(stage, case))
    return verdicts


def _compared(stage: Stage, case: Case, plan: str, addresses: Sequence[tuple[str, int]]) -> Verdict:
    """Bare and ours in turns; each has half of the items, but for the last ones, which are recorded and profiled."""
    kept = case.items[: -(PROFILED + 2)] if case.once else case.items
    halves = [kept[::2], kept[1::2]] if case.once else [kept, kept]
    sent = [
        [case.sent(item)._replace(path=f"/{plan}/{item}") for item in halves[0]],
        [case.sent(item) for item in halves[1]],
    ]
    with written(sent[0]) as first, written(sent[1]) as second:
        files, headers = (first, second), stage.headers(case)
        bare, ours = (
            Side(Load(address, file, headers, case.once), process)
            for (address, process), file in zip(addresses, files, strict=True)
        )
        for side in (bare, ours):
            side.load.run(WARM_UP)
        for turn in range(ROUNDS):
            for side in (bare, ours) if turn % 2 else (ours, bare):
                side.run()
    ratios = [our / its for our, its in zip(ours.per_second, bare.per_second, strict=True)]
    rounds = " ".join(f"{ratio:.2f}" for ratio in sorted(ratios))
    sys.stdout.write(f"  {case.name}: ours {ours.line()}, bare {bare.line()}; ratios {rounds}\n")
    return Verdict(f"{case.name} against bare Starlette and asyncpg", median(ratios), case.budget, at_least=True)


async def _plan(stage: Stage, case: Case) -> Plan:
    """The SQL of the case, recorded with the last item; one is asked before, for what a connection asks only once."""
    headers, before, item = stage.headers(case), case.items[-2:][0], case.items[-1]
    async with stage.app() as (app, database):
        await _asked(app, case.sent(before), headers)
        plan = await record(database, item)
        await _asked(app, case.sent(item), headers)
    return plan


async def _profile(stage: Stage, case: Case) -> str:
    """Where the CPU time of our application goes, by functions."""
    headers = stage.headers(case)
    items = list(case.items[-PROFILED - 2 : -2] if case.once else (list(case.items) * PROFILED)[:PROFILED])
    profile = cProfile.Profile(time.process_time)
    async with stage.app() as (app, _):
        for item in items[:_WARMING]:
            await _asked(app, case.sent(item), headers)
        profile.enable()
        for item in items[_WARMING:]:
            await _asked(app, case.sent(item), headers)
        profile.disable()
    text = io.StringIO()
    pstats.Stats(profile, stream=text).strip_dirs().sort_stats("tottime").print_stats(_SHOWN)
    lines = [line for line in text.getvalue().splitlines() if line.strip()]
    return "".join(f"    {line}\n" for line in [f"profile of {len(items) - _WARMING} requests:", *lines])


async def _asked(app: Any, sent: Sent, headers: Mapping[str, str]) -> None:
    """One request without a client library, whose work would stand in the profile."""
    path, _, query = sent.path.partition("?")
    own, _, value = sent.header.partition(": ")
    given = {**headers, **({own: value} if own else {})}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": sent.method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
        "root_path": "",
        "state": {},
    }
    messages = iter([{"type": "http.request", "body": sent.body.encode(), "more_body": False}])
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(message: dict[str, Any]) -> None:
        if "status" in message:
            statuses.append(message["status"])

    await app(scope, receive, send)
    if statuses[0] >= 400:
        raise RuntimeError(f"{sent.method} {sent.path}: {statuses[0]}")


@asynccontextmanager
async def serving(stage: Stage) -> AsyncIterator[tuple[int, int]]:
    """The service as it runs in production; gives its process and its port."""
    port = free_port()
    given = {**os.environ, **stage.settings, "QUXIANG_PORT": str(port), "QUXIANG_LOG_LEVEL": "WARNING"}
    command = [sys.executable, "-m", stage.composition.name, "api"]
    process = subprocess.Popen(command, env=given, stdout=subprocess.DEVNULL)  # noqa: ASYNC220
    try:
        await answering(port)
        yield process.pid, port
    finally:
        process.kill()
        process.wait()


async def answering(port: int) -> None:
    """Returns once the server answers."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:

        async def is_there() -> bool:
            with suppress(httpx.TransportError):
                return (await http.get("/livez")).is_success
            return False

        await eventually(is_there, within=60, describe="the server")


def _cpu_seconds(process: int) -> float:
    """User and system time of a process so far; 0 where the system does not tell."""
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0.0


def free_port() -> int:
    """A port that is not in use."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return cast(int, listener.getsockname()[1])
