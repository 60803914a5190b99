"""The service on a migrated database, behind a registry that knows what a test tells it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from enrolling import Enrolment, answered, roster_entry
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from common.auth.service_tokens import ServiceTokens
from common.consuming import Handle
from common.crypto import FieldCipher, KeyRing
from common.database import Database
from common.imports import run_import
from common.operations import OperationRunner
from common.service_process import Runtime
from destinations.app import COMPOSITION, create_app
from destinations.areas import ROSTER
from destinations.registrations.imports.operations import EMPTY_RESULT, KIND, registration_import
from destinations.registry_client import Registry
from destinations.roster.domain import RosterEntry
from destinations.settings import Settings
from testing.databases import ServiceDatabase, service_database
from testing.tokens import TokenMint


@pytest.fixture
async def addresses() -> AsyncIterator[ServiceDatabase]:
    async with service_database("destinations") as found:
        yield found


@pytest.fixture
async def database(addresses: ServiceDatabase) -> AsyncIterator[Database]:
    database = Database.connect(addresses.app_url)
    yield database
    await database.dispose()


@pytest.fixture(scope="session")
def mint(tmp_path_factory: pytest.TempPathFactory) -> TokenMint:
    return TokenMint(tmp_path_factory.mktemp("mint"))


@dataclass
class Book:
    """A registry outside this service: it answers what the test wrote into it."""

    graduates: dict[UUID, RosterEntry] = field(default_factory=dict)
    numbers: dict[str, tuple[UUID, str]] = field(default_factory=dict)
    down: bool = False
    refuses: bool = False
    asked: int = 0

    def write(self, number: str, name: str, **given: Any) -> UUID:
        entry = roster_entry(given.pop("graduate_id", None), **given)
        self.graduates[entry.graduate.id] = entry
        self.numbers[number] = (entry.graduate.id, name)
        return entry.graduate.id

    def change(self, graduate_id: UUID, *, sequence: int = 1, **given: Any) -> None:
        known = self.graduates[graduate_id].graduate
        self.graduates[graduate_id] = RosterEntry(replace(known, **given), sequence)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/graduates/resolve", self._resolve, methods=["POST"]),
                Route("/v1/graduates/{graduate_id}", self._graduate),
            ]
        )

    async def _graduate(self, request: Request) -> Response:
        if self.down:
            return Response(status_code=503)
        found = self.graduates.get(UUID(request.path_params["graduate_id"]))
        return Response(status_code=404) if found is None else JSONResponse(answered(found) | {"version": 1})

    async def _resolve(self, request: Request) -> Response:
        self.asked += 1
        if self.down:
            return Response(status_code=503)
        if self.refuses:
            return Response(status_code=422)
        sent = await request.json()
        owner = (sent["school_code"], sent["cohort"])
        return JSONResponse({"rows": [self._resolved(row, owner) for row in sent["rows"]]})

    def _resolved(self, row: Mapping[str, Any], owner: tuple[str, int]) -> dict[str, Any]:
        found = self.numbers.get(row["student_number"] or row["exam_number"] or "")
        entry = self.graduates[found[0]] if found else None
        if found is None or entry is None or owner != (entry.graduate.school_code, entry.graduate.cohort):
            return {"row": row["row"], "problem": "not_found"}
        if "".join(str(row["name"]).split()) != found[1]:
            return {"row": row["row"], "problem": "name_mismatch"}
        return answered(entry) | {"row": row["row"]}


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def settings(addresses: ServiceDatabase, mint: TokenMint, tmp_path: Path) -> Settings:
    KeyRing.generate().store(tmp_path / "keys.json")
    return Settings(
        database_url=addresses.app_url,
        registry_url="http://registry.test",
        service_token_file=mint.service_token_file(tmp_path),
        keyring_file=tmp_path / "keys.json",
        **mint.settings,
    )


@pytest.fixture
async def registry(settings: Settings, book: Book) -> AsyncIterator[Registry]:
    transport = httpx.ASGITransport(app=book.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://registry.test") as client:
        yield Registry(client, ServiceTokens(settings))


@pytest.fixture
def runner(database: Database, registry: Registry, settings: Settings) -> OperationRunner:
    """A worker of imports."""
    handlers, cipher = (
        {KIND: partial(run_import, registration_import(registry))},
        FieldCipher.load(settings.keyring_file),
    )
    return OperationRunner(database, handlers, cipher=cipher, empty_results={KIND: EMPTY_RESULT})


@pytest.fixture
async def app(settings: Settings, database: Database, registry: Registry) -> FastAPI:
    app = create_app(settings, database, {})
    app.state.registry = registry
    return app


@pytest.fixture
def apply(settings: Settings, database: Database) -> Handle:
    """Applies a batch of registry's events, as the consumer does."""
    return COMPOSITION.handle(ROSTER, Runtime(settings, database))


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://destinations.test") as client:
        yield client


@pytest.fixture
def enrol(database: Database) -> Enrolment:
    return Enrolment(database)
