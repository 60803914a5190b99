"""Ways in which a database comes back older, each by PostgreSQL's own tools; every way is used once."""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import asyncpg

from testing.clusters import Cluster
from testing.stack import Stack

STOP_SECONDS = 10.0


@dataclass
class Way(ABC):
    """`keep` while the services run; `restore` makes the server come back with what was kept then."""

    restores_all: ClassVar[bool] = True
    """Whether the databases of all services come back together."""

    stack: Stack
    cluster: Cluster

    @abstractmethod
    async def keep(self) -> None:
        """Keeps what the databases are now."""

    async def restore(self) -> None:
        """Kills the server, and starts it with what was kept."""
        await self.cluster.kill()
        await self.cluster.take_data(self.kept)
        await self.cluster.start()

    @property
    def kept(self) -> Path:
        """Where a copy of the data lies."""
        return self.cluster.spare / "kept"

    async def execute(self, statement: str) -> None:
        """Runs a statement as the superuser."""
        connection = await asyncpg.connect(self.cluster.url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


class CopiedFolder(Way):
    """The folder of a stopped server, copied as it is."""

    async def keep(self) -> None:
        await self.cluster.stop()
        await self.cluster.copy_data(self.kept)
        await self.cluster.start()


class BaseBackup(Way):
    """A base backup that is started without `recovery.signal`, so that it ends where the backup ended."""

    more: tuple[str, ...] = ()

    async def keep(self) -> None:
        await self.cluster.run_tool(
            "pg_basebackup", "-d", self.cluster.url, "-D", str(self.kept), "-X", "stream", "-c", "fast", *self.more
        )


class PromotedStandby(BaseBackup):
    """A standby that lost its connection at the moment of the copy, and is promoted after the server is gone."""

    more = ("-R",)

    async def restore(self) -> None:
        await super().restore()
        await self.execute("SELECT pg_promote()")


class PointInTime(BaseBackup):
    """A base backup, brought forward with the WAL of the server to a point that lies before its end."""

    async def keep(self) -> None:
        await super().keep()
        await self.execute("SELECT pg_create_restore_point('kept')")

    async def restore(self) -> None:
        archive = self.cluster.spare / "archive"
        shutil.rmtree(archive, ignore_errors=True)
        await self.cluster.kill()
        shutil.copytree(self.cluster.data / "pg_wal", archive)
        for path in (archive, *archive.iterdir()):
            path.chmod(0o755)
        with (self.kept / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"restore_command = 'cp {archive}/%f %p'\n")
            settings.write("recovery_target_name = 'kept'\nrecovery_target_action = 'promote'\n")
        (self.kept / "recovery.signal").touch()
        await self.cluster.take_data(self.kept)
        await self.cluster.start()


class OneDumped(Way):
    """`pg_dump` of one database, restored by `pg_restore` while its service is stopped and the others go on."""

    restores_all = False
    service = "destinations"

    async def keep(self) -> None:
        await self.cluster.run_tool("pg_dump", "-Fc", "-d", self._address, "-f", str(self.kept))

    async def restore(self) -> None:
        database, process = self.stack.databases[self.service], self.stack.processes[self.service]
        await process.stop(STOP_SECONDS)
        await self.cluster.run_tool("dropdb", "--force", "--maintenance-db", self.cluster.url, database.name)
        owner = f"{self.service}_owner"
        await self.cluster.run_tool("createdb", "--maintenance-db", self.cluster.url, "-O", owner, database.name)
        await self.cluster.run_tool("pg_restore", "-d", self._address, "--exit-on-error", str(self.kept))
        self.kept.unlink()
        await process.start()

    @property
    def _address(self) -> str:
        return self.stack.databases[self.service].admin_url.replace("+asyncpg", "")


WAYS: Mapping[str, Callable[[Stack, Cluster], Way]] = {
    "a copied folder": CopiedFolder,
    "pg_restore of one": OneDumped,
    "a base backup": BaseBackup,
    "a promoted standby": PromotedStandby,
    "a point in time": PointInTime,
}
