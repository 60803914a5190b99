"""Waiting for a foreign client without ever being held by it."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")

_abandoned: set[asyncio.Future[object]] = set()


class OutOfTimeError(Exception):
    """What was waited for did not come in time, or its client cancelled it."""


async def bounded(awaitable: Awaitable[T], seconds: float, what: str) -> T:
    """Waits at most so long. `asyncio.wait_for` is not enough: it waits again for a task that ignores its cancellation.

    A client that raises CancelledError by itself (aiokafka's `stop` does) counts as out of time, so that nobody takes
    it for the cancellation of the caller.
    """
    future = asyncio.ensure_future(awaitable)
    try:
        await asyncio.wait({future}, timeout=seconds)
    except asyncio.CancelledError:
        _abandon(future)
        raise
    if not future.done():
        _abandon(future)
        raise OutOfTimeError(what)
    if future.cancelled():
        raise OutOfTimeError(what)
    return future.result()


def _abandon(future: "asyncio.Future[T]") -> None:
    # the reference keeps the task from being collected half-way
    _abandoned.add(future)  # type: ignore[arg-type]
    future.add_done_callback(_forget)
    future.cancel()


def _forget(future: "asyncio.Future[T]") -> None:
    _abandoned.discard(future)
    if not future.cancelled():
        future.exception()
