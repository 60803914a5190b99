"""The HTTP face of the service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from common.auth import TokenVerifier
from common.change_feed import changes_router, schemas_router
from common.crypto import FieldCipher
from common.database import Database
from common.http import create_app as create_http_app
from common.operations.routes import operations_router
from common.service_process.composition import Readiness
from destinations.problems import PROBLEMS
from destinations.registrations.imports.routes import router as imports
from destinations.registrations.routes import router as registrations
from destinations.registry_client import registry_client
from destinations.roster.storage import OWNERS_OF_EVENTS
from destinations.settings import Settings


def create_app(settings: Settings, database: Database, readiness: Readiness) -> FastAPI:
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
        routers=[
            registrations,
            imports,
            operations_router(),
            changes_router(database, settings, owners=OWNERS_OF_EVENTS),
            schemas_router(),
        ],
    )
