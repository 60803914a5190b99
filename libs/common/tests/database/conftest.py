"""A small service of its own: tables, migrations, and databases with an owner and an application role."""

import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from testing.databases import ServiceDatabase, empty_database

EXAMPLE = Path(__file__).parent / "example_service"
SERVICE = "example_service"
ENV = """from common.database.migrations import run_env
from {package}.schema import metadata

run_env(metadata)
"""


@pytest.fixture(scope="session")
def example_package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Name of an importable package with tables, migrations and nothing else."""
    root = tmp_path_factory.mktemp("packages")
    name = f"example_{uuid4().hex[:8]}"
    shutil.copytree(EXAMPLE, root / name)
    (root / name / "migrations" / "env.py").write_text(ENV.format(package=name))
    sys.path.insert(0, str(root))
    yield name
    sys.path.remove(str(root))


@pytest.fixture
async def example_database() -> AsyncIterator[ServiceDatabase]:
    """An empty database with its two roles, dropped afterwards."""
    async with empty_database(SERVICE) as database:
        yield database
