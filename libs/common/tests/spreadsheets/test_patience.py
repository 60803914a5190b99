"""How long a file may take: its own reader is waited for, and what is done with its rows is not counted."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from common.errors import Invalid
from common.spreadsheets import blocks_of, reading
from common.spreadsheets.reading import READ_TIMEOUT_SECONDS

pytestmark = pytest.mark.server


async def test_what_its_reader_takes_is_not_counted_against_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    async def whole() -> AsyncIterator[bytes]:
        yield b"a,b\n" * 2_000

    loop, seen, ahead = asyncio.get_running_loop(), 0, 0.0
    monkeypatch.setattr(loop, "time", lambda: time.monotonic() + ahead)
    async for _, rows in blocks_of("csv", whole()):
        seen += len(rows)
        ahead += READ_TIMEOUT_SECONDS
        # what is due by now is done
        await asyncio.sleep(0)
    assert seen == 2_000


async def test_a_file_that_does_not_go_on_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"a,b"
        await asyncio.Event().wait()

    monkeypatch.setattr(reading, "READ_TIMEOUT_SECONDS", 0.1)
    with pytest.raises(Invalid) as refused:
        await anext(blocks_of("csv", parts()))
    assert [each.rule for each in refused.value.problems] == ["file_too_slow"]
