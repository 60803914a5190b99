"""A broker of a test's own, that may be frozen, killed and wiped; the shared one must not be."""

import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from servers.child import Child
from servers.kafka import Kafka
from servers.ports import free_port

PATIENCE = 180.0


class Broker:
    """An Apache Kafka that keeps its address over kills, and its data until it is wiped."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "kafka"
        self._kafka = Kafka(self._folder, folder / "kafka.log", free_port(), free_port())

    @property
    def address(self) -> str:
        """What clients connect to."""
        return self._kafka.address

    async def start(self) -> None:
        """Starts it, formatted first if it has no data, and waits until it answers."""

        self._child = Child(self._kafka.prepare())
        await self._child.start()
        await self._child.until_ready(PATIENCE)

    async def kill(self) -> None:
        """Ends it like `kill -9`."""
        self._child.kill()
        await self._child.exited()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Kills it, and starts it at the end: a test that fails meanwhile leaves no dead broker to the next one."""
        await self.kill()
        try:
            yield
        finally:
            await self.start()

    async def wipe(self) -> None:
        """Makes another cluster at the same address, without the data of this one."""
        async with self.away():
            shutil.rmtree(self._folder)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stops it without closing a connection, as a hung machine does, and lets it go on at the end."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._child.pid is None:
            raise ProcessLookupError("the broker is not running")
        os.kill(self._child.pid, number)


@asynccontextmanager
async def own_broker(folder: Path) -> AsyncIterator[Broker]:
    """Runs a broker with its data in a folder."""
    broker = Broker(folder)
    await broker.start()
    try:
        yield broker
    finally:
        await broker.kill()
