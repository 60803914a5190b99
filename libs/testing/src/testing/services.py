"""Fixtures of a service's own tests: its database, an issuer's tokens, clients of its application.

The service's folder imports them into a conftest of its own: session fixtures from a plugin would be made once for all
services. The conftest of its tests names the service and gives its application, and may override any of them:

    @pytest.fixture(scope="session")
    def service() -> str:
        return "surveys"

    @pytest.fixture(scope="session")
    def application(settings: Settings, database: Database) -> FastAPI:
        return create_app(settings, database, {})
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from common.crypto import KeyRing
from common.database import Database
from testing.databases import ServiceDatabase, service_database
from testing.tokens import TokenMint

__all__ = ["addresses", "client", "database", "folder", "keyring_file", "mint", "rows", "transport"]


@pytest.fixture(scope="session")
async def addresses(service: str) -> AsyncIterator[ServiceDatabase]:
    """A migrated database of the service, one for all tests."""
    async with service_database(service) as found:
        yield found


@pytest.fixture(scope="session")
async def database(addresses: ServiceDatabase) -> AsyncIterator[Database]:
    """That database as the role of the application."""
    connected = Database.connect(addresses.app_url)
    yield connected
    await connected.dispose()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, service: str) -> Path:
    """A folder for what the service keeps in files."""
    return tmp_path_factory.mktemp(service)


@pytest.fixture(scope="session")
def keyring_file(folder: Path) -> Path:
    """A new key ring."""
    path = folder / "keyring.json"
    KeyRing.generate().store(path)
    return path


@pytest.fixture(scope="session")
def mint(folder: Path) -> TokenMint:
    """An issuer that the service trusts."""
    return TokenMint(folder)


@pytest.fixture(scope="session")
async def transport(application: FastAPI) -> AsyncIterator[httpx.ASGITransport]:
    """The way to the application, without a network."""
    found = httpx.ASGITransport(application)
    yield found
    await found.aclose()


@pytest.fixture
def client(transport: httpx.ASGITransport, mint: TokenMint, service: str) -> Callable[..., httpx.AsyncClient]:
    """Makes a client by role and scope, or without a token."""

    def make(role: str | None = None, **scope: Any) -> httpx.AsyncClient:
        headers = mint.headers(role, **scope) if role else {}
        return httpx.AsyncClient(transport=transport, base_url=f"http://{service}.test", headers=headers)

    return make


@pytest.fixture
def rows(database: Database) -> Callable[..., Awaitable[list[dict[str, Any]]]]:
    """Reads the database beside the application."""

    async def read(query: str, **bound: object) -> list[dict[str, Any]]:
        async with database.reading() as connection:
            return [dict(row) for row in await connection.execute(text(query), bound)]

    return read
