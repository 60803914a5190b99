"""The service on a migrated database of each test, behind a registry that knows what the test writes into it."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from books import Book
from enrolling import Enrolment
from fastapi import FastAPI

from common.auth.service_tokens import ServiceTokens
from common.consuming import Handle
from common.crypto import FieldCipher
from common.database import Database
from common.imports import run_import
from common.operations import OperationRunner
from common.service_process import Runtime
from destinations.app import COMPOSITION, create_app
from destinations.areas import ROSTER
from destinations.registrations.imports.operations import EMPTY_RESULT, KIND, registration_import
from destinations.registry_client import Registry
from destinations.settings import Settings
from testing.databases import ServiceDatabase, service_database
from testing.tokens import TokenMint


@pytest.fixture(scope="session")
def service() -> str:
    return "destinations"


@pytest.fixture
async def addresses(service: str) -> AsyncIterator[ServiceDatabase]:
    """A database for each test: many count all rows of a table."""
    async with service_database(service) as found:
        yield found


@pytest.fixture
async def database(addresses: ServiceDatabase) -> AsyncIterator[Database]:
    database = Database.connect(addresses.app_url)
    yield database
    await database.dispose()


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def settings(addresses: ServiceDatabase, mint: TokenMint, folder: Path, keyring_file: Path) -> Settings:
    return Settings(
        database_url=addresses.app_url,
        registry_url="http://registry.test",
        service_token_file=mint.service_token_file(folder),
        keyring_file=keyring_file,
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
    cipher = FieldCipher.load(settings.keyring_file)
    handlers = {KIND: partial(run_import, registration_import(registry, cipher))}
    return OperationRunner(database.patient, handlers, cipher=cipher, empty_results={KIND: EMPTY_RESULT})


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
