"""Long work in a process of its own: started by a worker when there is some, ended when there is none.

Both hold one end of a socket, the process as its standard input. It names each piece of work that has ended there, and
ends when the other end is closed, however the worker came to its end.
"""

import asyncio
import socket
import stat
import sys
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from os import fstat
from typing import Self

from common.database import Database
from common.errors import PermanentError, TransientError
from common.observability import Notice, exception_summary, logger
from common.operations import storage
from common.operations.runner import count_ended

COMMAND = "operations"
"""What `python -m <service>` is asked for."""

END_SECONDS = 2.0
"""In which the process gives back what it holds before it is killed: less than a worker has for its own end."""

FAILURES_SHOWN = 3
"""Bad ends in a row of which `/readyz` says so."""

_LOOK_SECONDS = 0.25
_DOUBLINGS = 5
"""Of the pause after each bad end: from half a second to eight."""

_STDIN = 0

_log = logger(__name__)


class OperationsProcess:
    """The worker's side: looks for work that can be taken, and has one process do it."""

    def __init__(self, service: str, database: Database, kinds: Collection[str]) -> None:
        self._service = service
        self._database = database
        self._kinds = tuple(kinds)
        self._failures = 0

    async def run(self) -> None:
        """Goes on until it is cancelled; then the process ends, too, within END_SECONDS."""
        while True:
            await self._until_there_is_work()
            failure = await self._run_process()
            if failure is None:
                self._failures = 0
                continue
            self._failures += 1
            _log.error("The process of long work has failed", failure=failure, times=self._failures)
            await asyncio.sleep(_LOOK_SECONDS * 2 ** min(self._failures, _DOUBLINGS))

    async def not_ready(self) -> str | None:
        """A notice while the process fails again and again; everything else of the worker goes on."""
        return Notice(f"failed {self._failures} times in a row") if self._failures >= FAILURES_SHOWN else None

    async def _until_there_is_work(self) -> None:
        while True:
            try:
                async with self._database.reading() as connection:
                    if await storage.is_any_claimable(connection, self._kinds):
                        return
            except TransientError as error:
                _log.warning("operations wait", **exception_summary(error))
            await asyncio.sleep(_LOOK_SECONDS)

    async def _run_process(self) -> str | None:
        """Why it failed, None at a good end."""
        try:
            code = await self._exit_code()
        except OSError as error:
            return type(error).__name__
        return f"ended with {code}" if code else None

    async def _exit_code(self) -> int:
        ours, its = socket.socketpair()
        reports, lifeline = await asyncio.open_connection(sock=ours)
        try:
            with its:
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", self._service, COMMAND, stdin=its.fileno()
                )
            async with _ended_with_us(process):
                async for line in reports:
                    self._count(line)
                return await process.wait()
        finally:
            lifeline.close()

    def _count(self, line: bytes) -> None:
        # without its end where the process was killed
        if line.endswith(b"\n"):
            kind, state = line.decode().split()
            count_ended(kind, state)
            self._failures = 0


@asynccontextmanager
async def _ended_with_us(process: asyncio.subprocess.Process) -> AsyncIterator[None]:
    """Ends the process if it runs at the end of the block; waits for it in any case, so that none is left over."""
    try:
        yield
    finally:
        try:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.terminate()
                with suppress(TimeoutError):
                    async with asyncio.timeout(END_SECONDS):
                        await process.wait()
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()


class NoWorker(PermanentError):
    """The process was not started by a worker, so nothing would end it."""

    code = "no_worker"

    def __init__(self) -> None:
        super().__init__()
        self.args = ("only a worker starts this command: standard input is not its socket",)


class Lifeline:
    """The process's side: standard input, which ties it to the worker that has started it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def take(cls) -> Self:
        """Takes standard input; raises NoWorker where it is no socket."""
        if not stat.S_ISSOCK(fstat(_STDIN).st_mode):
            raise NoWorker
        return cls(*await asyncio.open_connection(sock=socket.socket(fileno=_STDIN)))

    async def until_cut(self) -> None:
        """Waits for the end of the worker."""
        with suppress(ConnectionError):
            await self._reader.read()

    def ended(self, kind: str, state: str) -> None:
        """Names a piece of work that has ended, for the worker to count."""
        self._writer.write(f"{kind} {state}\n".encode())
