"""The HTTP face of the service."""

from fastapi import Depends, FastAPI

from common.auth import TokenVerifier
from common.change_feed import changes_router, schemas_router
from common.crypto import FieldCipher
from common.database import Database
from common.http.app import create_app as create_http_app
from common.http.queries import refuse_unknown_query
from common.http.rate_limit import limit_rate
from common.operations.routes import operations_router
from common.service_process.composition import Readiness
from common.settings import ServiceSettings
from surveys.invitations.routes import router as invitations
from surveys.problems import PROBLEM_TEXTS, PROBLEMS
from surveys.questionnaires.routes import router as questionnaires
from surveys.responses.answer_routes import router as answers
from surveys.responses.answer_routes import token_of_link
from surveys.responses.routes import router as responses
from surveys.waves.routes import router as waves

ANSWERING = [Depends(limit_rate), Depends(token_of_link), Depends(refuse_unknown_query)]
"""What is judged before a request with a link: nobody without one learns anything about queries."""


def create_app(settings: ServiceSettings, database: Database, readiness: Readiness) -> FastAPI:
    """Puts the routes together; connects to nothing."""
    app = create_http_app(
        title="Quxiang surveys",
        description="Tracking surveys of graduates: questionnaires, waves, personal links, answers.",
        settings=settings,
        verifier=TokenVerifier(settings),
        database=database,
        cipher=FieldCipher.load(settings.keyring_file),
        problems=PROBLEMS,
        problem_texts=PROBLEM_TEXTS,
        readiness=readiness,
        routers=[
            questionnaires,
            waves,
            invitations,
            responses,
            operations_router(),
            changes_router(database, settings),
            schemas_router(),
        ],
    )
    app.include_router(answers, dependencies=ANSWERING)
    app.state.public_url = settings.public_url or f"http://{settings.host}:{settings.port}"
    return app
