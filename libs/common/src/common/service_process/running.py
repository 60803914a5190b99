"""Running servers and background work together, and ending them in time.

Order of the end: stop accepting and drain HTTP, then relay, consumers and other work, then the pools.
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from common.bounded import OutOfTimeError, wait_at_most
from common.observability import logger
from common.service_process.composition import Background

SHUTDOWN_SECONDS = 8.0
_DRAIN_SECONDS = 3
_BACKGROUND_SECONDS = 3.0
_CLOSE_SECONDS = 1.0

_log = logger(__name__)


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
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            timeout_graceful_shutdown=_DRAIN_SECONDS,
        )
    )


async def run_together(
    servers: Sequence[uvicorn.Server], background: Sequence[Background], closing: Sequence[Awaitable[None]] = ()
) -> int:
    """Runs until SIGTERM or SIGINT, or until a part ends by itself; returns the exit code."""
    stop = _stop_on_signals()
    serving = {asyncio.create_task(server.serve(), name="http"): server for server in servers}
    working = [asyncio.create_task(_started(each), name=each.name) for each in background]
    signalled = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([signalled, *serving, *working], return_when=asyncio.FIRST_COMPLETED)
    failed = [task for task in done if task is not signalled]
    for task in failed:
        error = None if task.cancelled() else task.exception()
        _log.error("Part of the process ended", part=task.get_name(), exc_info=error)
    _end_in_time()
    await _drain(serving)
    await _cancel(working)
    for close in closing:
        await _in_time(close, _CLOSE_SECONDS, "closing")
    _log.info("Stopped")
    return 1 if failed else 0


async def _started(background: Background) -> None:
    await background.run()


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    return stop


def _end_in_time() -> None:
    """Whatever hangs, even the event loop: the supervisor's patience ends after ten seconds."""
    timer = threading.Timer(SHUTDOWN_SECONDS, _give_up)
    timer.daemon = True
    timer.start()


def _give_up() -> None:
    _log.error("Shutdown took too long")
    sys.stdout.flush()
    os._exit(1)


async def _drain(serving: dict["asyncio.Task[None]", uvicorn.Server]) -> None:
    for server in serving.values():
        server.should_exit = True
    await _ended(list(serving), _DRAIN_SECONDS + 0.5)


async def _cancel(working: Sequence["asyncio.Task[None]"]) -> None:
    for task in working:
        task.cancel()
    await _ended(working, _BACKGROUND_SECONDS)


async def _ended(tasks: Sequence["asyncio.Task[None]"], seconds: float) -> None:
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=seconds)
        if late:
            _log.warning("Left behind", parts=sorted(task.get_name() for task in late))


async def _in_time(act: Awaitable[None], seconds: float, what: str) -> None:
    try:
        await wait_at_most(act, seconds, what)
    except (OutOfTimeError, OSError) as error:
        _log.warning("Not closed cleanly", error=type(error).__name__)
