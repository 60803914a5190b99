"""Hard limits on waits for foreign clients."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")

_abandoned: set[asyncio.Future[object]] = set()


class OutOfTimeError(Exception):
    """The awaited result did not come in time, or its client cancelled it."""


async def wait_at_most(awaitable: Awaitable[T], seconds: float, what: str) -> T:
    """Awaits with a hard limit, even if the task ignores its cancellation: there `asyncio.wait_for` would wait again.

    A client that raises CancelledError by itself (aiokafka's `stop` does) raises OutOfTimeError here, so that it does
    not look like the cancellation of the caller.
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
    def forget(ended: "asyncio.Future[T]") -> None:
        _abandoned.discard(ended)
        if not ended.cancelled():
            ended.exception()

    # the reference keeps the task from being collected half-way
    _abandoned.add(future)  # type: ignore[arg-type]
    future.add_done_callback(forget)
    future.cancel()
