"""A PostgreSQL of a test's own, that may be killed; the shared one must not be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from servers.child import Child
from servers.ports import free_port
from servers.postgres import THROWAWAY, Postgres
from servers.problems import StartProblem
from testing.providers import scratch
from testing.waiting import eventually

PATIENCE = 180.0


class Cluster:
    """A server that keeps its address and its data over kills."""

    def __init__(self, folder: Path) -> None:
        self._postgres = Postgres(folder / "postgres", folder / "postgres.log", free_port(), settings=THROWAWAY)

    @property
    def url(self) -> str:
        """The address for the superuser."""
        return self._postgres.url

    async def start(self) -> None:
        """Starts it and waits until it answers. After a kill it refuses to while a backend of before still ends."""
        await eventually(self._started, within=PATIENCE, every=0.1, describe="a PostgreSQL that starts")

    async def kill(self) -> None:
        """Ends the postmaster like `kill -9`; its backends end when they notice."""
        self._child.kill()
        await self._child.exited()

    async def _started(self) -> bool:
        self._child = Child(await asyncio.to_thread(self._postgres.prepare))
        await self._child.start()
        try:
            await self._child.until_ready(PATIENCE)
        except StartProblem:
            return False
        return True


@asynccontextmanager
async def own_cluster() -> AsyncIterator[Cluster]:
    """Runs a PostgreSQL, with its data in a folder that goes with it."""
    with scratch() as folder:
        cluster = Cluster(folder)
        await cluster.start()
        try:
            yield cluster
        finally:
            await cluster.kill()
