"""A database and a small service of its own for each test module: tables, migrations, owner and application role."""

import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from common.settings import asyncpg_url

EXAMPLE = Path(__file__).parent / "example_service"


@dataclass(frozen=True)
class ExampleDatabase:
    """Addresses of one throw-away database, as its owner and as the application."""

    owner_url: str
    application_url: str
    application_role: str


@pytest.fixture(scope="session")
def example_package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Name of an importable package with a metadata, migrations and nothing else."""
    root = tmp_path_factory.mktemp("packages")
    name = f"example_{uuid4().hex[:8]}"
    shutil.copytree(EXAMPLE, root / name)
    env = root / name / "migrations" / "env.py"
    env.write_text(env.read_text().replace("example_service", name))
    sys.path.insert(0, str(root))
    yield name
    sys.path.remove(str(root))


@pytest.fixture
async def example_database(postgres_url: str) -> AsyncIterator[ExampleDatabase]:
    """An empty database with its two roles, dropped afterwards."""
    name = f"common_{uuid4().hex[:12]}"
    owner, application = f"{name}_owner", f"{name}_app"
    await _administer(
        postgres_url,
        f"CREATE ROLE {owner} LOGIN PASSWORD 'x'",
        f"CREATE ROLE {application} LOGIN PASSWORD 'x'",
        f"CREATE DATABASE {name} OWNER {owner}",
    )
    url = make_url(postgres_url).set(database=name, password="x")
    yield ExampleDatabase(
        url.set(username=owner).render_as_string(hide_password=False),
        url.set(username=application).render_as_string(hide_password=False),
        application,
    )
    await _administer(
        postgres_url, f"DROP DATABASE {name} WITH (FORCE)", f"DROP ROLE {owner}", f"DROP ROLE {application}"
    )


async def _administer(url: str, *statements: str) -> None:
    engine = create_async_engine(asyncpg_url(url), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()
