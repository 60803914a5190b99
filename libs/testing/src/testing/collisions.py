"""Two acts on the same rows, made to meet statement by statement: they may wait for each other, never in a circle.

A meeting costs little: it reuses connections and rows, since nothing is committed, and ends with the first of its acts,
because no act waits in a circle with one that holds nothing any more.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field

from sqlalchemy import ClauseElement

from common.auth import SYSTEM
from common.database import Database, UnitOfWork
from common.errors import Busy, QuxiangError, Unavailable
from common.sql import Connection, Rows, Values

TIMES = 200 if os.environ.get("QUXIANG_SOAK") else 1
"""Meetings of two acts at least, in whole rounds: one of about twenty tries every head start in both directions."""

STEP_SECONDS = 0.005
"""How long an act waits for the other one's step; one that makes none by then waits for a lock, and is stuck."""

Act = Callable[[UnitOfWork], Awaitable[object]]


class _Undone(Exception):
    """Ends an act so that the next meeting finds the rows as they were."""


class NoCollision(AssertionError):
    """An act does not wait while the other one is under way: no order of their locks could make them deadlock."""


@dataclass
class _Meeting:
    """Two acts under way: how far the first one is, and the barrier at which both wait before each statement.

    The second act begins with the first statement of the first one, in the next meeting with its second, and so on.
    """

    head_start: int
    steps_of_first: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    barrier: asyncio.Barrier = field(default_factory=lambda: asyncio.Barrier(2))
    stuck: set[bool] = field(default_factory=set)
    ended: bool = False
    cut_short: bool = False

    async def step(self, first: bool) -> None:
        """Lets the other act come as far, unless it is stuck; ends this one where the other has ended."""
        if self.ended and not self.cut_short:
            # once: what the act does to end itself must pass
            self.cut_short = True
            raise _Undone
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

    A deadlock shows as SerialisationConflict: locks are waited for without a limit here. Raises NoCollision where
    one of the acts takes no lock that the other needs.
    """
    await _must_collide(database, first, second)
    await _must_collide(database, second, first)
    patient, meetings = database.patient, 0
    while meetings < times:
        for leading, following in ((first, second), (second, first)):
            head_start = 0
            while await _meet_once(patient, leading, following, head_start):
                head_start += 1
            meetings += head_start


async def meet_all(database: Database, acts: Mapping[str, Act], pairs: Sequence[tuple[str, str]]) -> None:
    """Lets pairs of acts meet on the same rows, one pair after the other; what is raised names its pair."""
    for first, second in pairs:
        try:
            await meet(database, acts[first], acts[second])
        except Exception as error:
            error.add_note(f"{first} and {second}")
            raise


async def _must_collide(database: Database, holding: Act, waiting: Act) -> None:
    """Raises NoCollision unless the second act waits for what the first one, still under way, has locked."""
    impatient = Database(database.pool, lock_timeout="1ms")
    async with database.transaction(SYSTEM) as unit:
        with suppress(QuxiangError):
            await holding(unit)
        try:
            await _undone(impatient, waiting)
        except Busy:
            return
    raise NoCollision(f"{waiting} does not wait for {holding}")


async def _meet_once(database: Database, leading: Act, following: Act, head_start: int) -> bool:
    """False where the first act has no statement as late as the head start, and so ended alone."""
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
    return meeting.steps_of_first > head_start


async def _undone(database: Database, act: Act) -> None:
    async def then_undone(unit: UnitOfWork) -> None:
        await act(UnitOfWork(_Paced(unit.connection.driver), unit.actor, unit.correlation_id))
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


class _Paced(Connection):
    """Lets acts that meet wait for each other before each of their statements."""

    async def execute(self, statement: ClauseElement, values: Values | None = None) -> Rows:
        await _step()
        return await super().execute(statement, values)

    async def execute_many(self, statement: ClauseElement, values: Sequence[Values]) -> None:
        await _step()
        await super().execute_many(statement, values)

    async def affected(self, statement: ClauseElement, values: Values | None = None) -> int:
        await _step()
        return await super().affected(statement, values)


async def _step() -> None:
    if (side := _side.get()) is not None:
        meeting, first = side
        await meeting.step(first)
