from collections.abc import Awaitable, Callable

import pytest

from common.consuming import Handle
from common.contracts.envelope import IncomingEvent
from common.database import Database
from common.service_process import Runtime
from destinations.app import COMPOSITION
from destinations.areas import ROSTER, ROSTER_VERSIONS
from destinations.settings import Settings

Enter = Callable[..., Awaitable[None]]


@pytest.fixture
def enter(settings: Settings, database: Database) -> Enter:
    """Applies events of registry as both consumers of the roster do."""
    groups: list[Handle] = [COMPOSITION.handle(each, Runtime(settings, database)) for each in (ROSTER, ROSTER_VERSIONS)]

    async def entered(*events: IncomingEvent) -> None:
        for handle in groups:
            await handle(events)

    return entered
