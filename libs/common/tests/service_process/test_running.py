"""How a process ends: in order, in time, and visibly when a part of it died."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from common.service_process.running import SHUTDOWN_SECONDS
from testing.waiting import eventually

STARTED_WITHIN = 90.0
ENDED_WITHIN = SHUTDOWN_SECONDS + 4  # a busy machine lets the timer come late


@asynccontextmanager
async def process(kind: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = str(Path(__file__).with_name("example_process.py"))
    running = await asyncio.create_subprocess_exec(sys.executable, script, kind, str(port))
    try:
        yield running, f"http://127.0.0.1:{port}"
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()


async def answering(address: str) -> None:
    async def probe() -> bool:
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{address}/none")).status_code == 404
        except httpx.TransportError:
            return False

    await eventually(probe, within=STARTED_WITHIN)


async def ended(running: asyncio.subprocess.Process, within: float = ENDED_WITHIN) -> int:
    async with asyncio.timeout(within):
        return await running.wait()


async def test_a_request_in_hand_is_answered_before_the_end() -> None:
    async with process("work") as (running, address), httpx.AsyncClient(timeout=10) as client:
        await answering(address)
        async with client.stream("GET", f"{address}/slow") as answer:
            words = answer.aiter_text()
            assert await anext(words) == "begun "
            running.send_signal(signal.SIGTERM)
            assert await anext(words) == "done"
        assert await ended(running) == 0


async def test_a_request_without_end_does_not_hold_the_process() -> None:
    async with process("work") as (running, address), httpx.AsyncClient(timeout=20) as client:
        await answering(address)
        async with client.stream("GET", f"{address}/endless") as answer:
            assert await anext(answer.aiter_text()) == "begun "
            running.send_signal(signal.SIGINT)
            await ended(running)


async def test_a_part_that_ignores_its_cancellation_does_not_hold_the_process() -> None:
    async with process("deaf") as (running, address):
        await answering(address)
        running.send_signal(signal.SIGTERM)
        assert await ended(running) == 1


async def test_a_part_that_dies_ends_the_process_so_that_it_is_restarted() -> None:
    async with process("dies") as (running, _):
        assert await ended(running, STARTED_WITHIN) == 1
