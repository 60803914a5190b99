"""Connections to one database, opened when first needed and then kept; limits on everything that could wait."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
from sqlalchemy import make_url

from common import clock
from common.database.failures import LOST, DatabaseUnavailable, translated, translated_connecting
from common.sql import Row

CONNECT_TIMEOUT = 5
"""Seconds; a server that does not accept within them is treated as down."""

POOL_TIMEOUT = 10
"""Seconds a caller waits for a free connection before it gets 503 instead of a growing queue."""

RETURN_TIMEOUT = 2
"""Seconds for each step that undoes a failed act and gives its connection back; then the connection is ended."""

CLOSE_TIMEOUT = 2
"""Seconds that a lent connection has to come back before all are ended."""

IDLE_IN_TRANSACTION = "15s"
"""A client that died or hangs between statements must not hold row locks longer."""

LOCK_TIMEOUT = "500ms"
"""A request that waits for a lock keeps a connection of the pool from all others; then it gives up with `Busy`."""

STATEMENTS = 500
"""Prepared statements kept per connection; a service has a few hundred."""

IDLE = 1800
"""Seconds after which a connection that a quiet hour does not need is closed."""

USED = 50_000
"""Statements after which a connection is replaced, so that plans and memory of the server do not age for ever."""


class Pool:
    """Connections with one role. `url` is in SQLAlchemy's form or the driver's."""

    def __init__(self, url: str, *, size: int, application_name: str, statement_timeout: int) -> None:
        self.url = url
        self._size = size
        self._server_settings = {
            "application_name": application_name,
            "statement_timeout": f"{statement_timeout}s",
            "lock_timeout": LOCK_TIMEOUT,
            "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
            "timezone": "UTC",
            # compiling a plan costs more than any of our short statements
            "jit": "off",
            **clock.session_parameters(),
        }
        self._opened: asyncpg.Pool | None = None
        self._closed = False
        # lent out, or waited for: below the size there is nothing to wait for but the server, which has its own limit
        self._wanted = 0

    @property
    def in_use(self) -> int:
        """How many connections are lent out."""
        return self._opened.get_size() - self._opened.get_idle_size() if self._opened else 0

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """Lends a connection; raises DatabaseUnavailable, and for what is done with it the errors of `failures`."""
        if self._closed:
            raise DatabaseUnavailable
        self._wanted += 1
        try:
            with translated_connecting:
                pool = self._opened or await self._open()
                driver = await (pool.acquire() if self._wanted <= self._size else _waited_for(pool))
            try:
                with translated:
                    yield driver
            finally:
                # the pool ends a connection that it cannot take back, and what was done with it has its own outcome
                with suppress(*LOST):
                    await pool.release(driver, timeout=RETURN_TIMEOUT)
        finally:
            self._wanted -= 1

    async def close(self) -> None:
        """Ends all connections, those that are still lent after a moment hard, and lends no more."""
        self._closed = True
        if self._opened is not None:
            pool, self._opened = self._opened, None
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await pool.close()

    async def _open(self) -> asyncpg.Pool:
        # assigned before the first await, since two tasks may come at once
        self._opened = asyncpg.create_pool(
            driver_url(self.url),
            min_size=0,
            max_size=self._size,
            max_queries=USED,
            max_inactive_connection_lifetime=IDLE,
            init=_read_json,
            reset=_keep_session,
            record_class=Row,
            timeout=CONNECT_TIMEOUT,
            statement_cache_size=STATEMENTS,
            # what is kept stays prepared, whatever its length and age
            max_cached_statement_lifetime=0,
            max_cacheable_statement_size=0,
            server_settings=self._server_settings,
        )
        return await self._opened


async def _waited_for(pool: asyncpg.Pool) -> asyncpg.Connection:
    async with asyncio.timeout(POOL_TIMEOUT):
        return await pool.acquire()


def driver_url(url: str) -> str:
    """The address as the driver takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


async def _read_json(driver: asyncpg.Connection) -> None:
    """JSON is read as values, and written as text of JSON; in binary, because COPY takes nothing else."""
    async with asyncio.timeout(CONNECT_TIMEOUT):
        await driver.set_type_codec(
            "jsonb",
            schema="pg_catalog",
            format="binary",
            # the number of the format goes before
            encoder=lambda document: b"\x01" + document.encode(),
            decoder=lambda raw: json.loads(raw[1:].decode()),
        )


async def _keep_session(_driver: asyncpg.Connection) -> None:
    """Spares each act the round trip of the driver's own reset: nothing that it leaves in a session harms the next.

    The driver rolls back what is still open before it asks. Temporary tables that stay are emptied at each commit.
    """
