"""Striking services and servers at random moments while clients work."""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from campus import Campus
from permits import Permits

from testing.stack import SERVICES, Stack
from testing.waiting import eventually

Strike = Callable[[], Awaitable[None]]


class Client(Protocol):
    """Works as long as there are permits."""

    async def work(self, permits: Permits) -> None:
        """Makes one change for each permit."""


END_SECONDS = 10.0
LATEST = 0.03
_READY_WITHIN = 180.0


async def struck_while_working(
    clients: Sequence[Client], changes: int, strikes: Sequence[Strike], chance: random.Random
) -> None:
    """Let the clients make so many changes, and strike as often as told meanwhile.

    The changes are given out in slices, one for each strike: it falls after a random number of the slice was begun,
    and the rest of the slice is worked while something is away. So every strike meets work, on any machine.
    """
    permits = Permits()
    slice_size = changes // (len(strikes) + 1)
    async with asyncio.TaskGroup() as working:
        for client in clients:
            working.create_task(client.work(permits))
        for strike in strikes:
            await permits.release(slice_size)
            await permits.until_taken(permits.released - chance.randrange(slice_size // 2, slice_size))
            await asyncio.sleep(chance.uniform(0, LATEST))  # which moment of a write is struck, is left to chance
            await strike()
        await permits.release(changes - permits.released)
        await permits.close()


def kills(stack: Stack, victims: Sequence[str], times: int, chance: random.Random) -> list[Strike]:
    """Each victim killed with `kill -9` so many times, in any order, and started again."""
    order = [victim for victim in victims for _ in range(times)]
    chance.shuffle(order)
    return [_kill(stack, victim) for victim in order]


def terminations(stack: Stack, victims: Sequence[str]) -> list[Strike]:
    """Each victim told to end, which it must do in time and in order, and started again."""
    return [_terminate(stack, victim) for victim in victims]


def _kill(stack: Stack, victim: str) -> Strike:
    async def strike() -> None:
        await stack.kill(victim)
        await stack.start(victim)

    return strike


def _terminate(stack: Stack, victim: str) -> Strike:
    async def strike() -> None:
        child = stack.processes[victim]
        assert child.pid is not None
        os.kill(child.pid, signal.SIGTERM)
        async with asyncio.timeout(END_SECONDS):
            code = await child.exited()
        assert code == 0, f"{victim} ended with {code}"
        await stack.start(victim)

    return strike


async def until_ready(stack: Stack, campus: Campus) -> None:
    """Wait until every service says it is ready, with the processes that ran before."""

    async def is_ready() -> bool:
        answers = [await campus.http.get(f"{stack.url(service)}/readyz") for service in SERVICES]
        assert all(answer.status_code == 200 for answer in answers), [answer.text for answer in answers]
        return True

    await eventually(is_ready, within=_READY_WITHIN, every=0.2, describe="services that are ready")
    assert all(stack.processes[service].pid is not None for service in SERVICES)
