"""A service that publishes a topic, as its consumers ask it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text

from common.auth import TokenVerifier
from common.change_feed import changes_router, digests_router
from common.contracts.envelope import StoredEvent
from common.database import Database
from common.database.dedicated import dedicated_connection
from common.http import create_app
from common.relay.numbering import number_next, sent_position
from common.settings import ServiceSettings
from testing.databases import committed
from testing.http import serving
from testing.tokens import TokenMint

KEEP = text(
    """
    INSERT INTO outbox (event_id, topic, key, sequence, type, school_code, recorded_at, data)
    VALUES (:event_id, :topic, :key, :sequence, :type, :school_code, :recorded_at, CAST(:data AS jsonb))
    """
)


class Asking(ServiceSettings):
    destinations_url: str | None = None


class Owner:
    """The service that publishes a topic: its outbox, and what it answers."""

    def __init__(self, database: Database) -> None:
        self.database, self.asked = database, asyncio.Event()

    async def has(self, *events: StoredEvent) -> None:
        async with committed(self.database) as connection:
            for event in events:
                await connection.execute(KEEP, vars(event))
        async with dedicated_connection(self.database.pool, "test relay") as driver:
            await number_next(driver, await sent_position(driver))

    @asynccontextmanager
    async def answering(self, mint: TokenMint, service: str = "destinations") -> AsyncIterator[str]:
        settings = ServiceSettings(service=service, database_url=self.database.pool.url, **mint.settings)
        routers = [changes_router(self.database, settings), digests_router(self.database, settings)]
        app = create_app(title="Owner", settings=settings, verifier=TokenVerifier(settings), routers=routers)

        async def answer(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                self.asked.set()
            await app(scope, receive, send)

        async with serving(answer) as address:
            yield address
