"""Migrations: a command of their own, run as the owner role.

A service keeps its history in `<package>/migrations` and calls `run_env` from its `env.py`. Nothing needs an
`alembic.ini` at run time. Migrations stay compatible with the image before them: expand, deploy, contract.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, NullPool, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from common import clock
from common.database.rights import grant_rights
from common.settings import PREFIX, ServiceSettings, asyncpg_url

LOCK_TIMEOUT = "2s"
"""A migration that waits for a table lock makes every later statement on that table wait behind it."""

ATTEMPTS = 30
"""With two seconds each: a minute of tries between other transactions, then the deployment fails."""

LONGEST_WAIT_SECONDS = 300.0
"""A second migration of a database waits so long for the first."""

MIGRATION_LOCK = 0x71755F6D696772
"""Spells "qu_migr"; advisory locks are per database."""

_PAUSE = 0.2
_LOCK_NOT_AVAILABLE = "55P03"
_FILE_TEMPLATE = "%%(year)d%%(month).2d%%(day).2d%%(hour).2d%%(minute).2d_%%(slug)s"


def alembic_config(package: str) -> Config:
    """Configuration of a service's history, from the package's own data."""
    config = Config()
    config.set_main_option("script_location", f"{package}:migrations")
    config.set_main_option("file_template", _FILE_TEMPLATE)
    return config


async def migrate(settings: ServiceSettings, package: str | None = None) -> None:
    """Brings the database to the newest revision as its owner, then gives the application role exactly its rights."""
    if settings.migration_database_url is None:
        raise ValueError(f"{PREFIX}MIGRATION_DATABASE_URL is not set")
    await upgrade(
        settings.migration_database_url,
        package or settings.service,
        application_role=make_url(settings.database_url).username,
    )


async def upgrade(owner_url: str, package: str, *, application_role: str | None, revision: str = "head") -> None:
    """The same with explicit arguments. Two at once wait for each other; running it again changes nothing."""
    config = alembic_config(package)
    config.attributes["application_role"] = application_role
    async with _owner(owner_url) as engine, _alone(engine):
        await _patiently(lambda connection: _run(config, connection, command.upgrade, revision), engine)


async def downgrade(owner_url: str, package: str, revision: str) -> None:
    """Takes migrations back, for tests and development; production rolls forward."""
    config = alembic_config(package)
    async with _owner(owner_url) as engine, _alone(engine):
        await _patiently(lambda connection: _run(config, connection, command.downgrade, revision), engine)


def run_env(metadata: MetaData) -> None:
    """The whole `env.py` of a service: migrates over the connection it is given, or over one of its own."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _run_migrations(connection, metadata)
    else:
        asyncio.run(_run_from_command_line(metadata))


def _run_migrations(connection: Connection, metadata: MetaData) -> None:
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    role = context.config.attributes.get("application_role")
    if role is not None:
        grant_rights(connection, metadata, role)
    # reading the stored revision began a transaction of its own
    connection.commit()


async def _run_from_command_line(metadata: MetaData) -> None:
    """Lets a developer use the `alembic` command with the service's alembic.ini."""
    async with _owner(os.environ[f"{PREFIX}MIGRATION_DATABASE_URL"]) as engine, engine.connect() as connection:
        await connection.run_sync(_run_migrations, metadata)


def _run(config: Config, connection: Connection, act: Callable[..., None], *arguments: Any) -> None:
    config.attributes["connection"] = connection
    act(config, *arguments)


@asynccontextmanager
async def _owner(url: str) -> AsyncIterator[AsyncEngine]:
    settings = {"application_name": "migrate", "lock_timeout": LOCK_TIMEOUT, **clock.session_parameters()}
    engine = create_async_engine(
        asyncpg_url(url), poolclass=NullPool, hide_parameters=True, connect_args={"server_settings": settings}
    )
    try:
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def _alone(engine: AsyncEngine) -> AsyncIterator[None]:
    """Holds the lock that keeps a second migration of this database waiting."""
    async with engine.connect() as connection:
        holder = await connection.execution_options(isolation_level="AUTOCOMMIT")
        # a statement that waits has a snapshot, and an index built concurrently waits for that: hence the loop
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        while not await holder.scalar(text(f"SELECT pg_try_advisory_lock({MIGRATION_LOCK})")):
            if time.monotonic() > deadline:
                raise TimeoutError("another migration of this database does not end")
            await asyncio.sleep(_PAUSE)
        yield


async def _patiently(act: Callable[[Connection], None], engine: AsyncEngine) -> None:
    """Tries again while tables are locked; each migration is its own transaction, so finished ones stay."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with engine.connect() as connection:
                return await connection.run_sync(act)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE or attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")
