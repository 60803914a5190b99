"""A database of its own for a test: a copy of a template that was migrated once, with the two roles of production."""

import hashlib
import importlib.util
import re
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import asyncpg
from sqlalchemy import MetaData, NullPool, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.schema import CreateTable

from common.auth import SYSTEM
from common.database import Database
from common.database.migrations import upgrade
from common.database.rights import ALEMBIC_TABLE, grant_rights
from common.outbox import fence
from common.settings import asyncpg_url
from common.sql import Connection
from testing.shared_servers import postgres_url
from testing.waiting import eventually

_LOCK = "SELECT pg_advisory_lock(hashtext('quxiang tests: ' || $1))"
_SHAPING = {
    "clock",
    "common_tables",
    "fence",
    "history",
    "restore_fence",
    "table",
    "tables",
    "schema",
    "migrations",
    "rights",
}

_AT_A_LOCK = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""

# No trigger refuses and no foreign key minds the order. New files, which a TRUNCATE makes, take longer than few rows.
_EMPTY = f"""
    SET session_replication_role = replica;
    DO $body$
    DECLARE kept regclass;
    BEGIN
        FOR kept IN SELECT oid FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> '{ALEMBIC_TABLE}'
        LOOP
            EXECUTE format('DELETE FROM %s', kept);
        END LOOP;
        PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences;
    END $body$
"""


@dataclass(frozen=True)
class ServiceDatabase:
    """The addresses of one database, as the role that migrates and as the role that the service runs under."""

    name: str
    owner_url: str
    app_url: str
    admin_url: str


@asynccontextmanager
async def committed(database: Database) -> AsyncIterator[Connection]:
    """A connection for statements beside the application; they become true together at the end."""
    async with database.transaction(SYSTEM) as unit:
        yield unit.connection
        await unit.commit()


async def sessions_at_a_lock(addresses: ServiceDatabase, number: int, seconds: float = 0) -> None:
    """Waits until so many sessions of the database have been seen to wait for a lock, all the time of those seconds."""
    watcher = await asyncpg.connect(addresses.admin_url)
    seen_at: list[float] = []

    async def are_there() -> bool:
        if await watcher.fetchval(_AT_A_LOCK) == number:
            seen_at.append(time.monotonic())
        else:
            seen_at.clear()
        return bool(seen_at) and seen_at[-1] - seen_at[0] >= seconds

    try:
        await eventually(are_there, describe=f"{number} sessions at a lock")
    finally:
        await watcher.close()


@asynccontextmanager
async def service_database(
    package: str, metadata: MetaData | None = None, *, compared: bool = True
) -> AsyncIterator[ServiceDatabase]:
    """A fresh database of a service, dropped at the end.

    Without metadata the service's migrations make the tables; with it they are made from the metadata, for parts of
    `common` that have no migrations. Rights of the application role are granted as in production in both cases.
    Its outbox takes events; unless `compared`, only once a relay has opened it.
    """
    found = _addresses(package, f"test_{package}_{secrets.token_hex(5)}")
    async with _administration() as admin:
        template = await _template(admin, package, metadata)
        await admin.execute(f'CREATE DATABASE "{found.name}" TEMPLATE "{template}" OWNER "{package}_owner"')
    async with _dropped_at_the_end(found):
        if compared:
            await open_outbox(found.admin_url)
        yield found


async def emptied(found: ServiceDatabase) -> None:
    """Takes all rows out of a database, as its migrations left it; its outbox takes events.

    A tenth of what a new database costs. What still goes on in it must have ended.
    """
    connection = await asyncpg.connect(found.admin_url)
    try:
        await connection.execute(_EMPTY)
    finally:
        await connection.close()
    await open_outbox(found.admin_url)


async def open_outbox(url: str) -> None:
    """Notes the outbox of a database, if it has one, as compared with the topics in this run of the server."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        if await connection.fetchval("SELECT to_regclass('relay_state')"):
            await connection.execute(fence.OPEN)
    finally:
        await connection.close()


@asynccontextmanager
async def failing_inserts(found: ServiceDatabase, table: str, condition: str = "true") -> AsyncIterator[None]:
    """Every insert that fulfils the condition over NEW fails for no reason that code knows: a fault of a handler."""
    connection = await asyncpg.connect(found.owner_url.replace("+asyncpg", ""))
    try:
        await connection.execute(
            "CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no reason''; END'"
        )
        await connection.execute(
            f"CREATE TRIGGER fail BEFORE INSERT ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION fail()"
        )
        yield
    finally:
        await connection.execute(f"DROP TRIGGER IF EXISTS fail ON {table}")
        await connection.close()


async def rights_of_application(package: str, table: str) -> set[str]:
    """What a service's application role may do with a whole table, once migrations have run."""
    asked = "SELECT kind FROM unnest($1::text[]) AS kind WHERE has_table_privilege($2, kind)"
    async with service_database(package) as found:
        connection = await asyncpg.connect(found.app_url.replace("+asyncpg", ""))
        rows = await connection.fetch(asked, ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"], table)
        await connection.close()
    return {row["kind"] for row in rows}


@asynccontextmanager
async def empty_database(package: str) -> AsyncIterator[ServiceDatabase]:
    """A database without a table, dropped at the end: for tests of migrations."""
    found = _addresses(package, f"test_{package}_{secrets.token_hex(5)}")
    async with _administration() as admin:
        await _ensure_roles(admin, package)
        await admin.execute(f'CREATE DATABASE "{found.name}" OWNER "{package}_owner"')
    async with _dropped_at_the_end(found):
        yield found


@asynccontextmanager
async def _administration() -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection, never held while a test runs: the test may kill the server."""
    admin = await asyncpg.connect(postgres_url())
    try:
        yield admin
    finally:
        await admin.close()


@asynccontextmanager
async def _dropped_at_the_end(found: ServiceDatabase) -> AsyncIterator[None]:
    try:
        yield
    finally:
        async with _administration() as admin:
            await admin.execute(f'DROP DATABASE IF EXISTS "{found.name}" WITH (FORCE)')


async def _template(admin: asyncpg.Connection, package: str, metadata: MetaData | None) -> str:
    """The name of the migrated template for the code as it is now, made by the first that asks."""
    name = f"template_{package}_{_fingerprint(package, metadata)}"
    await admin.execute(_LOCK, name)
    try:
        if not await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            await _make_template(admin, package, metadata, name)
    finally:
        await admin.execute(_LOCK.replace("advisory_lock", "advisory_unlock"), name)
    return name


async def _make_template(admin: asyncpg.Connection, package: str, metadata: MetaData | None, name: str) -> None:
    """Builds under another name first: a run that is killed half-way leaves no half template."""
    await _ensure_roles(admin, package)
    unfinished = _addresses(package, f"{name}_new")
    await admin.execute(f'DROP DATABASE IF EXISTS "{unfinished.name}" WITH (FORCE)')
    await admin.execute(f'CREATE DATABASE "{unfinished.name}" OWNER "{package}_owner"')
    await _fill(package, metadata, unfinished)
    await admin.execute(f'ALTER DATABASE "{unfinished.name}" RENAME TO "{name}"')


async def _fill(package: str, metadata: MetaData | None, database: ServiceDatabase) -> None:
    role = f"{package}_app"
    if metadata is None:
        await upgrade(database.owner_url, package, application_role=role)
        return
    engine = create_async_engine(asyncpg_url(database.owner_url), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(text(f"CREATE TABLE {ALEMBIC_TABLE} (version_num text PRIMARY KEY)"))
        await connection.run_sync(grant_rights, metadata, role)


async def _ensure_roles(admin: asyncpg.Connection, package: str) -> None:
    await admin.execute(_LOCK, "roles")
    try:
        for role in (f"{package}_owner", f"{package}_app"):
            if not await admin.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
                await admin.execute(f"CREATE ROLE \"{role}\" LOGIN PASSWORD '{role}'")
        # of all sessions: what is settled, digests of changes know from them
        await admin.execute(f'GRANT pg_read_all_stats TO "{package}_app"')
    finally:
        await admin.execute(_LOCK.replace("advisory_lock", "advisory_unlock"), "roles")


def _addresses(package: str, name: str) -> ServiceDatabase:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,19}", package):
        raise ValueError(f"not the name of a service: {package}")
    server = make_url(postgres_url()).set(database=name)

    def address(role: str | None) -> str:
        url = server if role is None else server.set(username=role, password=role)
        return url.render_as_string(hide_password=False)

    return ServiceDatabase(name, address(f"{package}_owner"), address(f"{package}_app"), address(None))


@cache
def _fingerprint(package: str, metadata: MetaData | None) -> str:
    """Tells apart the states of the code that lead to different tables or rights."""
    digest = hashlib.sha256()
    if metadata is not None:
        for table in metadata.sorted_tables:
            digest.update(f"{CreateTable(table)}{sorted(table.info.items())}{sorted(map(str, table.indexes))}".encode())
    for folder in (_folder("common"), None if metadata is not None else _folder(package)):
        for path in sorted(folder.rglob("*.py") if folder else ()):
            if "migrations" in path.parts or path.stem in _SHAPING:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(package)
    return Path(found.origin).parent
