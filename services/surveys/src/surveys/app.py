"""The service, composed of its areas."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from common.http import Waits
from common.registry_client import RegistryClient
from common.service_process import Composition, Runtime
from surveys.answers.commands import Submissions
from surveys.areas import AREAS
from surveys.destinations_client import destinations_client
from surveys.maintenance import COMMANDS
from surveys.roster.storage import included_of
from surveys.schema import metadata
from surveys.settings import Settings


def _state(runtime: Runtime) -> Mapping[str, object]:
    settings: Settings = runtime.settings
    return {
        "public_url": settings.public_base,
        "submissions": Submissions(runtime.database, runtime.cipher, settings.answer_queue),
        "gateway_secret": settings.gateway_secret,
        "waits": Waits(partial(included_of, runtime.database)),
    }


@asynccontextmanager
async def clients(settings: Settings) -> AsyncIterator[Mapping[str, Any]]:
    """The clients of registry, which knows names and phones, and of destinations, which knows who hires."""
    async with RegistryClient.connected(settings) as registry, destinations_client(settings) as destinations:
        yield {"registry": registry, "destinations": destinations}


COMPOSITION = Composition(
    name="surveys",
    title="Quxiang surveys",
    description="Tracking surveys of graduates: questionnaires, waves, personal links, answers.",
    settings=Settings,
    metadata=metadata,
    areas=AREAS,
    state=_state,
    clients=clients,
    commands=COMMANDS,
    document=Path(__file__).with_name("openapi.json"),
)
create_app = COMPOSITION.create_app
