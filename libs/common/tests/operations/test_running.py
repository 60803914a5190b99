"""Long work is done once, whatever happens to the workers."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from common.auth import SYSTEM
from common.codes.rules import rules
from common.errors import FieldProblem, Invalid, Message, NotFound, Unavailable
from common.operations import ChunkAlreadyDone, OperationContext, OperationRunner, Outcome, RowProblem, purge_operations
from common.operations.runner import MAX_ATTEMPTS
from testing.messaging import running
from testing.waiting import eventually

WORKER = Path(__file__).with_name("worker_to_kill.py")


def runner(works: Any, handler: Any, **options: Any) -> OperationRunner:
    return OperationRunner(works.database.patient, {"import": handler}, cipher=works.cipher, **options)


async def write_part(context: OperationContext, part: int) -> None:
    async with context.database.transaction(context.actor) as unit:
        await unit.connection.execute(text("INSERT INTO written (part) VALUES (:part)"), {"part": part})
        await context.chunk_done(unit, part, {"created": 1})
        await unit.commit()


async def four_parts(context: OperationContext) -> Outcome:
    for part in range(4):
        if part not in await context.done_chunks():
            await write_part(context, part)
    done = await context.done_chunks()
    return Outcome({"created": sum(each["created"] for each in done.values())})


async def fail(context: OperationContext) -> Outcome:
    raise RuntimeError("canary")


async def ends(works: Any, operation: Any, within: float = 15) -> Any:
    async def ended() -> Any:
        row = await works.row(operation)
        return row if row.state in {"succeeded", "failed"} else None

    return await eventually(ended, within=within)


async def test_a_handler_gets_parameters_and_the_whole_file_and_its_result_is_kept(works: Any) -> None:
    file = bytes(range(256)) * 10_000
    seen: list[Any] = []

    async def look(context: OperationContext) -> Outcome:
        await context.progress(3, 3)
        seen.append(
            (
                b"".join([part async for part in context.upload()]) == file,
                dict(context.parameters),
                context.school_code,
                context.actor.subject,
            )
        )
        return Outcome({"created": 7})

    operation = await works.submit("import", file, cohort=2024)
    assert await runner(works, look).run_once()
    assert seen == [(True, {"cohort": 2024}, "90001", "officer")]
    row = await works.row(operation)
    assert (row.state, row.result, row.done, row.total) == ("succeeded", {"created": 7}, 3, 3)
    assert row.finished_at is not None
    assert not await runner(works, look).run_once()


async def test_the_upload_is_stored_encrypted_and_gone_at_the_end(works: Any) -> None:
    await works.submit("import", b"canary-name" * 1000)
    assert await works.scalar("SELECT count(*) FROM upload_chunks WHERE position('canary'::bytea IN bytes) = 0") == 1

    async def done(context: OperationContext) -> Outcome:
        return Outcome({})

    await runner(works, done).run_once()
    assert await works.scalar("SELECT count(*) FROM upload_chunks") == 0


async def test_faults_are_kept_up_to_a_thousand_and_counted(works: Any) -> None:
    async def faulty(context: OperationContext) -> Outcome:
        message = Message("必填", "Required")
        problems = [RowProblem(row, "学号", "required", None, message) for row in range(2, 1502)]
        return Outcome({"rejected": 1500}, problems, state="failed", report=b"workbook")

    operation = await works.submit("import")
    await runner(works, faulty).run_once()
    row = await works.row(operation)
    assert (row.state, len(row.errors), row.errors_total) == ("failed", 1000, 1500)
    assert b"workbook" not in row.report


async def test_a_refusal_ends_the_work_with_its_rules(works: Any) -> None:
    async def refuse(context: OperationContext) -> Outcome:
        raise Invalid([FieldProblem("/file", "file_corrupt", Message("损坏", "Corrupt"))])

    operation = await works.submit("import")
    await runner(works, refuse).run_once()
    row = await works.row(operation)
    assert (row.state, [each["rule"] for each in row.errors]) == ("failed", ["file_corrupt"])


async def test_the_unforeseen_ends_the_work_without_its_cause(works: Any) -> None:
    operation = await works.submit("import")
    await runner(works, fail).run_once()
    row = await works.row(operation)
    assert (row.state, [each["rule"] for each in row.errors]) == ("failed", ["internal_error"])
    assert row.errors[0]["zh"] == rules()["internal_error"].text.zh
    assert "canary" not in str(row)


async def test_a_failure_without_a_rule_is_unforeseen(works: Any) -> None:
    async def conflict(context: OperationContext) -> Outcome:
        raise NotFound

    operation = await works.submit("import")
    await runner(works, conflict).run_once()
    assert [each["rule"] for each in (await works.row(operation)).errors] == ["internal_error"]


EMPTY = {"import": {"created": 0, "rejected": 0, "change_token": None}}


@pytest.mark.parametrize(
    ("parts", "result"),
    [
        ([], {"created": 0, "rejected": 0, "change_token": None}),
        ([{"created": 3, "change_token": "a", "more": 1}, {"created": 4}], {"created": 7, "change_token": "a"}),
        ([{"change_token": "a"}, {"rejected": 2, "change_token": "b"}], {"rejected": 2, "change_token": "b"}),
    ],
)
async def test_work_that_breaks_answers_with_what_it_has_committed(
    works: Any, parts: list[dict[str, Any]], result: dict[str, Any]
) -> None:
    async def half(context: OperationContext) -> Outcome:
        for number, part in enumerate(parts):
            async with context.database.transaction(context.actor) as unit:
                await context.chunk_done(unit, number, part)
                await unit.commit()
        return await fail(context)

    for handler, attempts in ((half, 0), (fail, MAX_ATTEMPTS)):
        operation = await works.submit("import")
        await works.change(f"UPDATE operations SET attempts = {attempts} WHERE state = 'queued'")
        await runner(works, handler, empty_results=EMPTY).run_once()
        row = await works.row(operation)
        assert row.result == (EMPTY["import"] | (result if handler is half else {}))
        assert row.errors[0]["rule"] in rules()


async def test_work_that_cannot_be_done_yet_is_tried_again(works: Any) -> None:
    tries: list[int] = []

    async def later(context: OperationContext) -> Outcome:
        tries.append(1)
        if len(tries) < 3:
            raise Unavailable
        return Outcome({})

    operation = await works.submit("import")
    async with running(runner(works, later).run):
        await eventually(lambda: tries)
        assert (await works.row(operation)).state == "running"
        assert (await ends(works, operation)).attempts == 1


async def test_a_killed_workers_operation_is_finished_by_another_exactly_once(works: Any) -> None:
    operation = await works.submit("import", b"x")
    killed = await asyncio.create_subprocess_exec(
        sys.executable, str(WORKER), works.url, str(works.keyring_file), stdout=asyncio.subprocess.PIPE
    )
    assert killed.stdout is not None
    async with asyncio.timeout(30):
        await killed.stdout.readline()
    killed.kill()
    await killed.wait()
    row = await works.row(operation)
    assert (row.state, row.done) == ("running", 1)
    async with running(runner(works, four_parts).run):
        ended = await ends(works, operation)
    assert (ended.state, ended.result, ended.attempts) == ("succeeded", {"created": 4}, 2)
    assert await works.written() == [0, 1, 2, 3]


async def test_a_worker_that_lives_keeps_its_operation_beyond_the_lease(works: Any) -> None:
    starts: list[int] = []
    lease = timedelta(seconds=0.4)

    async def long(context: OperationContext) -> Outcome:
        async def is_held_for_long() -> bool:
            row = await works.row(context.id)
            return bool(row.lease_until - row.started_at > 4 * lease)

        starts.append(1)
        await eventually(is_held_for_long)
        return Outcome({})

    operation = await works.submit("import")
    workers = [runner(works, long, lease=lease.total_seconds()).run for _ in range(2)]
    async with running(*workers):
        await ends(works, operation)
    assert starts == [1]


async def test_who_lost_its_operation_stops_and_changes_nothing(works: Any) -> None:
    begun, stopped = asyncio.Event(), asyncio.Event()

    async def long(context: OperationContext) -> Outcome:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        raise AssertionError

    operation = await works.submit("import")
    async with running(runner(works, long, lease=0.4).run_once) as (task,):
        await begun.wait()
        await works.change("UPDATE operations SET worker = 'another', attempts = attempts + 1")
        async with asyncio.timeout(5):
            await stopped.wait()
            await task
    row = await works.row(operation)
    assert (row.state, row.worker) == ("running", "another")


async def test_a_part_that_another_worker_committed_cannot_be_committed_again(works: Any) -> None:
    async def twice(context: OperationContext) -> Outcome:
        await write_part(context, 0)
        with pytest.raises(ChunkAlreadyDone):
            await write_part(context, 0)
        return Outcome({})

    operation = await works.submit("import")
    await runner(works, twice).run_once()
    assert (await works.row(operation)).state == "succeeded"
    assert await works.written() == [0]


async def test_a_worker_that_is_stopped_gives_its_operation_back_at_once(works: Any) -> None:
    begun = asyncio.Event()

    async def hang(context: OperationContext) -> Outcome:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    operation = await works.submit("import")
    async with running(runner(works, hang).run):
        await begun.wait()
    assert (await works.row(operation)).attempts == 0
    assert await runner(works, four_parts).run_once()
    assert (await works.row(operation)).state == "succeeded"


async def test_work_that_kills_its_workers_is_given_up(works: Any) -> None:
    operation = await works.submit("import")
    await works.change(f"UPDATE operations SET state = 'running', attempts = {MAX_ATTEMPTS}")
    await runner(works, four_parts).run_once()
    row = await works.row(operation)
    assert (row.state, [each["rule"] for each in row.errors]) == ("failed", ["gave_up"])
    assert await works.written() == []


async def test_many_workers_share_the_queue_without_doing_anything_twice(works: Any) -> None:
    done: list[Any] = []

    async def note(context: OperationContext) -> Outcome:
        done.append(context.id)
        return Outcome({})

    operations = [await works.submit("import") for _ in range(12)]
    async with running(*(runner(works, note).run for _ in range(4))):
        await eventually(lambda: len(done) >= 12)
    assert sorted(done) == sorted(operations)


async def test_kinds_without_a_handler_wait_for_their_worker(works: Any) -> None:
    await works.submit("export")
    assert not await runner(works, four_parts).run_once()


async def test_expired_work_is_deleted_with_its_file(works: Any) -> None:
    await works.submit("import", b"x")
    await works.change("UPDATE operations SET expires_at = clock_timestamp() - interval '1 second'")
    assert not await runner(works, four_parts).run_once()
    async with works.database.transaction(SYSTEM) as unit:
        assert await purge_operations(unit.connection) == 1
        await unit.commit()
    assert await works.scalar("SELECT count(*) FROM upload_chunks") == 0
