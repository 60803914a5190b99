"""Killing services with `kill -9` at random moments while clients work, and bringing them back."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

from random_changes import Client, Permits

from common.testing.stack import Stack


async def killed_while_working(
    stack: Stack, clients: Sequence[Client], changes: int, victims: Sequence[str], kills: int, chance: random.Random
) -> None:
    """Let the clients make so many changes, and kill every victim so many times meanwhile.

    The changes are given out in slices, one for each kill: it strikes after a random number of the slice was begun,
    and the rest of the slice is worked while the process is away. So every kill meets work, on any machine.
    """
    order = [victim for victim in victims for _ in range(kills)]
    chance.shuffle(order)
    permits = Permits()
    slice_size = changes // (len(order) + 1)
    async with asyncio.TaskGroup() as working:
        for client in clients:
            working.create_task(client.work(permits))
        for victim in order:
            await permits.release(slice_size)
            await permits.until_taken(permits.released - chance.randrange(slice_size // 2, slice_size))
            await stack.kill(victim)
            await stack.start(victim)
        await permits.release(changes - permits.released)
        await permits.close()
