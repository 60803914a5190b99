"""Checks of a service's migrations, and the tool that drafts the next one.

`python -m testing.migrations PACKAGE "message"` upgrades a throw-away database to head, compares it with the
service's tables and writes the difference as a new file into `<package>/migrations/versions`: tidy it by hand.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from common.database.migrations import alembic_config, downgrade, upgrade
from common.database.revisions import surpassed
from common.settings import asyncpg_url
from testing.shared_servers import keeper, postgres_url


async def assert_no_drift(server_url: str, package: str) -> None:
    """Upgrades an empty database to head and fails if the tables of the code differ from it.

    So do the revisions that a process reads at its start from those that Alembic knows.
    """
    scripts = ScriptDirectory.from_config(alembic_config(package))
    assert surpassed(package) == {each.revision for each in scripts.walk_revisions()} - set(scripts.get_heads())
    async with _empty_database(server_url) as url:
        await upgrade(url, package, application_role=None)
        await on_database(url, package, command.check)


async def assert_reversible(server_url: str, package: str) -> None:
    """Upgrades, takes everything back and upgrades again: no migration leaves something behind."""
    async with _empty_database(server_url) as url:
        await upgrade(url, package, application_role=None)
        await downgrade(url, package, "base")
        await upgrade(url, package, application_role=None)


async def draft(server_url: str, package: str, message: str) -> None:
    """Writes the difference between migrations and tables as a new migration."""
    async with _empty_database(server_url) as url:
        await upgrade(url, package, application_role=None)
        await on_database(url, package, command.revision, message=message, autogenerate=True)


@asynccontextmanager
async def _empty_database(server_url: str) -> AsyncIterator[str]:
    name = f"migrations_{uuid4().hex[:12]}"
    engine = create_async_engine(asyncpg_url(server_url), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    await _execute(engine, f"CREATE DATABASE {name}")
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        await _execute(engine, f"DROP DATABASE {name} WITH (FORCE)")
        await engine.dispose()


async def _execute(engine: AsyncEngine, statement: str) -> None:
    async with engine.connect() as connection:
        await connection.execute(text(statement))


async def on_database(url: str, package: str, act: Callable[..., Any], **options: Any) -> None:
    """Runs a command of alembic, with the history of a service, on the database of this address."""
    config = alembic_config(package)

    def run(connection: Connection) -> None:
        config.attributes["connection"] = connection
        act(config, **options)

    engine = create_async_engine(asyncpg_url(url), poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


def main() -> None:
    """Drafts a migration against the server of the environment, or one started for the moment."""
    package, message = sys.argv[1:]
    if os.environ.get("QUXIANG_TEST_DATABASE_URL"):
        asyncio.run(draft(os.environ["QUXIANG_TEST_DATABASE_URL"], package, message))
        return
    with keeper():
        asyncio.run(draft(postgres_url(), package, message))


if __name__ == "__main__":
    main()
