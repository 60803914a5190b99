from collections.abc import AsyncIterator

import pytest

from common.database import Database
from common.testing.databases import ServiceDatabase, service_database


@pytest.fixture
async def addresses() -> AsyncIterator[ServiceDatabase]:
    async with service_database("destinations") as found:
        yield found


@pytest.fixture
async def database(addresses: ServiceDatabase) -> AsyncIterator[Database]:
    database = Database.connect(addresses.app_url)
    yield database
    await database.dispose()
