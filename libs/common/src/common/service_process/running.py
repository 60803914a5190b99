"""Running servers and background work together, and ending them in time.

Order of the end: stop accepting and drain HTTP, then relay, consumers and other work, then the pools.
"""

import asyncio
import fcntl
import gc
import os
import signal
import socket
import struct
import sys
import termios
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from common.observability import logger
from common.service_process.composition import Background

SHUTDOWN_SECONDS = 8.0
_DRAIN_SECONDS = 3
_BACKGROUND_SECONDS = 3.0
_KEEP_ALIVE_SECONDS = 75
"""Longer than clients and proxies keep an idle connection: else they send a request on one that is being closed."""

MAX_HEAD = 64 * 1024
"""Bytes of the address and the headers of a request; no client of ours needs a tenth."""

STALL_SECONDS = 15.0
"""In which a client must take something of an answer that waits for it."""

_log = logger(__name__)


class _Connection(HttpToolsProtocol):
    """A connection on which heads and answers have an end.

    The parser would keep headers, and trailers, of any length; a client that takes no more of its answer would keep it
    waiting for as long as it likes.
    """

    _without_progress = 0
    _stalling: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Reads what has come; refuses a request of which too much has come without an end of its head or a body."""
        self._without_progress += len(data)
        super().data_received(data)
        if self._without_progress > MAX_HEAD and not self.transport.is_closing():
            self.send_400_response(f"Address and headers may have at most {MAX_HEAD} bytes.")

    def on_headers_complete(self) -> None:
        """The head has ended; the parser calls it."""
        self._without_progress = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body has come; the parser calls it."""
        self._without_progress = 0
        super().on_body(body)

    def pause_writing(self) -> None:
        """The answer waits for the client."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """The client has taken enough."""
        self._unwatch()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing waits for the client any more."""
        self._unwatch()
        super().connection_lost(exc)

    def _watch(self) -> None:
        self._stalling = self.loop.call_later(STALL_SECONDS, self._look, self._not_taken())

    def _unwatch(self) -> None:
        if self._stalling is not None:
            self._stalling.cancel()
            self._stalling = None

    def _look(self, before: int) -> None:
        if self._not_taken() < before:
            self._watch()
        else:
            # at once, what the system has yet to send included
            self._socket().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()

    def _not_taken(self) -> int:
        """Bytes that the client has not confirmed: ours, and those that its system has not taken from this one."""
        sent = bytearray(struct.calcsize("i"))
        # who takes little at a time makes no room here for long
        with suppress(OSError):
            fcntl.ioctl(self._socket().fileno(), termios.TIOCOUTQ, sent)
        return self.transport.get_write_buffer_size() + int.from_bytes(sent, sys.byteorder)

    def _socket(self) -> socket.socket:
        found: socket.socket = self.transport.get_extra_info("socket")
        return found


class _Server(uvicorn.Server):
    """A server inside a process whose signals are handled elsewhere."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def http_server(app: ASGIApp, host: str, port: int) -> uvicorn.Server:
    """A server that gives open requests a few seconds at the end, no more."""
    return _Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=_Connection,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            timeout_graceful_shutdown=_DRAIN_SECONDS,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        )
    )


async def run_together(servers: Sequence[uvicorn.Server], background: Sequence[Background]) -> int:
    """Runs until SIGTERM or SIGINT, or until a part ends by itself; returns the exit code, 0 where the part may end."""
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    serving = {asyncio.create_task(server.serve(), name="http"): server for server in servers}
    working: dict[asyncio.Task[Any], Background] = {
        asyncio.create_task(part.run(), name=part.name): part for part in background
    }
    signalled = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([signalled, *serving, *working], return_when=asyncio.FIRST_COMPLETED)
    failed = [task for task in done - {signalled} if not (task in working and _has_done(task, working[task]))]
    for task in failed:
        error = None if task.cancelled() else task.exception()
        _log.error("Part of the process ended", part=task.get_name(), exc_info=error)
    _end_in_time()
    for server in serving.values():
        server.should_exit = True
    await _ended(list(serving), _DRAIN_SECONDS + 0.5)
    for task in working:
        task.cancel()
    await _ended(list(working), _BACKGROUND_SECONDS)
    _log.info("Stopped")
    return 1 if failed else 0


def _has_done(task: "asyncio.Task[Any]", part: Background) -> bool:
    """True of a part that has come to an end which it may have."""
    return part.may_end and not task.cancelled() and task.exception() is None


def _end_in_time() -> None:
    """Ends the process even if the event loop hangs, before the supervisor kills it after ten seconds."""

    def give_up() -> None:
        _log.error("Shutdown took too long")
        sys.stdout.flush()
        os._exit(1)

    timer = threading.Timer(SHUTDOWN_SECONDS, give_up)
    timer.daemon = True
    timer.start()


async def _ended(tasks: Sequence["asyncio.Task[None]"], seconds: float) -> None:
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=seconds)
        if late:
            _log.warning("Left behind", parts=sorted(task.get_name() for task in late))


def tune_garbage_collector() -> None:
    """Searches for cycles less often: a batch makes many small values that die young.

    By default each batch had the whole program searched, which took a third of the time per event.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
