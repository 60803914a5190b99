"""Two processes' worth of the application over real sockets, moves of groups, and a school with two colleges."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from listening import GROUPS, Group, Move
from sqlalchemy import text

from common.contracts import rate
from common.contracts.organisation import UnitKind
from common.database import Database
from indicators.app import create_app
from indicators.settings import Settings
from indicators.stream.announcements import Announcer
from testing.databases import ServiceDatabase, committed
from testing.http import running_app
from testing.tokens import TokenMint

_INSERT = text(
    "INSERT INTO outbox (topic, key, sequence, type, school_code, data, position) VALUES "
    "(:topic, :school, :sequence, :type, :school, CAST(:data AS jsonb), :position)"
)


@pytest.fixture(scope="module")
def move(database: Database) -> Move:
    positions, numbering = count(1), asyncio.Lock()

    async def moved(
        school: str, cohort: int = 2024, kind: str = rate.MOVED, groups: Sequence[Group] = tuple(GROUPS)
    ) -> int:
        data = {"cohort": cohort, "groups": [{"dimension": name, "value": value} for name, value in groups]}
        # as a relay: no position is seen before those below it
        async with numbering:
            position = next(positions)
            said = {"topic": rate.TOPIC, "school": school, "sequence": position, "type": kind, "position": position}
            async with committed(database) as connection:
                await connection.execute(_INSERT, said | {"data": json.dumps(data)})
        return position

    return moved


@pytest.fixture(scope="module")
async def processes(
    stored: ServiceDatabase, database: Database, mint: TokenMint, keyring_file: Path
) -> AsyncIterator[Sequence[httpx.AsyncClient]]:
    """Two that look at the same database, each with listeners of its own."""
    settings = Settings(database_url=stored.app_url, keyring_file=keyring_file, **mint.settings)
    async with AsyncExitStack() as stack:
        clients = []
        for _ in range(2):
            app = create_app(settings, database, {})
            app.state.announcer = Announcer(database, look_seconds=0.05, comment_seconds=0.2)
            clients.append(await stack.enter_async_context(running_app(app)))
        yield clients


@pytest.fixture(scope="module")
def served(processes: Sequence[httpx.AsyncClient]) -> httpx.AsyncClient:
    return processes[0]


@pytest.fixture
async def place(new_school: Any, apply: Any) -> Any:
    school = new_school()
    school.described("410000")
    school.has_unit(UnitKind.MAJOR, "M1", college_code="C1")
    school.has_unit(UnitKind.CLASS, "K1", college_code="C1")
    school.has_unit(UnitKind.CLASS, "K2", college_code="C2")
    await apply(school.events)
    return school
