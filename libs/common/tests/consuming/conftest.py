from collections.abc import AsyncIterator

import pytest

from common.database import Database
from common.settings import ServiceSettings
from testing.messaging import messaging_settings, outbox_database, own_topics


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    async with outbox_database() as found:
        yield found


@pytest.fixture
async def settings(database: Database) -> AsyncIterator[ServiceSettings]:
    url = database.pool.url
    async with own_topics(messaging_settings("destinations", url)) as found:
        yield found
