"""The application factory: routers, errors, limits, probes and documents become a service's HTTP face."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from common.auth.verifier import TokenVerifier
from common.crypto import FieldCipher
from common.database import Database
from common.http.dispatch import Dispatch
from common.http.docs import add_docs
from common.http.middleware import HeadAsGet, PathCheck, SecurityHeaders, Unforeseen
from common.http.openapi import describe
from common.http.probes import Check, probes_router
from common.http.problem_pages import problem_pages
from common.http.rate_limit import RateLimit
from common.http.refusing import REFUSALS, add_refusals
from common.http.routing import Router, placed_routes
from common.http.uploads import Uploads
from common.observability import CorrelationMiddleware, MetricsMiddleware
from common.settings import LOOPBACK, ServiceSettings

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

_ALLOWED_HEADERS = ("Authorization", "Content-Type", "If-Match", "Idempotency-Key", "Accept-Language", "X-Request-ID")
_EXPOSED_HEADERS = ("ETag", "Location", "Link", "Retry-After", "X-Request-ID")


def create_app(
    *,
    title: str,
    settings: ServiceSettings,
    routers: Sequence[Router],
    verifier: TokenVerifier | None = None,
    database: Database | None = None,
    cipher: FieldCipher | None = None,
    readiness: Mapping[str, Check] | None = None,
    lifespan: Lifespan | None = None,
    version: str = "1",
    description: str = "",
    document: Path | None = None,
) -> FastAPI:
    """Puts a service's HTTP face together; connects to nothing.

    `document` is the file that `/openapi.json` answers, what `openapi()` of the application was when it was written.
    `/problems/<code>` explains all refusals that are loaded. Routes find verifier, database and cipher through
    `common.auth.Caller`, `common.http.Db` and `common.http.Cipher`.
    """
    app: FastAPI = FastAPI(
        title=title,
        version=version,
        description=description,
        # to make the description takes 9 MB, and they are never given back
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # for every request it would look whether a provider was configured meanwhile; ours are metrics and traceparent
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=lifespan,
        middleware=[*_middleware(settings), Middleware(Dispatch, lambda: app, REFUSALS)],
    )
    add_refusals(app)
    app.state.verifier, app.state.database, app.state.cipher = verifier, database, cipher
    app.state.service = settings.service
    app.state.rate_limit = RateLimit(settings.rate_limit_per_second)
    app.state.uploads = Uploads(settings.upload_seconds)
    # beyond this machine the API's port may be anybody's, and operators have the probe port
    probes = probes_router(readiness or {}, verifier, reasons=settings.host in LOOPBACK)
    for router in (*routers, problem_pages(settings.service), probes):
        # to include it would make each of its routes a second time, and keep both
        app.router.routes.extend(router.routes)
    if document is not None:
        add_docs(app, document)
    # a router without a credential is refused now, and not with the first 405
    placed_routes(app)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app


def _middleware(settings: ServiceSettings) -> list[Middleware]:
    """From the outside in."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=("GET", "POST", "PUT", "PATCH", "DELETE"),
        allow_headers=_ALLOWED_HEADERS,
        expose_headers=_EXPOSED_HEADERS,
        max_age=600,
    )
    return [
        Middleware(CorrelationMiddleware),
        Middleware(MetricsMiddleware),
        Middleware(SecurityHeaders),
        *([cors] if settings.cors_origins else []),
        Middleware(HeadAsGet),
        Middleware(PathCheck),
        Middleware(Unforeseen),
    ]
