"""The service, composed of its areas."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from common.service_process import Composition
from destinations.areas import AREAS
from destinations.maintenance import COMMANDS
from destinations.registry_client import Registry
from destinations.roster.storage import OWNERS_OF_EVENTS
from destinations.schema import CODE_ENTRIES, metadata
from destinations.settings import Settings


@asynccontextmanager
async def clients(settings: Settings) -> AsyncIterator[Mapping[str, Any]]:
    """The client of registry, for routes and imports."""
    async with Registry.connected(settings) as registry:
        yield {"registry": registry}


COMPOSITION = Composition(
    name="destinations",
    title="Quxiang destinations",
    description="Registrations of graduates' destinations: content, review, confirmation, history.",
    settings=Settings,
    metadata=metadata,
    areas=AREAS,
    feed=OWNERS_OF_EVENTS,
    clients=clients,
    commands=COMMANDS,
    code_entries=CODE_ENTRIES,
    document=Path(__file__).with_name("openapi.json"),
)
create_app = COMPOSITION.create_app
