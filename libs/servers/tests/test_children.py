"""What a child of the launcher is given of the launcher's surroundings, and how waiting for it ends."""

import asyncio
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI

from servers.child import Child, Program, inherited
from testing.http import serving
from testing.waiting import eventually

CLOSED = "127.0.0.1:9"
ASK = "import sys, httpx; httpx.get(sys.argv[1])"


async def exit_code(log: Path, *command: str) -> int:
    async def ready() -> bool:
        return True

    child = Child(Program("child", (sys.executable, *command), log, ready))
    await child.start()
    return await child.exited()


async def test_children_reach_each_other_past_the_proxies_of_the_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, f"http://{CLOSED}")
    for name in ("all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"socks5h://{CLOSED}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    async with serving(FastAPI()) as address:
        assert await exit_code(tmp_path / "log", "-c", ASK, address) == 0, (tmp_path / "log").read_text()


def test_a_proxy_for_what_lies_outside_stays() -> None:
    given = inherited({"https_proxy": "http://proxy:3128", "NO_PROXY": "intra.example", "LANG": "C"})
    assert given == {
        "https_proxy": "http://proxy:3128",
        "no_proxy": "intra.example,127.0.0.1,localhost",
        "NO_PROXY": "intra.example,127.0.0.1,localhost",
        "LANG": "C",
    }


@pytest.mark.parametrize("turns", range(8))
async def test_a_start_that_is_given_up_ends_even_while_the_probe_answers(tmp_path: Path, turns: int) -> None:
    async def ready() -> bool:
        await asyncio.sleep(0)
        raise ConnectionRefusedError

    async def probe_for_ever() -> None:
        child = Child(Program("child", (sys.executable,), tmp_path / "log", ready))
        while not await child.is_ready():
            pass

    probing = asyncio.create_task(probe_for_ever())
    for _ in range(turns):
        await asyncio.sleep(0)
    probing.cancel()
    try:
        await eventually(probing.done, within=5)
    finally:
        while not probing.done():
            probing.cancel()
            await asyncio.sleep(0)
