"""Reading uploaded spreadsheets in a child process that cannot take the service down with it."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from common.codes.spelling import Cell
from common.spreadsheets.kinds import kind_of, unreadable

PATIENCE = 90.0
"""Seconds on the clock; the child's own limit of 60 seconds of processor time comes first, unless it hangs."""

_CHILD = Path(__file__).with_name("child.py")
_SHARED_TEXTS = 50_000

Row = tuple[int, list[Cell]]
"""Number as the spreadsheet program shows it, and the cells; rows without any content are left out."""

HeaderFinder = Callable[[Sequence[Sequence[Cell]]], object]
"""What an importer finds in the upper rows of a sheet: its header, or nothing (anything false)."""


@dataclass
class Sheet:
    """The sheet that was read. `numbers[i]` is the spreadsheet's number of `rows[i]`."""

    rows: list[list[Cell]] = field(default_factory=list, repr=False)
    numbers: list[int] = field(default_factory=list, repr=False)


async def read(content: bytes, filename: str, find_header: HeaderFinder | None = None) -> Sheet:
    """The whole sheet; raises Invalid with the rule that the file breaks.

    Of several visible sheets with data, the one in which the importer finds its header, else the first; two with the
    header are refused, or the rows of one would be lost without a word.
    """
    sheet = Sheet()
    async for portion in portions(content, filename, find_header):
        for number, cells in portion:
            sheet.numbers.append(number)
            sheet.rows.append(cells)
    return sheet


async def portions(content: bytes, filename: str, find_header: HeaderFinder | None = None) -> AsyncIterator[list[Row]]:
    """The same in portions of a few hundred rows, for who need not hold all of them."""
    texts: dict[str, str] = {}
    async with _child(kind_of(filename, content)) as child:
        feeding = asyncio.create_task(_tell(child, len(content).to_bytes(8) + content))
        try:
            while (frame := await _next_frame(child))[0] != "end":
                if frame[0] == "problem":
                    raise unreadable(frame[1])
                if frame[0] == "sheets":
                    await _tell(child, _chosen(frame[1], find_header).to_bytes(2))
                else:
                    yield [(number, _shared(cells, texts)) for number, cells in frame[1]]
        finally:
            feeding.cancel()
            await asyncio.wait({feeding})


def _chosen(sheets: Sequence[tuple[str, list[list[Cell]]]], find_header: HeaderFinder | None) -> int:
    """The place of the sheet with the header."""
    places = [place for place, (_, upper) in enumerate(sheets) if find_header and find_header(upper)]
    if len(places) > 1:
        raise unreadable("several_tables", [sheets[place][0] for place in places])
    return places[0] if places else 0


@asynccontextmanager
async def _child(kind: str) -> AsyncIterator[asyncio.subprocess.Process]:
    # it gets no address and no secret of ours
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QUXIANG_")}
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_CHILD),
        kind,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            yield child
    except TimeoutError:
        raise unreadable("file_too_slow") from None
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def _tell(child: asyncio.subprocess.Process, told: bytes) -> None:
    assert child.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(told)
        await child.stdin.drain()


async def _next_frame(child: asyncio.subprocess.Process) -> list[Any]:
    assert child.stdout is not None
    try:
        length = int.from_bytes(await child.stdout.readexactly(4))
        payload = await child.stdout.readexactly(length)
    except asyncio.IncompleteReadError:
        raise unreadable(_cause_of_death(await child.wait())) from None
    frame: list[Any] = json.loads(payload, object_hook=_day)
    return frame


def _cause_of_death(code: int) -> str:
    """Too much processor time, or too much memory: that ends in an abort or a kill, and cannot be caught inside."""
    if code == -signal.SIGXCPU:
        return "file_too_slow"
    return "file_too_large" if code < 0 else "file_corrupt"


def _day(value: dict[str, str]) -> date:
    return date.fromisoformat(value["day"])


def _shared(cells: list[Cell], texts: dict[str, str]) -> list[Cell]:
    """Equal texts as one object: most columns repeat a few, and a large file must fit into little memory."""
    if len(texts) > _SHARED_TEXTS:
        texts.clear()
    return [texts.setdefault(cell, cell) if type(cell) is str else cell for cell in cells]
