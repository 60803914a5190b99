"""Acts that begin at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

Begun = Callable[[], Awaitable[Any]]


async def at_once(*acts: Begun) -> list[Any]:
    """What came of acts that begin at the same moment, what they raised included."""
    barrier = asyncio.Barrier(len(acts))

    async def run(act: Begun) -> Any:
        await barrier.wait()
        return await act()

    return await asyncio.gather(*map(run, acts), return_exceptions=True)
