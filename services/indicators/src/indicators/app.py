"""The HTTP face of the service."""

from fastapi import FastAPI

from common.auth import TokenVerifier
from common.change_feed import schemas_router
from common.database import Database
from common.http import create_app as create_http_app
from common.service_process.composition import Readiness
from indicators.definitions.routes import router as definitions
from indicators.problems import PROBLEMS
from indicators.rates.routes import router as rates
from indicators.reading.snapshot import Figures
from indicators.responses.routes import router as responses
from indicators.settings import Settings
from indicators.structures.routes import router as structures


def create_app(settings: Settings, database: Database, readiness: Readiness) -> FastAPI:
    """Puts the routes together; connects to nothing."""
    app = create_http_app(
        title="Quxiang indicators",
        description="The official rates, live and as of every past day.",
        settings=settings,
        verifier=TokenVerifier(settings),
        database=database,
        problems=PROBLEMS,
        readiness=readiness,
        routers=[rates, structures, responses, definitions, schemas_router()],
    )
    app.state.figures = Figures(database, settings.partitions)
    return app
