"""Waiting for something that happens elsewhere: with a deadline, never with a fixed sleep."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

Found = TypeVar("Found")


@overload
async def eventually(
    probe: Callable[[], Awaitable[Found]], *, within: float = ..., every: float = ..., describe: str = ...
) -> Found: ...


@overload
async def eventually(
    probe: Callable[[], Found], *, within: float = ..., every: float = ..., describe: str = ...
) -> Found: ...


async def eventually(
    probe: Callable[[], Any],
    *,
    within: float = 15.0,
    every: float = 0.02,
    describe: str = "the condition",
) -> Any:
    """Asks the probe again and again until it gives something true; after the deadline fails with its last answer.

    An AssertionError raised by the probe counts as "not yet" and is shown when the time is over.
    """
    deadline = time.monotonic() + within
    last: object = None
    while True:
        try:
            answer = probe()
            found = await answer if inspect.isawaitable(answer) else answer
            if found:
                return found
            last = found
        except AssertionError as failure:
            last = failure
        if time.monotonic() >= deadline:
            raise AssertionError(f"{describe} did not come within {within} s; last: {last!r}")
        await asyncio.sleep(every)
