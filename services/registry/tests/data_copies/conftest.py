"""A graduate about whom registry holds a record of every kind, and a worker that asks other services what they hold."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest
from living import CANARY, Life, lived

from common.auth import TokenVerifier
from common.auth.service_tokens import RenewedToken, ServiceTokens
from common.crypto import FieldCipher
from common.data_copies import Records, data_router
from common.database import Database
from common.http import create_app
from common.identifiers import GraduateId
from common.objects import Objects
from common.objects.store import open_store
from common.operations import OperationRunner
from common.service_process import Runtime
from common.sql import Connection
from registry.areas import AREAS
from registry.data_copies.domain.copies import KIND, OTHERS
from registry.other_services import OtherServices
from registry.settings import Settings

Client = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def life(client: Client, school: str, imported: Callable[..., Awaitable[dict[str, Any]]]) -> Life:
    return await lived(client, school, imported)


@pytest.fixture
def own(client: Client, graduate: Mapping[str, Any]) -> httpx.AsyncClient:
    """The graduate of the school's officer."""
    return client("graduate", graduate=graduate["id"], subject="oneself")


async def answers(_connection: Connection, _cipher: FieldCipher, graduate_id: GraduateId) -> Records:
    """What a person has told a service."""
    return {"answers": [{"graduate_id": str(graduate_id), "remarks": CANARY}]}


async def nothing(_connection: Connection, _cipher: FieldCipher, _graduate_id: GraduateId) -> Records:
    return {}


class Neighbour(httpx.AsyncBaseTransport):
    """The way to another service, which may be down: `waits` holds its answer back until it is released."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport
        self.is_down = False
        self.held: list[Callable[[], Awaitable[object]]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for hold in self.held:
            await hold()
        if self.is_down:
            raise httpx.ConnectError("refused")
        return await self._transport.handle_async_request(request)


@pytest.fixture
def neighbours(settings: Settings, database: Database) -> Mapping[str, Neighbour]:
    """The other services, with the route that all have; surveys alone holds something."""
    found = {}
    for name in OTHERS:
        app = create_app(
            title=name,
            settings=settings.model_copy(update={"service": name}),
            routers=[data_router(answers if name == "surveys" else nothing)],
            verifier=TokenVerifier(settings),
            database=database,
        )
        found[name] = Neighbour(httpx.ASGITransport(app))
    return found


@pytest.fixture
def runtime(
    settings: Settings, database: Database, cipher: FieldCipher, neighbours: Mapping[str, Neighbour]
) -> Runtime:
    auth = RenewedToken(ServiceTokens(settings))
    clients = {
        name: httpx.AsyncClient(transport=transport, base_url=f"http://{name}.test", auth=auth)
        for name, transport in neighbours.items()
    }
    files = Objects(database, cipher, open_store(settings.objects, settings.service))
    return Runtime(settings, database, cipher, {"others": OtherServices(clients)}, files)


@pytest.fixture
def worker(runtime: Runtime) -> OperationRunner:
    """Makes data copies."""
    [operation] = [area.operations[KIND] for area in AREAS if KIND in area.operations]
    return OperationRunner(runtime.database.patient, {KIND: operation.make(runtime)}, cipher=runtime.cipher)
