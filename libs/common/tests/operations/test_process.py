"""Long work in a process of its own: started when there is some, resumed after a kill, gone when nothing needs it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import digging
import psutil
import pytest
from digging.app import METADATA, PARTS
from sqlalchemy import text

from common.auth import SYSTEM
from common.database import Database
from common.identifiers import OperationId
from common.observability import Notice
from common.observability.metrics import REGISTRY
from common.operations import prepare, storage, submit
from common.operations.process import FAILURES_SHOWN, OperationsProcess
from testing.databases import committed, service_database
from testing.messaging import running
from testing.waiting import eventually

STARTED_WITHIN = 120.0
IDLE_SECONDS = 1.0


@dataclass
class Site:
    """The service's database, in which work is submitted and watched."""

    database: Database

    async def submit(self) -> OperationId:
        new = await prepare(self.database)
        async with self.database.transaction(SYSTEM) as unit:
            await submit(unit, new, "dig", {})
            await unit.commit()
        return new.id

    async def open_gate(self) -> None:
        async with committed(self.database) as connection:
            await connection.execute(text("INSERT INTO gate (is_open) VALUES (true)"))

    async def let_lease_expire(self) -> None:
        async with committed(self.database) as connection:
            await connection.execute(text("UPDATE operations SET lease_until = clock_timestamp()"))

    async def row(self, operation: OperationId) -> Any:
        async with self.database.reading() as connection:
            statement = text("SELECT state, worker, attempts, done, result FROM operations WHERE id = :id")
            return (await connection.execute(statement, {"id": operation})).one()

    async def dug(self) -> list[int]:
        async with self.database.reading() as connection:
            return await connection.scalars(text("SELECT part FROM dug ORDER BY part"))

    async def is_at_the_gate(self, operation: OperationId) -> bool:
        row = await self.row(operation)
        return row.worker is not None and len(await self.dug()) == PARTS - 1

    async def has_ended(self, operation: OperationId) -> Any:
        row = await self.row(operation)
        return row if row.state == "succeeded" else None


@pytest.fixture
async def site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    async with service_database("digging", METADATA) as found:
        folder = str(Path(digging.__file__).parents[1])
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH")])))
        monkeypatch.setenv("QUXIANG_DATABASE_URL", found.app_url)
        monkeypatch.setenv("QUXIANG_OPERATIONS_IDLE_SECONDS", str(IDLE_SECONDS))
        owner = await asyncpg.connect(found.owner_url.replace("+asyncpg", ""))
        await owner.execute("INSERT INTO alembic_version VALUES ('1')")
        await owner.close()
        database = Database.connect(found.app_url)
        yield Site(database)
        await database.dispose()


@asynccontextmanager
async def worker() -> AsyncIterator[asyncio.subprocess.Process]:
    """What a worker does about long work, in a process that can be killed."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "digging", "watch")
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def diggers(below: int | None = None) -> list[psutil.Process]:
    """The processes of long work below this process, or another, but for those that they have forked."""
    children = psutil.Process(below).children(recursive=True)
    found = [each for each in children if is_running(each) and each.cmdline()[-2:] == ["digging", "operations"]]
    return [each for each in found if each.ppid() not in {other.pid for other in found}]


def is_running(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


async def begun(site: Site, operation: OperationId) -> psutil.Process:
    """The process that has taken the operation and waits before its last part."""
    await eventually(partial(site.is_at_the_gate, operation), within=STARTED_WITHIN, describe="a process to begin")
    (found,) = diggers()
    return found


async def ended(site: Site, operation: OperationId) -> Any:
    return await eventually(partial(site.has_ended, operation), within=STARTED_WITHIN, describe="the work to end")


async def until_gone(process: psutil.Process, within: float = STARTED_WITHIN) -> None:
    await eventually(lambda: not is_running(process), within=within, describe="the process to be gone")


def counted() -> float:
    found = REGISTRY.get_sample_value("quxiang_operations_ended_total", {"kind": "dig", "state": "succeeded"})
    return found or 0.0


async def test_a_process_does_the_work_is_counted_and_ends_when_there_is_no_more(site: Site) -> None:
    before, process = counted(), OperationsProcess("digging", site.database, ["dig"])
    async with running(process.run):
        first = await site.submit()
        found = await begun(site, first)
        await site.open_gate()
        assert (await ended(site, first)).result == {"dug": PARTS}
        await until_gone(found)
        second = await site.submit()
        assert (await ended(site, second)).attempts == 1
        await eventually(lambda: counted() == before + 2, describe="both to be counted")
        assert await process.not_ready() is None


async def test_work_is_looked_for_by_kind_and_hold(site: Site) -> None:
    async def seen(kind: str) -> bool:
        async with site.database.reading() as connection:
            return await storage.is_any_claimable(connection, [kind])

    assert not await seen("dig")
    await site.submit()
    assert (await seen("dig"), await seen("fill")) == (True, False)
    async with committed(site.database) as connection:
        await storage.claim(connection, "another", ["dig"], lease=60)
    assert not await seen("dig")


async def test_what_a_killed_process_did_is_resumed_and_counted_once(site: Site) -> None:
    before, operation = counted(), await site.submit()
    async with running(OperationsProcess("digging", site.database, ["dig"]).run):
        (await begun(site, operation)).kill()
        await eventually(lambda: not diggers(), describe="the process to be gone")
        await site.let_lease_expire()
        await site.open_gate()
        assert (await ended(site, operation)).attempts == 2
        await eventually(lambda: counted() == before + 1, describe="the end to be counted")
    assert await site.dug() == list(range(PARTS))


async def test_a_killed_worker_leaves_no_process_and_its_work_to_another(site: Site) -> None:
    operation = await site.submit()
    async with worker() as killed:
        orphan = await begun(site, operation)
        (forked,) = orphan.children()
        killed.kill()
        await killed.wait()
        await until_gone(orphan)
        await until_gone(forked)
    row = await site.row(operation)
    assert (row.state, row.worker, row.attempts) == ("running", None, 0), "given back, not lost"
    await site.open_gate()
    async with worker():
        assert (await ended(site, operation)).attempts == 1
    assert await site.dug() == list(range(PARTS))


async def test_a_stopped_worker_ends_its_process_which_gives_back_what_it_holds(site: Site) -> None:
    operation = await site.submit()
    async with running(OperationsProcess("digging", site.database, ["dig"]).run):
        found = await begun(site, operation)
    assert not is_running(found), "it is waited for"
    row = await site.row(operation)
    assert (row.state, row.worker, row.attempts) == ("running", None, 0)


async def test_a_process_that_cannot_start_is_said_and_the_worker_goes_on(site: Site) -> None:
    await site.submit()
    process = OperationsProcess("no_such_service", site.database, ["dig"])
    async with running(process.run):
        said = await eventually(process.not_ready, within=STARTED_WITHIN, describe="a notice")
    assert isinstance(said, Notice)
    assert said >= f"failed {FAILURES_SHOWN} times in a row"


async def test_nothing_but_a_worker_starts_the_process(site: Site) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "digging", "operations", stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
    )
    written, _ = await process.communicate()
    assert process.returncode == 1
    assert b"no_worker" in written
