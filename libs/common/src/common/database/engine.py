"""The engine with limits on everything that could wait for ever, and the ways to open it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Self, TypeVar, overload

from sqlalchemy import event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from common import clock
from common.auth.principal import Actor
from common.database.failures import translated, translated_connecting
from common.database.unit_of_work import UnitOfWork
from common.observability.correlation import current_correlation_id
from common.once import Once, Remembered, claim, remember
from common.settings import ServiceSettings, asyncpg_url

CONNECT_TIMEOUT = 5
"""Seconds; a server that does not accept within them is treated as down."""

POOL_TIMEOUT = 10
"""Seconds a caller waits for a free connection before it gets 503 instead of a growing queue."""

IDLE_IN_TRANSACTION = "15s"
"""A client that died or hangs between statements must not hold row locks longer."""

LOCK_TIMEOUT = "500ms"
"""A request that waits for a lock keeps a connection of the pool from all others; then it gives up with `Busy`."""

PATIENT_LOCK_TIMEOUT = "0"
"""Work that no client waits for is bounded by its statement timeout only."""

STATEMENTS = 500
"""Prepared statements kept per connection; a service has a few hundred."""

RECYCLE = 1800
"""Seconds after which a connection is replaced, so that plans and memory of the server do not age for ever."""


Done = TypeVar("Done")
Kept = TypeVar("Kept", bound=Remembered)

_AUTOCOMMIT = "AUTOCOMMIT"
_WAIT_LONGER = text("SELECT set_config('lock_timeout', :lock_timeout, true)")


class Database:
    """One service's database as one role. Create it in the process that uses it, dispose it at the end."""

    def __init__(self, engine: AsyncEngine, *, lock_timeout: str | None = None) -> None:
        self.engine = engine
        self._lock_timeout = lock_timeout
        self._reading = engine.execution_options(isolation_level=_AUTOCOMMIT)
        self._snapshot = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @classmethod
    def connect(cls, source: ServiceSettings | str, *, application_name: str | None = None) -> Self:
        """Prepares the engine from settings, or from an address with default limits; connects on first use."""
        if isinstance(source, str):
            return cls(_engine(source, application_name or "quxiang", 60, pool_size=20))
        return cls(
            _engine(
                source.database_url,
                application_name or source.service,
                source.statement_timeout_seconds,
                pool_size=source.pool_size,
            )
        )

    @property
    def patient(self) -> "Database":
        """The same pool for long work: transactions wait for locks as long as a statement may take."""
        return Database(self.engine, lock_timeout=PATIENT_LOCK_TIMEOUT)

    async def dispose(self) -> None:
        """Closes all connections."""
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(
        self, actor: Actor, *, correlation_id: str | None = None, snapshot: bool = False
    ) -> AsyncIterator[UnitOfWork]:
        """Opens a unit of work at READ COMMITTED; leaving it without a commit undoes everything.

        With `snapshot` it only reads, and all of its statements see one moment.
        """
        async with _opened(self._snapshot if snapshot else self.engine) as connection:
            transaction = await connection.begin()
            if self._lock_timeout is not None:
                await connection.execute(_WAIT_LONGER, {"lock_timeout": self._lock_timeout})
            yield UnitOfWork(connection, transaction, actor, correlation_id or current_correlation_id())

    @overload
    async def act(self, actor: Actor, act: Callable[[UnitOfWork], Awaitable[Done]], once: None = None) -> Done: ...

    @overload
    async def act(self, actor: Actor, act: Callable[[UnitOfWork], Awaitable[Kept]], once: Once) -> Kept: ...

    async def act(self, actor: Actor, act: Callable[[UnitOfWork], Awaitable[Any]], once: Once | None = None) -> Any:
        """The frame of every command: opens, claims the key, runs, remembers what came of it, commits.

        `act` awaits nothing but the database and never commits. Returns what it returned, after the commit.
        Raises AlreadyAnswered, RequestInProgress or Invalid for the key, Busy for a lock that is not had in time,
        and whatever `act` raises; then nothing is stored.
        """
        async with self.transaction(actor) as unit:
            if once is not None:
                await claim(unit.connection, actor.subject, once)
            done = await act(unit)
            if once is not None:
                await remember(unit.connection, actor.subject, once, done)
            await unit.commit()
        return done

    @asynccontextmanager
    async def reading(self, *, snapshot: bool = False) -> AsyncIterator[AsyncConnection]:
        """A connection for SELECTs, each statement on its own; `snapshot` makes all of them see one moment."""
        async with _opened(self._snapshot if snapshot else self._reading) as connection:
            yield connection


def is_reading(connection: AsyncConnection) -> bool:
    """True for a connection of `Database.reading`, which sees only what is committed."""
    if connection.sync_connection is None:
        return False
    return connection.sync_connection.get_execution_options().get("isolation_level") == _AUTOCOMMIT


@asynccontextmanager
async def _opened(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with AsyncExitStack() as opened:
        with translated_connecting():
            connection = await opened.enter_async_context(engine.connect())
        with translated():
            yield connection


def _engine(url: str, application_name: str, statement_timeout: int, *, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(
        asyncpg_url(url),
        hide_parameters=True,
        # what goes beyond the pool would be opened and closed again with every burst of requests
        pool_size=pool_size,
        max_overflow=0,
        # those that a quiet hour does not need grow old, and are replaced only when they are needed again
        pool_use_lifo=True,
        pool_timeout=POOL_TIMEOUT,
        pool_recycle=RECYCLE,
        connect_args={
            "timeout": CONNECT_TIMEOUT,
            "prepared_statement_cache_size": STATEMENTS,
            "server_settings": {
                "application_name": application_name,
                "statement_timeout": f"{statement_timeout}s",
                "lock_timeout": LOCK_TIMEOUT,
                "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
                "timezone": "UTC",
                # compiling a plan costs more than any of our short statements
                "jit": "off",
                **clock.session_parameters(),
            },
        },
    )

    @event.listens_for(engine.sync_engine, "checkout")
    def refuse_closed(dbapi_connection: Any, _record: object, _proxy: object) -> None:
        # the pool replaces a connection whose server went away, without a round trip per use
        if dbapi_connection.driver_connection.is_closed():
            raise DisconnectionError

    return engine
