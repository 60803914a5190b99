"""A PostgreSQL of a test's own, that may be killed; the shared one must not be."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from servers.child import Child
from servers.ports import free_port
from servers.postgres import THROWAWAY, Postgres, unprivileged_user
from servers.problems import StartProblem
from testing.providers import scratch
from testing.waiting import eventually

PATIENCE = 180.0


class Cluster:
    """A server that keeps its address and its data over kills; with no settings a commit waits for the disk."""

    def __init__(self, folder: Path, settings: Mapping[str, str] = THROWAWAY) -> None:
        self._postgres = Postgres(folder / "postgres", folder / "postgres.log", free_port(), settings=settings)
        self.spare = folder / "spare"
        """A folder that the programs of PostgreSQL may write to."""
        self.spare.mkdir()
        if (user := unprivileged_user()) is not None:
            os.chown(self.spare, user, user)

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

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Kills it, and starts it at the end: a test that fails meanwhile leaves no dead server to the next one."""
        await self.kill()
        try:
            yield
        finally:
            await self.start()

    async def stop(self) -> None:
        """Ends it in order; its data are complete on the disk then."""
        await self._child.stop(PATIENCE)

    async def run_tool(self, name: str, *arguments: str) -> None:
        """Runs a program of PostgreSQL, such as `pg_dump`, as the user that owns the data."""
        await asyncio.to_thread(self._postgres.run_tool, name, *arguments)

    @property
    def data(self) -> Path:
        """The folder of its data."""
        return self._postgres.data

    async def copy_data(self, target: Path) -> None:
        """Copies the folder of a server that does not run, with its owner and modes."""
        await asyncio.to_thread(subprocess.run, ["cp", "-a", str(self.data), str(target)], check=True)

    async def take_data(self, source: Path) -> None:
        """Puts another folder in the place of its data, while it does not run."""
        await asyncio.to_thread(shutil.rmtree, self.data)
        await asyncio.to_thread(source.rename, self.data)

    async def _started(self) -> bool:
        self._child = Child(await asyncio.to_thread(self._postgres.prepare))
        await self._child.start()
        try:
            await self._child.until_ready(PATIENCE)
        except StartProblem:
            return False
        return True


@asynccontextmanager
async def own_cluster(settings: Mapping[str, str] = THROWAWAY) -> AsyncIterator[Cluster]:
    """Runs a PostgreSQL, with its data in a folder that goes with it."""
    with scratch() as folder:
        cluster = Cluster(folder, settings)
        await cluster.start()
        try:
            yield cluster
        finally:
            await cluster.kill()
