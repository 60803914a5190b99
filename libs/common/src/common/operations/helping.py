"""A second process that does parts of long work beside the first, which has forked it before either had begun anything.

Both hold one end of a socket. The helper hears of a piece of work once; then it is given parts of it, one at a
time, and answers each when it is committed. It ends when the socket is closed, however the first process came to its
end.
"""

import asyncio
import os
import pickle
import signal
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

from common.observability import exception_summary, logger
from common.operations.storage import Claimed

_JOB_BYTES = 4

_log = logger(__name__)


def forked(run: Callable[[socket.socket], None]) -> socket.socket:
    """Forks a process that runs with one end of a socket; gives the other end. No thread or event loop may run yet."""
    ours, its = socket.socketpair()
    if os.fork():
        its.close()
        return ours
    code = 1
    try:
        ours.close()
        # not the helper's: the first process ends in good order, and the helper after it
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # a worker waits until no process holds the other end of this
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        run(its)
        code = 0
    finally:
        # nothing of what the first process has left to do at its exit
        os._exit(code)


class Helper:
    """The first process's side. One piece of work at a time takes its help."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._turn = asyncio.Lock()
        self._job = 0
        self._is_gone = False

    @classmethod
    async def over(cls, sock: socket.socket) -> Self:
        """The helper at the other end of a socket."""
        return cls(*await asyncio.open_connection(sock=sock))

    def close(self) -> None:
        """Ends the helper."""
        self._writer.close()

    @asynccontextmanager
    async def hired(self, work: Claimed, about: object) -> "AsyncIterator[Hired | None]":
        """Its help with a piece of work; None while it helps with another one, or is gone."""
        if self._turn.locked() or self._is_gone:
            yield None
            return
        async with self._turn:
            self._job += 1
            self._tell(work, about)
            try:
                yield Hired(self, self._job)
            finally:
                self._tell()

    async def part(self, job: int, number: int, content: object) -> bool:
        """Gives a part to do; True once it is committed, False where that is not known."""
        self._tell(number, content)
        with suppress(asyncio.IncompleteReadError, OSError):
            while True:
                answer = await self._reader.readexactly(_JOB_BYTES + 1)
                # an earlier job may have ended before its last answer came
                if int.from_bytes(answer[:_JOB_BYTES]) == job:
                    return bool(answer[_JOB_BYTES])
        self._is_gone = True
        return False

    def _tell(self, *message: object) -> None:
        content = pickle.dumps((self._job, *message))
        self._writer.write(len(content).to_bytes(4) + content)


class Hired:
    """The help with one piece of work."""

    def __init__(self, helper: Helper, job: int) -> None:
        self._helper = helper
        self._job = job

    async def part(self, number: int, content: object) -> bool:
        """Gives a part to do; True once it is committed. Else it may be done, or not, or be under way for a moment."""
        return await self._helper.part(self._job, number, content)


class Assigned:
    """The helper's side of one piece of work: what it knows about it, and the parts that it is given."""

    def __init__(self, job: int, about: Any, told: "asyncio.Queue[Any]", writer: asyncio.StreamWriter) -> None:
        self.about = about
        self._job = job
        self._told = told
        self._writer = writer
        self._is_open = self._has_ended = False

    async def parts(self) -> AsyncGenerator[tuple[int, Any], None]:
        """Number and content of each part, until there is no more."""
        while not self._has_ended:
            if part := (await self._told.get())[1:]:
                self._is_open = True
                yield part
            else:
                self._has_ended = True

    def answer(self, *, is_done: bool) -> None:
        """Answers the part that was given last."""
        self._is_open = False
        self._writer.write(self._job.to_bytes(_JOB_BYTES) + bytes([is_done]))

    async def refuse_rest(self) -> None:
        """Answers the part that was not done, and any other one."""
        if self._is_open:
            self.answer(is_done=False)
        async for _ in self.parts():
            self.answer(is_done=False)


Help = Callable[[Claimed, Assigned], Awaitable[object]]


async def help_out(sock: socket.socket, work: Help) -> None:
    """Does what comes until the other end is closed; what it cannot do, the first process does itself."""
    reader, writer = await asyncio.open_connection(sock=sock)
    told: asyncio.Queue[Any] = asyncio.Queue()
    listening = asyncio.create_task(_listen(reader, told))
    working = asyncio.create_task(_work(told, writer, work))
    try:
        await asyncio.wait({listening, working}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (listening, working):
            task.cancel()
        await asyncio.wait({listening, working})
        writer.close()


async def _listen(reader: asyncio.StreamReader, told: "asyncio.Queue[Any]") -> None:
    with suppress(asyncio.IncompleteReadError, OSError):
        while True:
            content = await reader.readexactly(int.from_bytes(await reader.readexactly(4)))
            told.put_nowait(pickle.loads(content))  # noqa: S301 - of the process that has forked this one


async def _work(told: "asyncio.Queue[Any]", writer: asyncio.StreamWriter, work: Help) -> None:
    while True:
        job, claimed, about = await told.get()
        assigned = Assigned(job, about, told, writer)
        try:
            await work(claimed, assigned)
        except Exception as error:
            _log.warning("The helper leaves work to the first process", **exception_summary(error))
        await assigned.refuse_rest()
