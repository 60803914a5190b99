"""A cohort with a past, and the worker that makes its reports."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import asyncpg
import pytest
from books import Book
from desks import Desk
from pasts import Past

from common.consuming import Handle
from common.database import Database
from common.service_process import Runtime
from destinations.app import COMPOSITION
from destinations.areas import ROSTER_VERSIONS
from destinations.monitoring.operations import add_due, make_pending
from destinations.registry_client import Registry
from destinations.settings import Settings
from testing.databases import ServiceDatabase


@pytest.fixture
async def owner(addresses: ServiceDatabase) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(addresses.admin_url)
    yield connection
    await connection.close()


@pytest.fixture
def past(
    database: Database, owner: asyncpg.Connection, book: Book, apply: Handle, settings: Settings, school: Desk
) -> Past:
    keep = COMPOSITION.handle(ROSTER_VERSIONS, Runtime(settings, database))
    return Past(database, owner, book, apply, keep, school)


@pytest.fixture
def make(database: Database, registry: Registry) -> partial[Any]:
    """Makes what need not wait; how many reports those were."""
    return partial(make_pending, database.patient, registry)


@pytest.fixture
def due(database: Database) -> partial[Any]:
    """Adds the reports of cut-offs that have passed; how many those were."""
    return partial(add_due, database)
