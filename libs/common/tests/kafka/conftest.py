from collections.abc import AsyncIterator

import pytest

from common.settings import ServiceSettings
from testing.messaging import messaging_settings, own_topics


@pytest.fixture
async def settings(kafka_address: str) -> AsyncIterator[ServiceSettings]:
    async with own_topics(messaging_settings("destinations", "postgresql://nobody@127.0.0.1:1/none")) as found:
        yield found
