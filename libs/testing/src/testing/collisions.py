"""Two acts on the same rows, made to meet statement by statement: they may wait for each other, never in a circle."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from sqlalchemy import event
from sqlalchemy.util import await_only

from common.auth import SYSTEM
from common.database import Database, UnitOfWork
from common.errors import QuxiangError, Unavailable

TIMES = 200 if os.environ.get("QUXIANG_SOAK") else 40
"""Meetings of two acts, each in the other direction than the one before; 32 try every head start in both."""

HEAD_STARTS = 16
"""The second act begins with the first statement of the first one, then with its second, …: acts have about as many."""

STEP_SECONDS = 0.003
"""How long an act waits for the other one's step; one that makes none by then waits for a lock, and is stuck."""

Act = Callable[[UnitOfWork], Awaitable[object]]


class _Undone(Exception):
    """Ends an act so that the next meeting finds the rows as they were."""


@dataclass
class _Meeting:
    """Two acts under way: how far the first one is, and the barrier at which both wait before each statement."""

    head_start: int
    steps_of_first: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    barrier: asyncio.Barrier = field(default_factory=lambda: asyncio.Barrier(2))
    stuck: set[bool] = field(default_factory=set)
    ended: bool = False

    async def step(self, first: bool) -> None:
        """Lets the other act come as far, unless it is stuck."""
        if first:
            self.steps_of_first += 1
        if self.steps_of_first > self.head_start:
            self.begun.set()
        self.stuck.discard(first)
        if not self.begun.is_set() or self.ended or (not first) in self.stuck:
            return
        try:
            async with asyncio.timeout(STEP_SECONDS):
                await self.barrier.wait()
        except TimeoutError:
            self.stuck.add(not first)


_side: ContextVar[tuple[_Meeting, bool] | None] = ContextVar("_side", default=None)


async def meet(database: Database, first: Act, second: Act, times: int = TIMES) -> None:
    """Runs both acts against each other, undoing them each time; raises what is no refusal.

    A deadlock shows as SerialisationConflict: locks are waited for without a limit here.
    """
    with _paced(database):
        for number in range(times):
            leading, following = (second, first) if number % 2 else (first, second)
            await _meet_once(database.patient, leading, following, number // 2 % HEAD_STARTS)


async def _meet_once(database: Database, leading: Act, following: Act, head_start: int) -> None:
    meeting = _Meeting(head_start)

    async def run(act: Act, first: bool) -> None:
        _side.set((meeting, first))
        if not first:
            await meeting.begun.wait()
        try:
            await _undone(database, act)
        finally:
            meeting.ended = True
            meeting.begun.set()

    for outcome in await asyncio.gather(run(leading, True), run(following, False), return_exceptions=True):
        if outcome is not None:
            raise outcome


async def _undone(database: Database, act: Act) -> None:
    async def then_undone(unit: UnitOfWork) -> None:
        await act(unit)
        raise _Undone

    try:
        await database.act(SYSTEM, then_undone)
    except _Undone:
        pass
    except Unavailable:
        raise
    except QuxiangError:
        # the other act has left a state that allows this one no longer
        pass


@contextmanager
def _paced(database: Database) -> Iterator[None]:
    """Lets acts that meet wait for each other before each of their statements."""

    def before(*_: object) -> None:
        if (side := _side.get()) is not None:
            meeting, first = side
            await_only(meeting.step(first))

    event.listen(database.engine.sync_engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", before)
