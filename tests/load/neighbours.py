"""Writes of one school over HTTP while another school's `reject` import of 100,000 rows runs, against without.

API and worker are processes of their own on one database, as in production. Every write is a POST of a registration or
a PATCH of it, one after the other; the import of the other school is one transaction over the whole file.
"""

import asyncio
import csv
import io
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, cast
from uuid import NAMESPACE_OID, UUID, uuid5

import httpx
import uvicorn
from sqlalchemy import text

from common.auth import SYSTEM
from common.auth.service_tokens import ServiceTokens
from common.crypto import FieldCipher, KeyRing
from common.database import Database
from common.identifiers import Cohort, GraduateId, OperationId, SchoolCode
from common.imports import run_import
from common.operations import OperationRunner, prepare, submit
from destinations.app import create_app
from destinations.registrations.imports.operations import EMPTY_RESULT, KIND, registration_import
from destinations.registry_client import Registry
from destinations.roster.domain import Graduate, RosterEntry
from destinations.roster.storage import keep_graduates
from destinations.settings import Settings
from testing.databases import ServiceDatabase, service_database
from testing.tokens import TokenMint
from testing.waiting import eventually
from tests.load.freshness import running
from tests.load.reporting import Verdict, milliseconds, percentile

ROWS = int(os.environ.get("QUXIANG_BENCH_IMPORT_ROWS", "100000"))
ALONE, WARM_UP, BUDGET = 300, 50, 2.0
"""Writes that are measured without an import, writes before them, and how much slower the median may be beside one."""

GRADUATES = 20_000
COHORT = Cohort(2024)
IMPORTING, WRITING = SchoolCode("90001"), SchoolCode("90002")
PATIENCE = 900.0
_STATE = text("SELECT state, done FROM operations WHERE id = :id")

Settings_ = dict[str, Any]


async def measure() -> list[Verdict]:
    """The medians without and beside an import, of the same client on the same database."""
    async with AsyncExitStack() as stack:
        found = await stack.enter_async_context(service_database("destinations"))
        database = Database.connect(found.app_url)
        stack.push_async_callback(database.dispose)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        mint, settings = TokenMint(folder), _settings(found, folder)
        await _enrol(database)
        port = _free_port()
        stack.enter_context(running(serve, settings | mint.settings, port))
        headers = mint.headers(school=WRITING)
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30)
        )
        await eventually(partial(_is_ready, http), within=60, describe="the API")
        writes = _writes(http, map(_graduate_id, range(GRADUATES)))
        await _seconds(writes, WARM_UP)
        alone = await _seconds(writes, ALONE)
        operation = await _submitted(database, FieldCipher.load(settings["keyring_file"]))
        stack.enter_context(running(work, settings | mint.settings))
        beside = await _seconds_beside(database, operation, writes)
    sys.stdout.write(f"  alone: {milliseconds(alone)}\n  beside an import: {milliseconds(beside)}\n")
    ratio = percentile(beside, 0.5) / percentile(alone, 0.5)
    return [Verdict(f"p50 of a school's writes beside another's import of {ROWS:,} rows", ratio, BUDGET)]


def serve(settings: Settings_, port: int) -> None:
    """The API, as a process."""
    given = Settings(**settings)
    app = create_app(given, Database.connect(given), {})
    uvicorn.run(app, port=port, log_config=None)


def work(settings: Settings_) -> None:
    """A worker of imports, as a process; a registry that knows every row stands in it."""
    asyncio.run(_work(Settings(**settings)))


async def _work(settings: Settings) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(_resolved), base_url="http://registry") as client:
        cipher = FieldCipher.load(settings.keyring_file)
        kind = registration_import(Registry(client, ServiceTokens(settings)), cipher)
        handlers = {KIND: partial(run_import, kind)}
        runner = OperationRunner(
            Database.connect(settings).patient,
            handlers,
            cipher=cipher,
            empty_results={KIND: EMPTY_RESULT},
        )
        await runner.run()


def _resolved(request: httpx.Request) -> httpx.Response:
    entry = {"college_code": "C01", "major_code": "M01", "class_code": "K1", "status": "registered", "sequence": 1}
    asked = json.loads(request.content)["rows"]
    named = [(row["row"], str(uuid5(NAMESPACE_OID, row["student_number"]))) for row in asked]
    rows = [{**entry, "row": row, "graduate_id": graduate, "education_level_code": "31"} for row, graduate in named]
    return httpx.Response(200, json={"rows": rows})


def _settings(found: ServiceDatabase, folder: Path) -> Settings_:
    KeyRing.generate().store(folder / "keys.json")
    token = folder / "service-token"
    token.write_text("none is asked for")
    return {"database_url": found.app_url, "keyring_file": folder / "keys.json", "service_token_file": token}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return cast(int, listener.getsockname()[1])


def _graduate_id(number: int) -> GraduateId:
    return GraduateId(UUID(int=number))


async def _enrol(database: Database) -> None:
    """Graduates of the school that writes."""
    async with database.transaction(SYSTEM) as unit:
        graduates = (
            Graduate(_graduate_id(number), WRITING, COHORT, None, None, None, "31", "registered")
            for number in range(GRADUATES)
        )
        await keep_graduates(unit.connection, [RosterEntry(each, 1) for each in graduates])
        await unit.commit()


async def _is_ready(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/livez")).is_success
    except httpx.TransportError:
        return False


async def _submitted(database: Database, cipher: FieldCipher) -> OperationId:
    content = io.StringIO()
    writer = csv.writer(content)
    writer.writerow(("学号", "姓名", "毕业去向类别代码", "单位名称", "单位性质代码", "单位行业代码", "单位所在地代码"))
    writer.writerows((f"2020{row:08}", "张三", "10", f"某公司{row}", "39", "22", "410102") for row in range(ROWS))
    parameters = {
        "school_code": IMPORTING,
        "cohort": COHORT,
        "kind": "csv",
        "dry_run": False,
        "on_error": "reject",
        "effective_on": None,
    }
    new = await prepare(database, content.getvalue().encode(), cipher)
    async with database.transaction(SYSTEM) as unit:
        await submit(unit, new, KIND, parameters, school_code=IMPORTING)
        await unit.commit()
    return new.id


def _writes(http: httpx.AsyncClient, graduates: Iterable[GraduateId]) -> Iterable[Callable[[], Any]]:
    """POST and PATCH in turns, without end for as long as there are graduates."""
    written: dict[str, Any] = {}

    async def create(graduate: GraduateId) -> None:
        body = {"graduate_id": str(graduate), "destination_code": "70", "reason": "job_seeking"}
        answer = await http.post("/v1/registrations", json=body)
        written.update(answer.raise_for_status().json())

    async def edit() -> None:
        path, version = f"/v1/registrations/{written['id']}", f'"{written["version"]}"'
        answer = await http.patch(path, json={"reason": "signing"}, headers={"If-Match": version})
        answer.raise_for_status()

    for graduate in graduates:
        yield partial(create, graduate)
        yield edit


async def _seconds(writes: Iterable[Callable[[], Any]], number: int) -> list[float]:
    seconds = []
    for write in islice(writes, number):
        begun = time.perf_counter()
        await write()
        seconds.append(time.perf_counter() - begun)
    return seconds


async def _seconds_beside(
    database: Database, operation: OperationId, writes: Iterable[Callable[[], Any]]
) -> list[float]:
    """The seconds of all writes between the beginning and the end of the import."""
    seconds: list[float] = []
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        async with database.reading() as connection:
            now = (await connection.execute(_STATE, {"id": operation})).one()
        if now.state == "succeeded":
            return seconds
        if now.state == "failed":
            raise RuntimeError("the import failed")
        if now.done:
            seconds += await _seconds(writes, 10)
        else:
            await asyncio.sleep(0.05)
    raise TimeoutError("the import did not end")
