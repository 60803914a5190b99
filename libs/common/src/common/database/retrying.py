"""Running an act again after the database undid it."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from common.database.failures import SerialisationConflict

ATTEMPTS = 5
"""Deadlocks resolve with the second attempt; more than five mean that locks are taken in different orders."""

Result = TypeVar("Result")


async def retrying(act: Callable[[], Awaitable[Result]], attempts: int = ATTEMPTS) -> Result:
    """Awaits `act()`, which opens its own unit of work, again after a deadlock or serialisation failure.

    Only these are repeated, because then nothing was stored. A lost connection is not: the commit may have happened.
    """
    for attempt in range(1, attempts):
        try:
            return await act()
        except SerialisationConflict:
            await asyncio.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - spreads contenders, no secret
    return await act()
