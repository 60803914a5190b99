"""Periodic work in one way: `every(seconds, act)` is a value, and a worker runs all such values as one timetable.

Any number of workers may run the same timetable. A lock per act, held from round to round, lets one of them work and
the others stand by: it saves work and guards nothing. Truth is guarded by unique keys, so an act must give one result
even if two workers run it at once. What is due stands as a row with a due time in its own area's table; an act takes
the rows that are due by `common.clock.NOW_SQL`, commits them in batches, and finds the others in a later round.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg

from common import clock
from common.bounded import wait_at_most
from common.database import Database
from common.database.dedicated import LOST, dedicated_connection
from common.observability import correlated, counter, exception_summary, gauge, logger

JITTER = 0.1
"""Each pause is longer or shorter by up to this share, so that workers started together do not stay in step."""

FIRST_WITHIN_SECONDS = 5.0
"""A new process runs every act for the first time within them."""

LIMIT_SECONDS = 600.0
"""An act that takes longer is cancelled: it would keep the lock, and the other workers idle."""

RETRY_SECONDS = 60.0
"""At the latest after these a failed act is tried again, and a lock that another worker has is asked for again."""

GRACE_SECONDS = 120.0
"""An act whose last success lies further back than its period and these makes the worker not ready."""

_RECONNECT_SECONDS = 1.0
_LOCK = "SELECT pg_try_advisory_lock(hashtext('quxiang periodic'), hashtext($1))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtext('quxiang periodic'), hashtext($1))"

_log = logger(__name__)
_last_success = gauge("periodic_last_success_seconds", "When an act last succeeded, in seconds since 1970", ("act",))
_rounds = counter("periodic_rounds", "Rounds of an act by end", ("act", "end"))

Act = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Periodic:
    """An act and its period in seconds. `name` is that of its lock, its metric and its line in the logs."""

    name: str
    seconds: float
    act: Act


def every(seconds: float, act: Act, *, name: str | None = None) -> Periodic:
    """The act as periodic work, named after its function unless a name is given; `partial` binds what it needs."""
    if seconds <= 0:
        raise ValueError("a period is longer than nothing")
    function: Any = act.func if isinstance(act, partial) else act
    return Periodic(name or function.__name__, seconds, act)


class Timetable:
    """Runs the periodic work of one worker, with one connection for all its locks."""

    def __init__(self, database: Database, work: Sequence[Periodic]) -> None:
        if len({each.name for each in work}) < len(work):
            raise ValueError("two acts of one name would share a lock")
        self._pool = database.pool
        self._entries = [_Entry(each) for each in work]

    async def run(self) -> None:
        """Works until cancelled; a lost connection ends the acts that hold a lock on it, and another is opened."""
        while True:
            try:
                async with dedicated_connection(self._pool, "periodic work") as connection:
                    await self._work(_Locks(connection))
            except* LOST as lost:
                _log.warning("Periodic work lost its connection", error=type(lost.exceptions[0]).__name__)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def not_ready(self) -> str | None:
        """Names the acts that this worker should do and that have not succeeded for too long; None without any."""
        late = [entry.work.name for entry in self._entries if entry.is_late()]
        return f"no success for too long: {', '.join(late)}" if late else None

    async def _work(self, locks: "_Locks") -> None:
        async with asyncio.TaskGroup() as group:
            for entry in self._entries:
                group.create_task(entry.run(locks))


class _Locks:
    """Advisory locks of one session; their statements take turns on its connection."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()
        self._held: set[str] = set()

    async def hold(self, name: str) -> bool:
        """Takes the lock unless it is held already; False while another worker has it."""
        async with self._turn:
            if name in self._held and not self._connection.is_closed():
                return True
            if await self._connection.fetchval(_LOCK, name):
                self._held.add(name)
            return name in self._held

    async def release(self, name: str) -> None:
        """Gives another worker the chance."""
        async with self._turn:
            self._held.discard(name)
            await self._connection.execute(_UNLOCK, name)


class _Entry:
    """One act of the timetable and when it last succeeded, or was another worker's."""

    def __init__(self, work: Periodic) -> None:
        self.work = work
        self._well_at = time.monotonic()

    def is_late(self) -> bool:
        return time.monotonic() - self._well_at > self.work.seconds + GRACE_SECONDS

    async def run(self, locks: _Locks) -> None:
        await asyncio.sleep(min(self.work.seconds, FIRST_WITHIN_SECONDS) * random.random())  # noqa: S311 - no secret
        while True:
            pause = min(self.work.seconds, RETRY_SECONDS)
            if not await locks.hold(self.work.name):
                self._well_at = time.monotonic()
            elif await self._succeeds():
                pause = self.work.seconds
            else:
                # the fault may be this worker's own
                await locks.release(self.work.name)
            await asyncio.sleep(pause * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311

    async def _succeeds(self) -> bool:
        name = self.work.name
        with correlated():
            try:
                await wait_at_most(self.work.act(), LIMIT_SECONDS, name)
            except Exception as error:
                _log.warning("Periodic work failed", act=name, **exception_summary(error))
                _rounds.labels(name, "failed").inc()
                return False
        self._well_at = time.monotonic()
        _last_success.labels(name).set(clock.now().timestamp())
        _rounds.labels(name, "succeeded").inc()
        return True
