"""What many ask for at the same moment is done together: one transaction for hundreds of requests.

`together` is given what has gathered, and says of each what came of it; until then no caller hears anything.
"""

import asyncio
import contextvars
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Generic, Literal, TypeVar

from common.errors import Message, Unavailable

AT_MOST = 500
"""Requests of one group."""

WITHIN_SECONDS = 0.020
"""So long the first of a group waits for others, while anything else is being done."""

ALONE_AT_ONCE = 8
"""Requests that are done by themselves side by side: each takes a connection from all others."""

WAITING = 2_000
"""Requests that wait or are being done, unless a setting says otherwise; beyond them none is taken."""

Asked = TypeVar("Asked")
Done = TypeVar("Done")


class Alone(Enum):
    """Said of a request that cannot be done with the others: it is done by itself."""

    ALONE = "alone"


ALONE: Literal[Alone.ALONE] = Alone.ALONE


class Overloaded(Unavailable):
    """More requests wait than this process takes: nothing is stored."""

    code = "overloaded"
    title = Message("当前提交人数过多，请稍后重试", "Too many submit at this moment; try again in a second")

    def __init__(self) -> None:
        super().__init__(retry_after=1.0)


@dataclass
class _Waiting(Generic[Asked, Done]):
    """A request, the context in which it came, and what its caller waits for."""

    asked: Asked
    context: contextvars.Context
    since: float
    done: "asyncio.Future[Done]"

    def hear(self, outcome: Done | Exception) -> None:
        """Tells the caller, even if none is listening any more."""
        if isinstance(outcome, Exception):
            self.done.set_exception(outcome)
            # one that is not awaited is no error of the loop
            self.done.exception()
        else:
            self.done.set_result(outcome)


class Grouping(Generic[Asked, Done]):
    """Gathers requests of one process and has them done, a group at a time.

    `together` gives for each of its requests what came of it, an exception to be raised, or `ALONE`: `alone` does that
    one beside the next group. A group that raises is done in halves, unless its outcome is unknown.
    """

    def __init__(
        self,
        together: Callable[[Sequence[Asked]], Awaitable[Sequence[Done | Exception | Alone]]],
        alone: Callable[[Asked], Awaitable[Done]],
        *,
        is_lost: Callable[[Exception], bool],
        waiting: int = WAITING,
    ) -> None:
        self._do_together, self._do_alone, self._is_lost, self._at_most_waiting = together, alone, is_lost, waiting
        self._gathered: deque[_Waiting[Asked, Done]] = deque()
        self._full = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._alone: set[asyncio.Task[None]] = set()
        self._places_alone = asyncio.Semaphore(ALONE_AT_ONCE)
        self._under_way = 0
        self._ended_at = -WITHIN_SECONDS

    async def do(self, asked: Asked) -> Done:
        """What came of a request, which is done even if its caller gives up; raises Overloaded, and what refused it."""
        if self._under_way >= self._at_most_waiting:
            raise Overloaded
        future: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._under_way += 1
        future.add_done_callback(self._ended)
        self._gathered.append(_Waiting(asked, contextvars.copy_context(), time.monotonic(), future))
        if len(self._gathered) >= AT_MOST:
            self._full.set()
        if self._running is None or self._running.done():
            # in a context of its own: what is logged of a group is no caller's
            self._running = asyncio.get_running_loop().create_task(self._run(), context=contextvars.Context())
        return await asyncio.shield(future)

    async def drained(self) -> None:
        """Waits until everything that was asked is done."""
        while (self._running is not None and not self._running.done()) or self._alone:
            await asyncio.wait([each for each in (self._running, *self._alone) if each is not None])

    async def _run(self) -> None:
        while self._gathered:
            await self._gather()
            count = min(AT_MOST, len(self._gathered))
            await self._do([self._gathered.popleft() for _ in range(count)])

    async def _gather(self) -> None:
        """Waits for others, unless nothing was done of late: then the first one need not wait."""
        now = time.monotonic()
        if not self._alone and now - self._ended_at >= WITHIN_SECONDS:
            return
        left = self._gathered[0].since + WITHIN_SECONDS - now
        self._full.clear()
        if left > 0 and len(self._gathered) < AT_MOST:
            try:
                async with asyncio.timeout(left):
                    await self._full.wait()
            except TimeoutError:
                return

    async def _do(self, group: Sequence[_Waiting[Asked, Done]]) -> None:
        if len(group) == 1:
            self._start_alone(group[0])
            return
        try:
            outcomes = await self._do_together([each.asked for each in group])
        except Exception as error:
            if self._is_lost(error):
                for each in group:
                    each.hear(error)
                return
            half = len(group) // 2
            await self._do(group[:half])
            await self._do(group[half:])
            return
        for each, outcome in zip(group, outcomes, strict=True):
            if isinstance(outcome, Alone):
                self._start_alone(each)
            else:
                each.hear(outcome)

    def _start_alone(self, each: _Waiting[Asked, Done]) -> None:
        task = asyncio.get_running_loop().create_task(self._by_itself(each), context=each.context)
        self._alone.add(task)
        task.add_done_callback(self._alone.discard)

    async def _by_itself(self, each: _Waiting[Asked, Done]) -> None:
        async with self._places_alone:
            try:
                each.hear(await self._do_alone(each.asked))
            except Exception as error:
                each.hear(error)

    def _ended(self, _future: "asyncio.Future[Done]") -> None:
        self._under_way -= 1
        self._ended_at = time.monotonic()
