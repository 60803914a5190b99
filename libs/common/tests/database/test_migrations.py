"""Migrations run once, as the owner, and leave the application role exactly the rights that the tables name."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy import text

from common.auth import SYSTEM
from common.database import Database
from common.database.migrations import (
    MIGRATION_LOCK,
    downgrade,
    migrate,
    upgrade,
)
from common.database.revisions import DatabaseBehindError, is_current, require_current
from common.service_process.readiness import database_check
from common.settings import ServiceSettings
from testing.databases import ServiceDatabase, committed
from testing.migrations import assert_no_drift, assert_reversible


def settings_of(example_database: ServiceDatabase, package: str) -> ServiceSettings:
    return ServiceSettings(
        service=package,
        database_url=example_database.app_url,
        migration_database_url=example_database.owner_url,
    )


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Database]:
    database = Database.connect(url)
    yield database
    await database.dispose()


async def test_an_empty_database_is_behind_until_it_is_migrated(
    example_database: ServiceDatabase, example_package: str
) -> None:
    async with connected(example_database.app_url) as database:
        assert not await is_current(database, example_package)
        with pytest.raises(DatabaseBehindError):
            await require_current(database, example_package)
        await migrate(settings_of(example_database, example_package))
        assert await is_current(database, example_package)
        await require_current(database, example_package)


async def test_a_process_is_ready_only_on_a_database_that_is_migrated(
    example_database: ServiceDatabase, example_package: str
) -> None:
    async with connected(example_database.app_url) as database:
        check = database_check(database, example_package)
        assert await check() == "database is behind this code"
        await migrate(settings_of(example_database, example_package))
        assert await check() is None
        await downgrade(example_database.owner_url, example_package, "base")
        assert await check() == "database is behind this code"
    async with connected("postgresql://nobody@127.0.0.1:9/none") as unreachable:
        assert await database_check(unreachable, example_package)() == "database does not answer"


async def test_an_unknown_revision_is_newer_and_accepted(
    example_database: ServiceDatabase, example_package: str
) -> None:
    await migrate(settings_of(example_database, example_package))
    async with connected(example_database.owner_url) as owner:
        async with committed(owner) as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
        assert await is_current(owner, example_package)


async def test_migrating_again_and_twice_at_once_changes_nothing(
    example_database: ServiceDatabase, example_package: str
) -> None:
    settings = settings_of(example_database, example_package)
    await asyncio.gather(*(migrate(settings) for _ in range(4)))
    await migrate(settings)
    async with connected(example_database.app_url) as database:
        assert await is_current(database, example_package)


async def test_migrating_waits_for_a_table_lock_and_then_succeeds(
    example_database: ServiceDatabase, example_package: str
) -> None:
    await upgrade(example_database.owner_url, example_package, application_role=None)
    async with connected(example_database.owner_url) as owner, owner.transaction(SYSTEM) as holder:
        await holder.connection.execute(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
        migration = asyncio.create_task(
            upgrade(example_database.owner_url, example_package, application_role="example_service_app")
        )
        done, _ = await asyncio.wait({migration}, timeout=2.5)
        assert not done
    await asyncio.wait_for(migration, 10)


async def test_a_migration_that_waits_for_another_holds_up_no_index_that_is_built_concurrently(
    example_database: ServiceDatabase, example_package: str
) -> None:
    await migrate(settings_of(example_database, example_package))
    async with connected(example_database.owner_url) as owner, owner.reading() as first:
        await first.execute(text(f"SELECT pg_advisory_lock({MIGRATION_LOCK})"))
        second = asyncio.create_task(migrate(settings_of(example_database, example_package)))
        done, _ = await asyncio.wait({second}, timeout=0.5)
        assert not done
        await first.execute(text("SET lock_timeout = '5s'"))
        await first.execute(text("CREATE INDEX CONCURRENTLY ix_counters_count ON counters (count)"))
        await first.execute(text(f"SELECT pg_advisory_unlock({MIGRATION_LOCK})"))
        await asyncio.wait_for(second, 10)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET subject = 'somebody else'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "DROP TABLE audit_entries",
        "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
        "UPDATE counters SET name = 'other'",
        "CREATE TABLE mine (id int)",
        "UPDATE alembic_version SET version_num = 'x'",
    ],
)
async def test_the_application_role_may_not(
    example_database: ServiceDatabase, example_package: str, statement: str
) -> None:
    await migrate(settings_of(example_database, example_package))
    async with connected(example_database.app_url) as database, database.reading() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit_entries (subject, role, action, object_kind, object_id) VALUES ('s', 'r', 'a', 'k', 'i')",
        "SELECT * FROM audit_entries",
        "UPDATE counters SET count = 1",
        "DELETE FROM counters",
        "UPDATE notes SET text = 'x'",
        "DELETE FROM notes",
        "SELECT * FROM alembic_version",
        "CREATE TEMPORARY TABLE staging (id int)",
    ],
)
async def test_the_application_role_may(
    example_database: ServiceDatabase, example_package: str, statement: str
) -> None:
    await migrate(settings_of(example_database, example_package))
    async with connected(example_database.app_url) as database, committed(database) as connection:
        await connection.execute(text(statement))


async def test_rights_given_by_hand_are_taken_back(example_database: ServiceDatabase, example_package: str) -> None:
    settings = settings_of(example_database, example_package)
    await migrate(settings)
    async with connected(example_database.owner_url) as owner, committed(owner) as connection:
        await connection.execute(text("GRANT ALL ON audit_entries TO example_service_app"))
    await migrate(settings)
    async with connected(example_database.app_url) as database, database.reading() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(text("DELETE FROM audit_entries"))


async def test_migrations_and_tables_agree_and_can_be_taken_back(postgres_url: str, example_package: str) -> None:
    await assert_no_drift(postgres_url, example_package)
    await assert_reversible(postgres_url, example_package)
