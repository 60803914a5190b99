"""The service, composed of its areas."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from common.service_process import Composition
from registry.areas import AREAS
from registry.codes.storage import CODE_ENTRIES
from registry.maintenance import COMMANDS
from registry.organisation.storage import OWNERS_OF_EVENTS
from registry.other_services import other_services
from registry.schema import metadata
from registry.settings import Settings


@asynccontextmanager
async def clients(settings: Settings) -> AsyncIterator[Mapping[str, Any]]:
    """The clients of the other services, for data copies."""
    async with other_services(settings) as others:
        yield {"others": others}


COMPOSITION = Composition(
    name="registry",
    title="Quxiang registry",
    description="Schools with their units, the roster of their graduates, code lists and rules.",
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
