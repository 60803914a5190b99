"""How much clients may do: handed out in slices, so that what happens between them meets work."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Permits:
    """How many writes the clients may still attempt; shared by all, handed out in slices by the kill schedule."""

    released: int = 0
    taken: int = 0
    closed: bool = False
    _moved: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def release(self, number: int) -> None:
        """Allow more writes."""
        async with self._moved:
            self.released += number
            self._moved.notify_all()

    async def close(self) -> None:
        """End the clients once everything released is used up."""
        async with self._moved:
            self.closed = True
            self._moved.notify_all()

    async def take(self) -> bool:
        """Wait for a permit; False when there will be none."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.taken < self.released or self.closed)
            if self.taken >= self.released:
                return False
            self.taken += 1
            self._moved.notify_all()
            return True

    async def until_taken(self, number: int) -> None:
        """Wait until so many writes were begun."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.taken >= number)
