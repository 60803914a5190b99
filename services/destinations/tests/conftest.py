"""The service on a migrated database, emptied for each test, behind a registry that knows what the test tells it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from books import Book
from desks import Desk, Seat
from enrolling import Enrolment
from fastapi import FastAPI

from common.auth.service_tokens import ServiceTokens
from common.consuming import Handle
from common.contracts.envelope import IncomingEvent
from common.crypto import FieldCipher
from common.database import Database
from common.imports import run_import
from common.objects import Objects
from common.objects.store import open_store
from common.operations import Handler, OperationRunner
from common.service_process import Runtime
from destinations.app import COMPOSITION, create_app
from destinations.areas import ROSTER, ROSTER_VERSIONS
from destinations.checks.imports import operations as ledger_imports
from destinations.filing import operations as filing
from destinations.filing.domain.filing import KIND as FILING
from destinations.outside.imports.operations import EMPTY_RESULT as NOTHING_OUTSIDE
from destinations.outside.imports.operations import KIND as OUTSIDE_DATA
from destinations.outside.imports.operations import outside_import
from destinations.reconciliations import operations as reconciling
from destinations.reconciliations.domain import KIND as RECONCILING
from destinations.registrations.imports.operations import EMPTY_RESULT, KIND, registration_import
from destinations.registry_client import Registry
from destinations.reminders import operations as reminders
from destinations.reminders.domain import REMINDING
from destinations.reviews import operations as reviews
from destinations.reviews.domain import APPLYING, SEALING
from destinations.settings import Settings
from testing.databases import ServiceDatabase, emptied
from testing.tokens import TokenMint


@pytest.fixture(scope="session")
def service() -> str:
    return "destinations"


@pytest.fixture(scope="session")
async def connected(addresses: ServiceDatabase) -> AsyncIterator[Database]:
    """The database as the role of the application, one for all tests."""
    connected = Database.connect(addresses.app_url)
    yield connected
    await connected.dispose()


@pytest.fixture
async def database(addresses: ServiceDatabase, connected: Database) -> Database:
    """That database without a row: many tests count all rows of a table."""
    await emptied(addresses)
    return connected


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture(scope="session")
def settings(addresses: ServiceDatabase, mint: TokenMint, folder: Path, keyring_file: Path) -> Settings:
    return Settings(
        database_url=addresses.app_url,
        registry_url="http://registry.test",
        service_token_file=mint.service_token_file(folder),
        keyring_file=keyring_file,
        objects=(folder / "objects").as_uri(),
        rate_limit_per_second=100_000,
        **mint.settings,
    )


@pytest.fixture
async def registry(settings: Settings, book: Book) -> AsyncIterator[Registry]:
    transport = httpx.ASGITransport(app=book.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://registry.test") as client:
        yield Registry(client, ServiceTokens(settings))


@pytest.fixture
def runner(database: Database, registry: Registry, settings: Settings) -> OperationRunner:
    """A worker of imports, bulk decisions and filings."""
    cipher = FieldCipher.load(settings.keyring_file)
    importing = partial(run_import, registration_import(registry, cipher))
    ask = registry.commissioning_units
    objects = Objects(database, cipher, open_store(settings.objects, settings.service))
    handlers: dict[str, Handler] = {
        OUTSIDE_DATA: outside_import(registry, cipher),
        RECONCILING: partial(reconciling.reconcile, registry, cipher, objects),
        KIND: importing,
        ledger_imports.KIND: partial(run_import, ledger_imports.ledger_import(registry, cipher)),
        SEALING: partial(reviews.seal, ask=ask),
        APPLYING: partial(reviews.apply, ask=ask),
        FILING: partial(filing.prepare, registry, cipher, objects),
        REMINDING: reminders.remind,
    }
    return OperationRunner(
        database.patient, handlers, cipher=cipher, empty_results={KIND: EMPTY_RESULT, OUTSIDE_DATA: NOTHING_OUTSIDE}
    )


@pytest.fixture(scope="session")
def application(settings: Settings, connected: Database) -> FastAPI:
    return create_app(settings, connected, {})


@pytest.fixture
async def app(application: FastAPI, database: Database, registry: Registry) -> FastAPI:
    application.state.registry = registry
    return application


@pytest.fixture
def apply(settings: Settings, database: Database) -> Handle:
    """Applies a batch of registry's events, as the consumer does."""
    return COMPOSITION.handle(ROSTER, Runtime(settings, database))


@pytest.fixture
def enter(settings: Settings, database: Database) -> Callable[..., Awaitable[None]]:
    """Applies events of registry as both consumers of the roster do."""
    groups = [COMPOSITION.handle(each, Runtime(settings, database)) for each in (ROSTER, ROSTER_VERSIONS)]

    async def entered(*events: IncomingEvent) -> None:
        for handle in groups:
            await handle(events)

    return entered


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://destinations.test") as client:
        yield client


@pytest.fixture
def enrol(database: Database) -> Enrolment:
    return Enrolment(database)


@pytest.fixture
def seat(http: httpx.AsyncClient, mint: TokenMint) -> Seat:
    def taken(role: str, **scope: Any) -> Desk:
        other = {**scope, "subject": f"another {role}"}
        return Desk(http, mint.headers(role, **scope), lambda: Desk(http, mint.headers(role, **other)))

    return taken


@pytest.fixture
def school(seat: Seat) -> Desk:
    return seat("school_officer", school="10001")


@pytest.fixture
def college(seat: Seat) -> Desk:
    return seat("college_officer", school="10001", college="C01")
