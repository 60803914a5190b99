"""The HTTP face of the service."""

from fastapi import FastAPI

from common.auth import TokenVerifier
from common.change_feed import changes_router, schemas_router
from common.crypto import FieldCipher
from common.database import Database
from common.http import create_app as create_http_app
from common.operations.routes import operations_router
from common.service_process.composition import Readiness
from common.settings import ServiceSettings
from registry.codes.routes import router as codes
from registry.graduates.imports.routes import router as roster_imports
from registry.graduates.routes import router as graduates
from registry.organisation.routes import router as schools
from registry.organisation.storage import OWNERS_OF_EVENTS
from registry.problems import PROBLEMS


def create_app(settings: ServiceSettings, database: Database, readiness: Readiness) -> FastAPI:
    """Puts the routes together; connects to nothing before it runs."""
    return create_http_app(
        title="Quxiang registry",
        description="Schools with their units, the roster of their graduates, code lists and rules.",
        settings=settings,
        verifier=TokenVerifier(settings) if settings.issuer else None,
        database=database,
        cipher=FieldCipher.load(settings.keyring_file) if settings.keyring_file else None,
        problems=PROBLEMS,
        readiness=readiness,
        routers=[
            schools,
            graduates,
            roster_imports,
            codes,
            operations_router(),
            changes_router(database, settings, owners=OWNERS_OF_EVENTS),
            schemas_router(),
        ],
    )
