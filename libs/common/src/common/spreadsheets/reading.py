"""Reading uploaded spreadsheets in a child process that cannot take the service down with it."""

import asyncio
import json
import signal
import zlib
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date
from typing import Any

from common.codes.spelling import Cell
from common.files import unreadable
from common.limited.starting import limited_process
from common.sheet_reader.cells import SerialOf1904
from common.spreadsheets.cells import Month, Unclear

READ_TIMEOUT_SECONDS = 90.0
"""On the clock, for the next rows; the child's own limit of 60 seconds of processor time comes first, unless it hangs.

What the reader of the rows takes for them is not the file's fault, and not counted.
"""

NumberedRow = tuple[int, list[Cell]]
"""Number as the spreadsheet program shows it, and the cells; rows without any content are left out."""

Block = tuple[bytes, list[NumberedRow]]
"""Some rows, packed for `unpacked` and as they are: a reader who needs them again keeps the first only."""

UpperRows = tuple[str, Sequence[Sequence[Cell]]]
"""Name and upper rows of a sheet."""

SheetChooser = Callable[[Sequence[UpperRows]], Sequence[int]]
"""The places of the sheets that an importer could read: none has its header, one is it, of several none is certain."""


async def blocks_of(
    kind: str, parts: AsyncIterable[bytes], choose: SheetChooser | None = None, sheet: str | None = None
) -> AsyncGenerator[Block, None]:
    """The rows of a file in blocks of a few hundred; the file may come in parts of any size.

    The sheet of the given name is read; without a name, of several visible ones with data that which the importer
    chooses, else the first. Raises Invalid with the rule that the file breaks: a name that no sheet has, or two sheets
    with the header, or the rows of one would be lost unseen.
    """
    async with _child(kind, sheet) as child:
        feeding = asyncio.create_task(_feed(child, parts))
        try:
            while (frame := _opened(packed := await _next_frame(child, feeding)))[0] != "end":
                if frame[0] == "problem":
                    raise unreadable(frame[1], frame[2])
                if frame[0] == "sheets":
                    places = await asyncio.to_thread(choose, frame[1]) if choose else ()
                    if len(places) > 1:
                        raise unreadable("several_tables", [frame[1][place][0] for place in places])
                    await _write(child, (places[0] if places else 0).to_bytes(2))
                else:
                    yield packed, [(number, cells) for number, cells in frame[1]]
        finally:
            feeding.cancel()
            await asyncio.wait({feeding})


def unpacked(packed: bytes) -> list[NumberedRow]:
    """The rows of a packed block."""
    return [(number, cells) for number, cells in _opened(packed)[1]]


def _opened(packed: bytes) -> list[Any]:
    frame: list[Any] = json.loads(zlib.decompress(packed), object_hook=cell_of)
    return frame


def cell_of(sent: dict[str, Any]) -> Cell:
    """A cell that is neither text nor number, as `common.sheet_reader` sends it."""
    if "rule" in sent:
        return Unclear(sent["rule"], sent["shown"])
    if "from_1904" in sent:
        return SerialOf1904(sent["from_1904"])
    return Month.fromisoformat(sent["month"]) if "month" in sent else date.fromisoformat(sent["day"])


@asynccontextmanager
async def _child(kind: str, sheet: str | None) -> AsyncIterator[asyncio.subprocess.Process]:
    named = [] if sheet is None else [json.dumps(sheet)]
    async with limited_process("common.sheet_reader", kind, *named) as child:
        yield child


async def _feed(child: asyncio.subprocess.Process, parts: AsyncIterable[bytes]) -> None:
    """Sends the file; a part that cannot be had ends the child, which would wait for it."""
    try:
        async for part in parts:
            await _write(child, len(part).to_bytes(4))
            await _write(child, part)
        await _write(child, bytes(4))
    except Exception:
        child.kill()
        raise


async def _write(child: asyncio.subprocess.Process, content: bytes) -> None:
    assert child.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(content)
        await child.stdin.drain()


async def _next_frame(child: asyncio.subprocess.Process, feeding: asyncio.Task[None]) -> bytes:
    assert child.stdout is not None
    try:
        async with asyncio.timeout(READ_TIMEOUT_SECONDS):
            length = int.from_bytes(await child.stdout.readexactly(4))
            return await child.stdout.readexactly(length)
    except TimeoutError:
        raise unreadable("file_too_slow") from None
    except asyncio.IncompleteReadError:
        code = await child.wait()
        if feeding.done():
            feeding.result()
        raise unreadable(_cause_of_death(code)) from None


def _cause_of_death(code: int) -> str:
    """Too much processor time, or too much memory: that ends in an abort or a kill, and cannot be caught inside."""
    if code == -signal.SIGXCPU:
        return "file_too_slow"
    return "file_too_large" if code < 0 else "file_corrupt"
