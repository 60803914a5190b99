"""Many reports of one operation: two workers, a cancel, and processes that are killed leave each report once."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import psutil
import pytest

from common.database import Database
from common.errors import TransientError
from common.operations import OperationRunner
from common.operations import storage as operations
from common.operations.context import OperationContext
from common.service_process import Runtime
from indicators.report_files.process import MODULE
from indicators.reports.domain import KIND, MOST_REPORTS, ReportRefused, must_be_some
from indicators.reports.operations import NO_REPORTS, making
from indicators.settings import Settings
from testing.databases import ServiceDatabase
from testing.http import Client
from testing.waiting import eventually

MAJORS = 4


@pytest.fixture(scope="module")
async def school(new_school: Any, apply: Any) -> Any:
    school = new_school()
    school.described("410000")
    for number in range(8):
        someone = school.enters(college_code="C", major_code=f"M{number % MAJORS}")
        school.goes(someone, "10", date(2024, 6, 1))
    await apply(school.events)
    return school


@pytest.fixture
def workers(stored: ServiceDatabase, database: Database) -> Callable[[], OperationRunner]:
    handler = making(Runtime(Settings(database_url=stored.app_url, partitions=12), database))
    return lambda: OperationRunner(database, {KIND: handler}, empty_results={KIND: NO_REPORTS})


class Office:
    """An officer who asks for a report on each major, and looks at what there is."""

    def __init__(self, http: Any, school: Any) -> None:
        self._http, self._school = http, school

    async def asks(self) -> str:
        body = {"school_code": self._school.code, "cohort": 2024, "as_of": "2024-08-31"}
        accepted = await self._http.post("/v1/reports", json=body | {"subject": {"kind": "major", "code": "*"}})
        assert accepted.status_code == 202, accepted.text
        return str(accepted.json()["id"])

    async def operation(self, operation_id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self._http.get(f"/v1/operations/{operation_id}")).json()
        return found

    async def cancels(self, operation_id: str) -> None:
        assert (await self._http.post(f"/v1/operations/{operation_id}/cancel")).status_code == 200

    async def reports(self) -> list[tuple[str, str]]:
        """All reports there are, whole: code and id."""
        asked = {"school": self._school.code, "limit": 200}
        found = (await self._http.get("/v1/reports", params=asked)).json()["items"]
        for each in found:
            for name in ("pdf", "xlsx"):
                assert (await self._http.get(f"/v1/reports/{each['id']}/{name}")).status_code == 200
        return [(each["subject"]["code"], each["id"]) for each in found]


@pytest.fixture
async def office(client: Client, school: Any) -> Office:
    return Office(client("school_officer", school=school.code), school)


async def once_some_is_made(office: Office, before: int) -> None:
    async def made() -> bool:
        return len(await office.reports()) > before

    await eventually(made)


async def ended(office: Office, operation: str, worker: OperationRunner) -> dict[str, Any]:
    """The operation after as many tries as it takes."""

    async def is_over() -> bool:
        await worker.run_once()
        return (await office.operation(operation))["finished_at"] is not None

    await eventually(is_over, within=30)
    return await office.operation(operation)


def child() -> psutil.Process | None:
    """The process that writes files, below this one."""
    found = [each for each in psutil.Process().children() if MODULE in " ".join(each.cmdline())]
    return found[0] if found else None


async def test_no_more_than_the_limit_are_made_at_once() -> None:
    must_be_some([{"major": f"{number}"} for number in range(MOST_REPORTS)])
    with pytest.raises(ReportRefused) as refused:
        must_be_some([{"major": f"{number}"} for number in range(MOST_REPORTS + 1)])
    assert refused.value.code == "too_many_reports"


async def test_a_killed_process_costs_no_report(office: Office, workers: Any) -> None:
    before = await office.reports()
    operation, worker = await office.asks(), workers()
    work = asyncio.create_task(worker.run_once())
    await once_some_is_made(office, len(before))
    writing = child()
    assert writing is not None
    os.kill(writing.pid, signal.SIGKILL)
    await work
    over = await ended(office, operation, worker)
    assert (over["state"], len(over["result"]["reports"])) == ("succeeded", MAJORS)
    made = (await office.reports())[len(before) :]
    assert [code for code, _ in made] == [f"M{number}" for number in range(MAJORS)]
    assert [each for _, each in made] == over["result"]["reports"]
    assert child() is None


async def test_a_worker_that_goes_leaves_what_is_made_to_the_next(office: Office, workers: Any) -> None:
    before = await office.reports()
    operation = await office.asks()
    work = asyncio.create_task(workers().run_once())
    await once_some_is_made(office, len(before))
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert child() is None
    first = (await office.reports())[len(before) :]
    over = await ended(office, operation, workers())
    made = (await office.reports())[len(before) :]
    assert over["state"] == "succeeded"
    assert made[: len(first)] == first
    assert [code for code, _ in made] == [f"M{number}" for number in range(MAJORS)]


async def test_a_cancel_in_the_middle_keeps_whole_reports(office: Office, workers: Any) -> None:
    before = await office.reports()
    operation = await office.asks()
    work = asyncio.create_task(workers().run_once())
    await once_some_is_made(office, len(before))
    await office.cancels(operation)
    await work
    over = await office.operation(operation)
    made = (await office.reports())[len(before) :]
    assert over["state"] == "cancelled"
    assert over["result"]["reports"] == [each for _, each in made]
    assert 0 < len(made) < MAJORS


async def test_two_workers_of_one_operation_make_each_report_once(
    office: Office, database: Database, workers: Any, stored: ServiceDatabase
) -> None:
    """The hold of a worker that is slow is lost, and it goes on beside the other until it would store something."""
    before = await office.reports()
    operation = await office.asks()
    handler = making(Runtime(Settings(database_url=stored.app_url, partitions=12), database))
    async with operations.changing(database) as connection:
        claimed = await operations.claim(connection, "slow", [KIND], 0.0)
    assert claimed is not None
    assert f"{claimed.id}" == operation
    slow: Awaitable[Any] = handler(OperationContext(claimed, database, None))
    ended_alike = await asyncio.gather(slow, workers().run_once(), return_exceptions=True)
    assert [each for each in ended_alike if isinstance(each, Exception) and not isinstance(each, TransientError)] == []
    over = await ended(office, operation, workers())
    made = (await office.reports())[len(before) :]
    assert over["state"] == "succeeded"
    assert sorted(code for code, _ in made) == [f"M{number}" for number in range(MAJORS)]
    assert sorted(each for _, each in made) == sorted(over["result"]["reports"])
