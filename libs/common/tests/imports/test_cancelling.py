"""Cancelling over HTTP: what is stored stays and is counted, and of a cancel and an end exactly one comes true."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import badges
import pytest
from badges import BadgeImport, badge_import, badge_runner

from common.auth import SYSTEM
from common.errors import Unavailable
from common.identifiers import OperationId
from common.imports import run_import
from common.operations import OperationContext, OperationRunner, Outcome, storage
from common.operations.storage import OperationFinished
from testing.waiting import eventually

ROWS = ["1,张三,铜徽章,2024", "2,李四,银徽章,", "3,王五,金徽章,2024届", "6,孙八,金徽章,"]
GOOD = ROWS[1:]
FIRST_CHUNK = [("2", "silver")]

Json = dict[str, Any]


def counts(operation: Json) -> list[int]:
    return [operation["result"][name] for name in ("created", "updated", "unchanged", "rejected")]


async def cancelled(office: Any, path: str) -> tuple[int, str | None, str]:
    """Asks for the end; gives status, code of the problem and state."""
    answered = await office.http.post(f"{path}/cancel")
    body = answered.json()
    return answered.status_code, body.get("code"), body["state"]


def cancelling(office: Any, path: str, then: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The function, before which the work is cancelled, and twice."""

    async def after(*given: Any, **named: Any) -> Any:
        assert [await cancelled(office, path) for _ in range(2)] == [(200, None, "running")] * 2
        return await then(*given, **named)

    return after


async def test_skip_keeps_what_is_stored_and_the_same_file_does_the_rest(office: Any, monkeypatch: Any) -> None:
    path = await office.post(ROWS, on_error="skip")
    with monkeypatch.context() as patch:
        patch.setattr(OperationContext, "progress", cancelling(office, path, OperationContext.progress))
        await badge_runner(office.database, office.cipher).run_once()
    done = await office.operation(path)
    assert (done["state"], counts(done), await office.stored()) == ("cancelled", [1, 0, 0, 1], FIRST_CHUNK)
    assert [(each["row"], each["rule"]) for each in done["errors"]] == [(2, "unknown_label")]
    assert await cancelled(office, path) == (409, "operation_finished", "cancelled")
    assert await office.stored("SELECT count(*) FROM audit_entries WHERE action = 'operation.cancel'") == [(1,)]
    assert counts(await office.send(ROWS, on_error="skip")) == [2, 0, 1, 1]


@pytest.mark.parametrize("last", [BadgeImport.write, BadgeImport.lock])
async def test_reject_stores_nothing_however_late_it_is_cancelled(office: Any, monkeypatch: Any, last: Any) -> None:
    path = await office.post(GOOD[:2])
    monkeypatch.setattr(BadgeImport, last.__name__, cancelling(office, path, last))
    await badge_runner(office.database, office.cipher).run_once()
    done = await office.operation(path)
    assert (done["state"], counts(done), await office.stored()) == ("cancelled", [0, 0, 0, 0], [])


async def test_work_that_waits_ends_before_it_is_read_and_before_all_other(office: Any) -> None:
    first, second = [await office.post(GOOD) for _ in range(2)]
    assert await cancelled(office, second) == (200, None, "queued")
    await badge_runner(office.database, office.cipher).run_once()
    done = await office.operation(second)
    assert (done["state"], counts(done), done["progress"]["total"]) == ("cancelled", [0, 0, 0, 0], 0)
    assert ((await office.operation(first))["state"], await office.stored()) == ("queued", [])


async def test_work_that_waits_for_another_service_is_cancelled_at_once(office: Any, monkeypatch: Any) -> None:
    async def fails(self: Any, rows: Any) -> None:
        raise Unavailable

    monkeypatch.setattr(BadgeImport, "fetch", fails)
    monkeypatch.setattr(BadgeImport, "fetches", True, raising=False)
    path, worker = await office.post(GOOD), badge_runner(office.database, office.cipher)
    assert await worker.run_once()
    assert not await worker.run_once()
    assert await cancelled(office, path) == (200, None, "running")
    assert await worker.run_once()
    assert (await office.operation(path))["state"] == "cancelled"


@pytest.mark.parametrize(("on_error", "answered", "state"), [
    ("reject", (409, "operation_finished", "succeeded"), "succeeded"), ("skip", (200, None, "running"), "cancelled"),
])  # fmt: skip
async def test_between_the_last_part_and_the_end_one_of_both_wins(
    office: Any, on_error: str, answered: Any, state: str
) -> None:
    path = await office.post(GOOD, on_error=on_error)

    async def imported(context: OperationContext) -> Outcome:
        outcome = await run_import(badge_import(), context)
        assert await cancelled(office, path) == answered
        return outcome

    await OperationRunner(office.database.patient, {badges.KIND: imported}, cipher=office.cipher).run_once()
    done = await office.operation(path)
    assert (done["state"], counts(done), len(await office.stored())) == (state, [3, 0, 0, 0], 3)


async def test_who_cancels_during_the_commit_waits_for_it_and_is_refused(office: Any, monkeypatch: Any) -> None:
    path, close = await office.post(GOOD), OperationContext.close_to_cancelling
    tries: list[asyncio.Task[bool]] = []

    async def tries_to_cancel() -> bool:
        async with office.database.patient.transaction(SYSTEM) as unit:
            return await storage.request_cancel(unit.connection, OperationId(path.rpartition("/")[2]))

    async def closed(self: Any, unit: Any) -> bool:
        done = await close(self, unit)
        tries.append(asyncio.create_task(tries_to_cancel()))
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%cancel_requested_at%'"
        await eventually(partial(office.stored, waiting), describe="the one who cancels to wait")
        return done

    monkeypatch.setattr(OperationContext, "close_to_cancelling", closed)
    await badge_runner(office.database, office.cipher).run_once()
    with pytest.raises(OperationFinished) as refusal:
        await tries[0]
    assert refusal.value.extra["state"] == "succeeded"
    assert ((await office.operation(path))["state"], len(await office.stored())) == ("succeeded", 3)


async def test_an_import_whose_worker_was_killed_is_cancelled_all_the_same(office: Any) -> None:
    path = await office.post(ROWS, on_error="skip")
    await office.kill_a_worker()
    assert await cancelled(office, path) == (200, None, "running")
    healthy = badge_runner(office.database, office.cipher)
    await eventually(healthy.run_once, describe="the operation taken up again")
    done = await office.operation(path)
    assert (done["state"], counts(done), await office.stored()) == ("cancelled", [1, 0, 0, 1], FIRST_CHUNK)


async def test_a_repeated_request_to_cancel_gets_its_answer_again(office: Any) -> None:
    path = await office.post(GOOD)
    first = await office.http.post(f"{path}/cancel", headers={"Idempotency-Key": "k"})
    await badge_runner(office.database, office.cipher).run_once()
    again = await office.http.post(f"{path}/cancel", headers={"Idempotency-Key": "k"})
    assert [(each.status_code, each.json()["state"]) for each in (first, again)] == [
        (200, "queued"),
        (200, "cancelled"),
    ]
    assert again.headers["Idempotency-Replayed"] == "true"
