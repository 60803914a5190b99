"""Writes of one school over HTTP while another school's `reject` import of 100,000 rows runs, against without.

API and worker are run as in production, on one database, with the process that the worker starts for imports. Every
write is a POST of a registration or a PATCH of it, one after the other; the import of the other school is one
transaction over the whole file. A second file, in which every row is faulty, follows once the process of the first has
ended. What each process took at most is what its system says (Linux only).
"""

import asyncio
import csv
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from common.auth import SYSTEM
from common.crypto import KeyRing
from common.database import Database
from common.identifiers import Cohort, GraduateId, SchoolCode
from destinations.roster.domain import Graduate, RosterEntry
from destinations.roster.storage import keep_graduates
from servers.ports import free_port
from testing.databases import service_database
from testing.messaging import own_topics
from testing.shared_servers import kafka_address
from testing.stack import SERVICES, Stack
from testing.tokens import TokenMint
from testing.waiting import eventually
from tests.load.freshness import running
from tests.load.peaks import Peaks, verdicts_of
from tests.load.reporting import Verdict, milliseconds, percentile

ROWS = int(os.environ.get("QUXIANG_BENCH_IMPORT_ROWS", "100000"))
ALONE, WARM_UP = 500, 50
"""Writes that are measured without an import, before each of the two, and writes before all."""

P50_BUDGET, P99_BUDGET, PEAK_BUDGET = 2.0, 3.0, 400.0
"""How much slower a write may be beside an import, and megabytes that each process may take."""

GRADUATES = 50_000
COHORT = Cohort(2024)
IMPORTING, WRITING = SchoolCode("90001"), SchoolCode("90002")
PATIENCE = 900.0
HEADER = ("学号", "姓名", "毕业去向类别代码", "单位名称", "单位性质代码", "单位行业代码", "单位所在地代码")
GOOD = ("10", "某公司", "39", "22", "410102")
FAULTY = ("99", "某公司", "00", "00", "000000")

Writes = Iterable[Callable[[], Any]]


@dataclass
class Imports:
    """Files of the importing school, sent to the API."""

    http: httpx.AsyncClient
    headers: dict[str, str]

    async def send(self, cells: Sequence[str]) -> str:
        """Sends a file with those cells in every row; gives the address of its operation."""
        content = io.StringIO()
        writer = csv.writer(content)
        writer.writerow(HEADER)
        destination, employer, *others = cells
        writer.writerows((f"2020{row:08}", "张三", destination, f"{employer}{row}", *others) for row in range(ROWS))
        answer = await self.http.post(
            "/v1/imports/registrations",
            headers=self.headers,
            data={"school_code": IMPORTING, "cohort": str(COHORT), "on_error": "reject"},
            files={"file": ("file.csv", content.getvalue().encode())},
        )
        return answer.raise_for_status().headers["Location"]

    async def now(self, operation: str) -> Any:
        """How far it is."""
        return (await self.http.get(operation, headers=self.headers)).raise_for_status().json()


async def measure() -> list[Verdict]:
    """Writes without and beside each import, of the same client on the same database; and what was taken."""
    async with AsyncExitStack() as opened:
        stack = await opened.enter_async_context(_running())
        worker = stack.processes["destinations-worker"].pid
        api = stack.processes["destinations-api"].pid
        assert worker is not None
        assert api is not None
        http = await opened.enter_async_context(
            httpx.AsyncClient(base_url=stack.url("destinations"), timeout=60, trust_env=False)
        )
        writing, importing = (stack.mint.headers(school=school, ttl=2 * PATIENCE) for school in (WRITING, IMPORTING))
        writes, imports = _writes(http, writing), Imports(http, importing)
        await _seconds(writes, WARM_UP)
        verdicts: list[Verdict] = []
        alone: list[float] = []
        async with Peaks(worker) as peaks:
            for what, cells, state in (("an import", GOOD, "succeeded"), ("a faulty file", FAULTY, "failed")):
                alone += await _seconds(writes, ALONE)
                beside = await _seconds_beside(imports, await imports.send(cells), state, writes)
                sys.stdout.write(f"  alone: {milliseconds(alone)}\n  beside {what}: {milliseconds(beside)}\n")
                verdicts += _verdicts(what, alone, beside)
                verdicts += peaks.verdicts(f"the process of {what}", PEAK_BUDGET)
                await eventually(lambda: not peaks.seen_now(), within=60, describe="the import's process to end")
                peaks.forget()
            verdicts += verdicts_of({"API": api, "worker": worker}, PEAK_BUDGET)
    return verdicts


def _verdicts(what: str, alone: Sequence[float], beside: Sequence[float]) -> list[Verdict]:
    return [
        Verdict(
            f"p{share * 100:.0f} of a school's writes beside {what} of {ROWS:,} rows",
            percentile(beside, share) / percentile(alone, share),
            budget,
        )
        for share, budget in ((0.5, P50_BUDGET), (0.99, P99_BUDGET))
    ]


@asynccontextmanager
async def _running() -> AsyncIterator[Stack]:
    """The API and the worker of destinations, beside a registry that knows every row."""
    async with AsyncExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        stack = Stack(folder, TokenMint(folder), kafka_address(), f"t-{os.getpid()}.")
        stack.mint.service_token_file(folder)
        KeyRing.generate().store(folder / "destinations.keyring.json")
        stack.databases["destinations"] = await opened.enter_async_context(
            service_database("destinations", compared=False)
        )
        stack.ports |= {service: free_port() for service in SERVICES}
        await opened.enter_async_context(own_topics(stack.settings("destinations")))
        await _enrol(stack)
        opened.enter_context(running(serve_registry, stack.ports["registry"]))
        stack.add("destinations-api", "destinations", "api", stack.ports["destinations"])
        stack.add("destinations-worker", "destinations", "worker", free_port())
        for name, process in stack.processes.items():
            opened.push_async_callback(process.stop, 10)
            await stack.start(name)
        yield stack


def serve_registry(port: int) -> None:
    """A registry that knows every row, as a process."""
    app = Starlette(routes=[Route("/{path:path}", _resolved, methods=["POST"])])
    uvicorn.run(app, port=port, log_config=None)


async def _resolved(request: Request) -> JSONResponse:
    entry = {"college_code": "C01", "major_code": "M01", "class_code": "K1", "status": "registered", "sequence": 1}
    asked = json.loads(await request.body())["rows"]
    named = [(row["row"], str(uuid5(NAMESPACE_OID, row["student_number"]))) for row in asked]
    rows = [{**entry, "row": row, "graduate_id": graduate, "education_level_code": "31"} for row, graduate in named]
    return JSONResponse({"rows": rows})


def _graduate_id(number: int) -> GraduateId:
    return GraduateId(UUID(int=number))


async def _enrol(stack: Stack) -> None:
    """Graduates of the school that writes."""
    database = Database.connect(stack.databases["destinations"].app_url)
    async with database.transaction(SYSTEM) as unit:
        graduates = (
            Graduate(
                _graduate_id(number),
                WRITING,
                COHORT,
                None,
                None,
                None,
                "31",
                "registered",
                counted=True,
                training_mode_code="1",
            )
            for number in range(GRADUATES)
        )
        await keep_graduates(unit.connection, [RosterEntry(each, 1) for each in graduates])
        await unit.commit()
    await database.dispose()


def _writes(http: httpx.AsyncClient, headers: dict[str, str]) -> Writes:
    """POST and PATCH in turns, without end for as long as there are graduates."""
    written: dict[str, Any] = {}

    async def create(graduate: GraduateId) -> None:
        body = {"graduate_id": str(graduate), "destination_code": "70", "reason": "job_seeking"}
        answer = await http.post("/v1/registrations", json=body, headers=headers)
        written.update(answer.raise_for_status().json())

    async def edit() -> None:
        path, version = f"/v1/registrations/{written['id']}", f'"{written["version"]}"'
        answer = await http.patch(path, json={"reason": "signing"}, headers={**headers, "If-Match": version})
        answer.raise_for_status()

    for graduate in map(_graduate_id, range(GRADUATES)):
        yield partial(create, graduate)
        yield edit


async def _seconds(writes: Writes, number: int) -> list[float]:
    seconds = []
    for write in islice(writes, number):
        begun = time.perf_counter()
        await write()
        seconds.append(time.perf_counter() - begun)
    return seconds


async def _seconds_beside(imports: Imports, operation: str, state: str, writes: Writes) -> list[float]:
    """The seconds of all writes between the beginning of the work and its end in that state."""
    seconds: list[float] = []
    begun, deadline = time.monotonic(), time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        now = await imports.now(operation)
        if now["state"] == state:
            sys.stdout.write(f"  {ROWS / (time.monotonic() - begun):,.0f} rows/s\n")
            return seconds
        if now["state"] not in {"queued", "running"}:
            raise RuntimeError(f"the import did something else: {now['state']} {now['errors'][:3]}")
        if now["progress"]["done"]:
            seconds += await _seconds(writes, 10)
        else:
            await asyncio.sleep(0.05)
    raise TimeoutError("the import did not end")
