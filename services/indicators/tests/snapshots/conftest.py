"""Owners that answer for their versions, and a worker that freezes what need not wait."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from common.auth import TokenVerifier
from common.change_feed import digests_router
from common.contracts.envelope import IncomingEvent
from common.database import Database
from common.http import create_app
from common.settings import ServiceSettings
from common.sql import Connection
from indicators.settings import Settings
from indicators.snapshots.operations import freeze_pending
from testing.databases import ServiceDatabase, committed
from testing.http import Client, serving
from testing.messaging import outbox_database
from testing.tokens import TokenMint

PARTITIONS = 12

_HAS = text(
    """
    INSERT INTO outbox (event_id, topic, key, sequence, type, school_code, recorded_at, data)
    VALUES (:id, :topic, :key, :sequence, :type, :school_code, :recorded_at, CAST(:data AS jsonb))
    ON CONFLICT DO NOTHING
    """
)


@dataclass
class Owners:
    """Registry and destinations, as far as they have events, and the settings by which they are asked."""

    outbox: Database
    settings: Settings

    async def have(self, events: Iterable[IncomingEvent]) -> None:
        """Lets them have these events."""
        async with committed(self.outbox) as connection:
            await self.store(connection, events)

    async def store(self, connection: Connection, events: Iterable[IncomingEvent]) -> None:
        """Stores them in a transaction that is open."""
        for event in events:
            await connection.execute(_HAS, {**vars(event), "data": event.data.model_dump_json()})


@pytest.fixture(scope="module")
async def owners(stored: ServiceDatabase, mint: TokenMint, folder: Path) -> AsyncIterator[Owners]:
    async with outbox_database() as outbox, AsyncExitStack() as stack:
        addresses: dict[str, Any] = {}
        for service in ("registry", "destinations"):
            given = ServiceSettings(service=service, database_url=outbox.pool.url, **mint.settings)
            routers = [digests_router(outbox, given)]
            app = create_app(title=service, settings=given, verifier=TokenVerifier(given), routers=routers)
            addresses[f"{service}_url"] = await stack.enter_async_context(serving(app))
        yield Owners(
            outbox,
            Settings(
                database_url=stored.app_url,
                partitions=PARTITIONS,
                service_token_file=mint.service_token_file(folder),
                **addresses,
                **mint.settings,
            ),
        )


@pytest.fixture(scope="module")
def freeze(database: Database, owners: Owners) -> Callable[[], Awaitable[int]]:
    """One round of a worker."""

    async def round_of_worker(settings: Settings = owners.settings) -> int:
        return await freeze_pending(database, settings)

    return round_of_worker


@pytest.fixture(scope="module")
def arrive(owners: Owners, apply: Any) -> Any:
    """Lets the owners have a school's events, and events of them arrive here: all but for the last few."""

    async def arrived(school: Any, without: int = 0) -> None:
        await owners.have(school.events)
        await apply(school.events[: len(school.events) - without])

    return arrived


@pytest.fixture
def officer(client: Client) -> Any:
    def of(school: Any, subject: str = "one", **scope: Any) -> Any:
        return client("school_officer", school=school.code, subject=subject, **scope)

    return of
