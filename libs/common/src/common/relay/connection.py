"""The relay's own connection to the database: leadership is a lock that lives and dies with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from common import clock

_LEADER = 0x71755F72656C6179  # "qu_relay"; advisory locks are per database, so every service has its own
_CONNECT_SECONDS = 5.0
_COMMAND_SECONDS = 10.0
_STANDBY_SECONDS = 0.5

LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
"""What a lost or unusable connection raises; the internal error when it is lost between two steps of the protocol."""


@asynccontextmanager
async def dedicated_connection(engine: AsyncEngine, application: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection outside the pool, with a limit on every command, ended hard where it does not end by itself."""
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(
        url,
        timeout=_CONNECT_SECONDS,
        command_timeout=_COMMAND_SECONDS,
        # a relay on a lost machine must not hold the lock for hours
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


async def wait_for_leadership(connection: asyncpg.Connection) -> None:
    """Returns when this connection holds the relay's lock of its database."""
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LEADER):  # noqa: ASYNC110 - the lock is elsewhere
        await asyncio.sleep(_STANDBY_SECONDS)
