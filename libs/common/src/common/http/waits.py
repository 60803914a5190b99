"""Waits of all requests of a process for their changes: one poller asks the database for all of them.

A poller per request would cost as many connections as there are waiters; the pool would be theirs alone.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection

from common.contracts import ChangeToken
from common.http.refusals import TooManyWaiting

MAX_WAITING = 500
"""Requests that wait at a time: each keeps a socket and its buffers, and lengthens the question of all."""

FIRST_PAUSE, LONGEST_PAUSE = 0.004, 0.02
"""Seconds between two questions to the database: soon after a request has joined, then less often."""

GONE_EVERY = 0.5
"""Seconds between two looks whether the client is still there."""

Included = Callable[[Collection[ChangeToken]], Awaitable[Collection[ChangeToken]]]
Gone = Callable[[], Awaitable[bool]]


class Waits:
    """The requests of this process that wait until their changes are included.

    `included` gives those of the changes that are there; it raises only for what a request alone is to blame for, or
    for a database that does not answer.
    """

    def __init__(self, included: Included, limit: int = MAX_WAITING) -> None:
        self._included = included
        self._limit = limit
        self._waiting: dict[asyncio.Future[None], frozenset[ChangeToken]] = {}
        self._poller: asyncio.Task[None] | None = None
        self._pause = FIRST_PAUSE

    async def met(self, tokens: Collection[ChangeToken], seconds: float, gone: Gone) -> bool:
        """True as soon as all changes are included; False after so many seconds, or when the client has gone.

        Raises TooManyWaiting instead of waiting beyond the limit, and what the question to the database raises.
        """
        asked = frozenset(tokens)
        if asked <= set(await self._included(asked)):
            return True
        if seconds <= 0:
            return False
        if len(self._waiting) >= self._limit:
            raise TooManyWaiting
        included: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[included] = asked
        # most changes arrive within milliseconds of the request that waits for them
        self._pause = FIRST_PAUSE
        if self._poller is None:
            self._poller = asyncio.create_task(self._poll())
        try:
            return await _is_done(included, time.monotonic() + seconds, gone)
        finally:
            del self._waiting[included]

    async def _poll(self) -> None:
        """Wakes the requests whose changes are included, until none waits; a failed question is the answer to all."""
        try:
            while self._waiting:
                await asyncio.sleep(self._pause)
                self._pause = min(self._pause * 1.25, LONGEST_PAUSE)
                found = set(await self._included(frozenset().union(*self._waiting.values())))
                for included in [each for each, asked in self._waiting.items() if asked <= found and not each.done()]:
                    included.set_result(None)
        except Exception as error:
            for included in [each for each in self._waiting if not each.done()]:
                included.set_exception(error)
        finally:
            self._poller = None


async def _is_done(included: asyncio.Future[None], deadline: float, gone: Gone) -> bool:
    while (left := deadline - time.monotonic()) > 0:
        await asyncio.wait([included], timeout=min(left, GONE_EVERY))
        if included.done():
            included.result()
            return True
        if await gone():
            return False
    return False
