"""One limited process, asked about one thing after the other: `AskedProcess` here, `answer_all` at the other end.

What is sent goes after four bytes of its length; so does each part of the answer, of which the first byte says how many
there are.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from common.limited.limits import ADDRESSES, limit_myself, limit_time
from common.limited.starting import limited_process

Answer = Callable[[bytes], Sequence[bytes]]
"""What the process makes of one thing."""


class ProcessEnded(Exception):
    """What was sent has ended the process, or took longer than it may; `cause` is the kind of error that was met."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class AskedProcess:
    """`python -m module`, started with the first thing that is sent, and anew after one that has ended it.

    `seconds` on the clock are for one thing; a limit of processor time comes first, unless the process hangs.
    """

    def __init__(self, module: str, *arguments: str, seconds: float) -> None:
        self._command = (module, *arguments)
        self._seconds = seconds
        self._running = AsyncExitStack()
        self._child: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Of the process, while one runs."""
        return None if self._child is None else self._child.pid

    async def ask(self, content: bytes) -> list[bytes]:
        """The parts of the answer; raises ProcessEnded."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._answered(content)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError) as error:
            await self.end()
            raise ProcessEnded(type(error).__name__) from None

    async def end(self) -> None:
        """Ends the process, if one runs."""
        self._child = None
        await self._running.aclose()

    async def _answered(self, content: bytes) -> list[bytes]:
        if self._child is None:
            self._child = await self._running.enter_async_context(limited_process(*self._command))
        sending, answer = self._child.stdin, self._child.stdout
        assert sending is not None
        assert answer is not None
        sending.write(len(content).to_bytes(4) + content)
        await sending.drain()
        count = (await answer.readexactly(1))[0]
        return [await answer.readexactly(int.from_bytes(await answer.readexactly(4))) for _ in range(count)]


def answer_all(memory: int, cpu_seconds: int, load: Callable[[], Answer], *, of: str = ADDRESSES) -> None:
    """The other end: limits this process, loads what answers, and answers until nothing more is sent.

    Bytes of memory for all of it, counted by addresses or data, seconds of processor time for each thing.
    """
    limit_myself(memory, cpu_seconds, of)
    answer = load()
    read, write = sys.stdin.buffer.read, sys.stdout.buffer.write
    while length := int.from_bytes(read(4)):
        limit_time(cpu_seconds)
        parts = answer(read(length))
        write(bytes([len(parts)]))
        for part in parts:
            write(len(part).to_bytes(4) + part)
        sys.stdout.buffer.flush()
