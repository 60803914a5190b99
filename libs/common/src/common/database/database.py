"""One service's database, and the ways to open it: an act that commits, and reading."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Self, TypeVar, overload

import asyncpg

from common.auth.principal import Actor
from common.codes import CodeLists
from common.database.failures import LOST
from common.database.pool import RETURN_TIMEOUT, Pool
from common.database.unit_of_work import UnitOfWork
from common.observability.correlation import current_correlation_id
from common.once import Once, Remembered, claim, remember
from common.settings import ServiceSettings
from common.sql import Connection

PATIENT_LOCK_TIMEOUT = "0"
"""Work that no client waits for is bounded by its statement timeout only."""

Done = TypeVar("Done")
Kept = TypeVar("Kept", bound=Remembered)

_WRITING = "BEGIN ISOLATION LEVEL READ COMMITTED"
_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class Database:
    """One service's database as one role. Create it in the process that uses it, dispose it at the end."""

    def __init__(self, pool: Pool, *, lock_timeout: str | None = None) -> None:
        self.pool = pool
        # one round trip together
        self._set_limit = "" if lock_timeout is None else f"; SET LOCAL lock_timeout = '{lock_timeout}'"

    @classmethod
    def connect(cls, source: ServiceSettings | str, *, application_name: str | None = None) -> Self:
        """Takes address and limits from settings, or an address with default limits; connects on first use."""
        if isinstance(source, str):
            return cls(Pool(source, size=20, application_name=application_name or "quxiang", statement_timeout=60))
        return cls(
            Pool(
                source.database_url,
                size=source.pool_size,
                application_name=application_name or source.service,
                statement_timeout=source.statement_timeout_seconds,
            )
        )

    @property
    def patient(self) -> "Database":
        """The same pool for long work: transactions wait for locks as long as a statement may take."""
        return Database(self.pool, lock_timeout=PATIENT_LOCK_TIMEOUT)

    async def dispose(self) -> None:
        """Closes all connections."""
        await self.pool.close()

    @asynccontextmanager
    async def transaction(
        self, actor: Actor, *, correlation_id: str | None = None, snapshot: bool = False
    ) -> AsyncIterator[UnitOfWork]:
        """Opens a unit of work at READ COMMITTED; leaving it without a commit undoes everything.

        With `snapshot` it only reads, and all of its statements see one moment.
        """
        begin = (_SNAPSHOT if snapshot else _WRITING) + self._set_limit
        async with self.pool.connection() as driver, _begun(driver, begin):
            yield UnitOfWork(Connection(driver), actor, correlation_id or current_correlation_id())

    @overload
    async def act(self, actor: Actor, act: Callable[[UnitOfWork], Awaitable[Done]], once: None = None) -> Done: ...

    @overload
    async def act(self, actor: Actor, act: Callable[[UnitOfWork], Awaitable[Kept]], once: Once) -> Kept: ...

    async def act(self, actor: Actor, act: Callable[[UnitOfWork], Awaitable[Any]], once: Once | None = None) -> Any:
        """The frame of every command: opens, claims the key, runs, remembers what came of it, commits.

        `act` awaits nothing but the database, never commits, and asks one version of the code lists. Returns what it
        returned, after the commit.
        Raises AlreadyAnswered, RequestInProgress or Invalid for the key, Busy for a lock that is not had in time,
        and whatever `act` raises; then nothing is stored.
        """
        async with self.transaction(actor) as unit:
            if once is not None:
                await claim(unit.connection, actor.subject, once)
            with CodeLists.held():
                done = await act(unit)
            if once is not None:
                await remember(unit.connection, actor.subject, once, done)
            await unit.commit()
        return done

    @asynccontextmanager
    async def reading(self, *, snapshot: bool = False) -> AsyncIterator[Connection]:
        """A connection for SELECTs, each statement on its own; `snapshot` makes all of them see one moment."""
        async with self.pool.connection() as driver:
            if not snapshot:
                yield Connection(driver, reading=True)
                return
            async with _begun(driver, _SNAPSHOT):
                yield Connection(driver)


@asynccontextmanager
async def _begun(driver: asyncpg.Connection, begin: str) -> AsyncIterator[None]:
    """A transaction of the connection, undone unless it was committed."""
    ended = False
    try:
        await driver.execute(begin)
        yield
        ended = True
    finally:
        # of a lost connection the server undoes everything
        with suppress(*LOST):
            # of an act that was cancelled the driver does not know whether the server has begun
            if not ended or driver.is_in_transaction():
                await driver.execute("ROLLBACK", timeout=RETURN_TIMEOUT)
