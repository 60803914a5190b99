"""What the server makes of our statements."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from desks import Desk, approved
from fastapi import FastAPI
from sqlalchemy import text

from common.database import Database
from destinations.app import create_app
from destinations.registry_client import Registry
from destinations.settings import Settings
from testing.databases import service_database

_PLANNED = text(
    "SELECT statement, generic_plans, generic_plans + custom_plans FROM pg_prepared_statements"
    " WHERE statement LIKE '%registrations%'"
)


@pytest.fixture
async def database(service: str) -> AsyncIterator[Database]:
    """A database of its own: what the server plans once depends on what it has seen of the tables' sizes."""
    async with service_database(service) as found:
        connected = Database.connect(found.app_url)
        yield connected
        await connected.dispose()


@pytest.fixture
async def app(settings: Settings, database: Database, registry: Registry) -> FastAPI:
    made = create_app(settings, database, {})
    made.state.registry = registry
    return made


async def test_the_server_plans_a_statement_of_a_request_once(
    database: Database, enrol: Any, school: Desk, college: Desk
) -> None:
    """After five executions it decides; one that it plans anew for ever takes longer to plan than to run.

    A list of a school is not asked for: which of its plans is better depends on how large the other schools are.
    """
    for _ in range(7):
        made = await approved(school, college, await enrol())
        assert (await school.get(f"/v1/registrations/{made.json()['id']}")).status_code == 200
    once, all_of_them = await _executions(database)
    many_times = [statement for statement, times in all_of_them.items() if times > 6]
    assert len(many_times) >= 5
    assert [statement for statement in many_times if not once[statement]] == []


async def _executions(database: Database) -> tuple[Counter[str], Counter[str]]:
    """How often each statement was executed by a plan for any parameters, and at all."""
    async with database.reading() as connection:
        found = await connection.execute(_PLANNED)
    return Counter({row[0]: row[1] for row in found}), Counter({row[0]: row[2] for row in found})
