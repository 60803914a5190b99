"""The file that long work makes: whole or not at all, encrypted, for who asked for it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from common.operations import ChunkAlreadyDone, OperationContext, OperationRunner, Outcome
from common.operations.files import PART, file_of
from common.service_process import running
from common.service_process.running import http_server
from testing.http import running_app
from testing.waiting import eventually

CONTENT = b"canary" * PART + b"end"


def bearer(works: Any, subject: str = "officer", role: str = "school_officer", **scope: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {works.mint.token(role, subject=subject, **{'school': '90001', **scope})}"}


async def pieces(*given: bytes) -> AsyncIterator[bytes]:
    for each in given:
        yield each


async def make(context: OperationContext) -> Outcome:
    file = await context.write_file("made.csv", "text/csv", pieces(CONTENT[:7], b"", CONTENT[7:]))
    return Outcome({"rows": 1, **file_of(context.id)}, file=file)


def runner(works: Any, handler: Any = make, **options: Any) -> OperationRunner:
    return OperationRunner(works.database.patient, {"export": handler}, cipher=works.cipher, **options)


@pytest.fixture
async def client(works: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with running_app(works.app()) as served:
        yield served


async def test_who_asked_for_the_work_gets_its_file(works: Any, client: httpx.AsyncClient) -> None:
    operation = await works.submit("export")
    place = f"/v1/operations/{operation}/file"
    assert (await client.get(place, headers=bearer(works))).status_code == 404
    await runner(works).run_once()
    shown = (await client.get(f"/v1/operations/{operation}", headers=bearer(works))).json()
    assert shown["result"] == {"rows": 1, "file": place}
    answered = await client.get(place, headers=bearer(works))
    assert (answered.status_code, answered.content) == (200, CONTENT)
    assert answered.headers["content-length"] == str(len(CONTENT))
    assert (answered.headers["content-type"], answered.headers["content-disposition"]) == (
        "text/csv; charset=utf-8",
        'attachment; filename="made.csv"',
    )
    assert await works.scalar("SELECT count(*) FROM audit_entries WHERE action = 'operation_file.read'") == 1
    head = await client.head(place, headers=bearer(works))
    assert (head.headers["content-length"], head.content) == (str(len(CONTENT)), b"")
    # another officer of the school sees the work, and not what it made; others see neither
    assert (await client.get(place, headers=bearer(works, "other"))).status_code == 403
    assert (await client.get(place, headers=bearer(works, "root", "admin"))).status_code == 403
    assert (await client.get(place, headers=bearer(works, "far", school="90002"))).status_code == 404


async def test_the_file_is_stored_in_parts_that_say_nothing(works: Any) -> None:
    await works.submit("export")
    await runner(works).run_once()
    stored = "SELECT count(*) FROM operation_file_parts"
    assert await works.scalar(stored) == -(-len(CONTENT) // PART)
    assert await works.scalar(f"{stored} WHERE position('canary'::bytea IN sealed) > 0") == 0
    await works.change("UPDATE operations SET expires_at = quxiang_now() - interval '1 day'")
    await works.change("DELETE FROM operations")
    assert await works.scalar(stored) == 0


async def test_a_client_that_stalls_holds_nothing_of_the_database_and_is_cut(
    works: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "STALL_SECONDS", 0.5)

    async def make_much(context: OperationContext) -> Outcome:
        much = context.write_file("made.csv", "text/csv", pieces(*[CONTENT] * 16))
        return Outcome(file_of(context.id), file=await much)

    operation = await works.submit("export")
    await runner(works, make_much).run_once()
    server = http_server(works.app(), "127.0.0.1", 0)
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started, describe="uvicorn")
    request = f"GET /v1/operations/{operation}/file HTTP/1.1\r\nHost: x\r\n"
    request += "".join(f"{name}: {value}\r\n" for name, value in bearer(works).items()) + "\r\n"
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", server.servers[0].sockets[0].getsockname()[1]))
        client.sendall(request.encode())
        open_ones: set[Any] = server.server_state.connections
        await eventually(lambda: any(each.flow.write_paused for each in open_ones), describe="a client that stalls")
        held = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL"
        assert await works.scalar(f"{held} AND pid <> pg_backend_pid()") == 0
        await eventually(lambda: not open_ones, within=30, describe="the end of the connection")
    server.should_exit = True
    await serving


async def test_a_file_that_the_result_does_not_name_has_no_route(works: Any, client: httpx.AsyncClient) -> None:
    async def make_unnamed(context: OperationContext) -> Outcome:
        return Outcome({}, file=await context.write_file("made.csv", "text/csv", pieces(CONTENT)))

    operation = await works.submit("export")
    await runner(works, make_unnamed).run_once()
    assert (await client.get(f"/v1/operations/{operation}/file", headers=bearer(works))).status_code == 404


async def test_cancelled_work_leaves_no_file(works: Any) -> None:
    async def cancelled_at_its_end(context: OperationContext) -> Outcome:
        outcome = await make(context)
        await works.change("UPDATE operations SET cancel_requested_at = quxiang_now()")
        return outcome

    row = await works.row(await cancelled(works, cancelled_at_its_end))
    assert (row.state, row.result, row.file) == ("cancelled", {"rows": 1}, None)
    assert await works.scalar("SELECT count(*) FROM operation_file_parts") == 0


async def cancelled(works: Any, handler: Any) -> Any:
    operation = await works.submit("export")
    await runner(works, handler).run_once()
    return operation


async def test_half_a_file_of_a_worker_that_lost_its_hold_is_never_answered(works: Any) -> None:
    """Another worker takes the operation while a part is being made; the first one stops, and leaves nothing behind."""
    operation, lost, ended = await works.submit("export"), asyncio.Event(), asyncio.Event()

    async def half() -> AsyncIterator[bytes]:
        yield CONTENT
        lost.set()
        await ended.wait()
        yield CONTENT

    async def slow(context: OperationContext) -> Outcome:
        with pytest.raises(ChunkAlreadyDone):
            await context.write_file("half.csv", "text/csv", half())
        raise ChunkAlreadyDone

    first = asyncio.create_task(runner(works, slow).run_once())
    await lost.wait()
    await works.change("UPDATE operations SET lease_until = quxiang_now() - interval '1 minute'")
    await runner(works).run_once()
    ended.set()
    await first
    row = await works.row(operation)
    assert (row.state, row.file["name"], row.file["size"]) == ("succeeded", "made.csv", len(CONTENT))
    assert await works.scalar("SELECT count(*) FROM operation_file_parts") == row.file["parts"]
