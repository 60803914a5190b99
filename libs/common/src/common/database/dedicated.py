"""A connection of its own, outside the pool: for locks that live and die with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from common import clock
from common.database.pool import Pool, driver_url

_CONNECT_SECONDS = 5.0
_COMMAND_SECONDS = 10.0

LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
"""What a lost or unusable connection raises; the internal error when it is lost between two steps of the protocol."""


@asynccontextmanager
async def dedicated_connection(pool: Pool, application: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection beside the pool, with a limit on every command, ended hard where it does not end by itself."""
    connection = await asyncpg.connect(
        driver_url(pool.url),
        timeout=_CONNECT_SECONDS,
        command_timeout=_COMMAND_SECONDS,
        # a holder on a lost machine must not hold the lock for hours
        server_settings={
            "application_name": application,
            "tcp_keepalives_idle": "5",
            "tcp_keepalives_interval": "2",
            "tcp_keepalives_count": "3",
            **clock.session_parameters(),
        },
    )
    try:
        yield connection
    finally:
        try:
            await connection.close(timeout=2)
        except LOST:
            connection.terminate()
