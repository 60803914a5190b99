"""The HTTP face of the service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from common.auth import TokenVerifier
from common.auth.service_tokens import ServiceTokens
from common.change_feed import changes_router
from common.crypto import FieldCipher
from common.database import Database
from common.http import create_app as create_http_app
from common.service_process.composition import Readiness
from destinations.problems import PROBLEMS
from destinations.registrations.routes import router as registrations
from destinations.roster.registry import TIMEOUT, Registry
from destinations.settings import DestinationsSettings


def create(settings: DestinationsSettings) -> FastAPI:
    """The application alone, for its description; connects to nothing."""
    return create_app(settings, Database.connect(settings), {})


def create_app(settings: DestinationsSettings, database: Database, readiness: Readiness) -> FastAPI:
    """Puts the routes together; connects to nothing before it runs."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with registry_client(settings) as registry:
            app.state.registry = registry
            yield

    return create_http_app(
        title="Quxiang destinations",
        description="Registrations of graduates' destinations: content, review, confirmation, history.",
        settings=settings,
        verifier=TokenVerifier(settings) if settings.issuer else None,
        database=database,
        cipher=FieldCipher.load(settings.keyring_file) if settings.keyring_file else None,
        problems=PROBLEMS,
        readiness=readiness,
        lifespan=lifespan,
        routers=[registrations, changes_router(database, settings)],
    )


@asynccontextmanager
async def registry_client(settings: DestinationsSettings) -> AsyncIterator[Registry]:
    """A client of registry that keeps its connections until the end."""
    async with httpx.AsyncClient(base_url=settings.registry_url or "", timeout=TIMEOUT) as client:
        yield Registry(client, ServiceTokens(settings))
