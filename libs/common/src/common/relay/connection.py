"""Leadership of the relay: a lock that lives and dies with its own connection to the database."""

import asyncio

import asyncpg

_LEADER = 0x71755F72656C6179  # "qu_relay"; advisory locks are per database, so every service has its own
STANDBY_SECONDS = 0.5


async def wait_for_leadership(connection: asyncpg.Connection) -> None:
    """Returns when this connection holds the relay's lock of its database."""
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LEADER):  # noqa: ASYNC110 - the lock is elsewhere
        await asyncio.sleep(STANDBY_SECONDS)
