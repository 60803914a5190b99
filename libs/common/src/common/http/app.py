"""The application factory: routers, errors, limits, probes and documents become a service's HTTP face."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cached_property
from re import Pattern

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from common.auth.verifier import TokenVerifier
from common.crypto import FieldCipher
from common.database import Database
from common.errors import Malformed, NotFound, QuxiangError
from common.http.docs import add_docs
from common.http.middleware import MAX_BODY, BodyLimit, HeadAsGet, PathCheck, SecurityHeaders, Unforeseen
from common.http.openapi import describe
from common.http.probes import Check, probes_router
from common.http.problem_pages import problem_pages
from common.http.problems import DEFAULT_STATUSES, InternalError, ProblemTable, problem_response
from common.http.queries import refuse_unknown_query
from common.http.rate_limit import RateLimit, limit_rate
from common.http.refusals import ContentTooLarge, MethodNotAllowed
from common.http.routes_of import DeclaredRoutes
from common.http.routing import Router
from common.http.uploads import MAX_UPLOAD_BODY, is_upload
from common.http.validation import refusal_of
from common.observability import CorrelationMiddleware, MetricsMiddleware
from common.settings import ServiceSettings

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

_ALLOWED_HEADERS = ("Authorization", "Content-Type", "If-Match", "Idempotency-Key", "Accept-Language", "X-Request-ID")
_EXPOSED_HEADERS = ("ETag", "Location", "Link", "Retry-After", "X-Request-ID")


def create_app(
    *,
    title: str,
    settings: ServiceSettings,
    routers: Sequence[APIRouter],
    verifier: TokenVerifier | None = None,
    database: Database | None = None,
    cipher: FieldCipher | None = None,
    problems: ProblemTable | None = None,
    readiness: Mapping[str, Check] | None = None,
    lifespan: Lifespan | None = None,
    version: str = "1",
    description: str = "",
) -> FastAPI:
    """Puts a service's HTTP face together; connects to nothing.

    `problems` gives statuses to a service's own errors; `/problems/<code>` explains all that are loaded.
    Routes find these through `common.auth.Caller`, `common.http.Db` and `common.http.Cipher`.
    """
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
        middleware=_middleware(settings, _BodyLimits(lambda: routes)),
    )
    routes = DeclaredRoutes(app)
    app.state.verifier, app.state.database, app.state.cipher = verifier, database, cipher
    app.state.routes, app.state.rate_limit = routes, RateLimit(settings.rate_limit_per_second)
    for router in routers:
        app.include_router(router, dependencies=[] if isinstance(router, Router) else [Depends(guard)])
    table = {**DEFAULT_STATUSES, **(problems or {})}
    app.include_router(problem_pages(table))
    app.include_router(probes_router(readiness or {}, verifier))
    add_docs(app)
    _handle_errors(app, table)
    app.openapi = lambda: describe(app, routes)  # type: ignore[method-assign]
    return app


async def guard(request: Request) -> None:
    """One dependency before all others of a route, because each costs as much as a small query."""
    await limit_rate(request)
    await refuse_unknown_query(request)


def _operation_id(route: APIRoute) -> str:
    return route.name


def _middleware(settings: ServiceSettings, limit_of: Callable[[str], int]) -> list[Middleware]:
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
        Middleware(BodyLimit, limit_of=limit_of),
        Middleware(Unforeseen),
    ]


class _BodyLimits:
    """How long a body may be at a path; the routes are known only when the application is whole."""

    def __init__(self, routes: Callable[[], DeclaredRoutes]) -> None:
        self._routes = routes

    @cached_property
    def _uploads(self) -> list[Pattern[str]]:
        return [route.pattern for route in self._routes().all if is_upload(route)]

    def __call__(self, path: str) -> int:
        return MAX_UPLOAD_BODY if any(pattern.match(path) for pattern in self._uploads) else MAX_BODY


def _handle_errors(app: FastAPI, table: ProblemTable) -> None:
    # async, because FastAPI runs other handlers in a thread
    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, QuxiangError)
        return problem_response(request, error, table)

    async def http_refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return _http_refusal(request, error, table)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem_response(request, refusal_of(error), table)

    handlers: list[tuple[type[Exception], Callable[[Request, Exception], Awaitable[Response]]]] = [
        (QuxiangError, refused),
        (HTTPException, http_refused),
        (RequestValidationError, invalid),
    ]
    for kind, handler in handlers:
        app.add_exception_handler(kind, handler)


def _http_refusal(request: Request, error: HTTPException, table: ProblemTable) -> Response:
    """What Starlette and FastAPI refuse by themselves."""
    if error.status_code == 404:
        return problem_response(request, NotFound(), table)
    if error.status_code == 405:
        return _method_refusal(request, table)
    if error.status_code == 413:
        return problem_response(request, ContentTooLarge(MAX_BODY), table)
    return problem_response(request, Malformed() if error.status_code < 500 else InternalError(), table)


def _method_refusal(request: Request, table: ProblemTable) -> Response:
    routes: DeclaredRoutes = request.app.state.routes
    allowed = routes.methods_at(request.url.path)
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": ", ".join(sorted(allowed | {"OPTIONS"}))})
    return problem_response(request, MethodNotAllowed(allowed), table)
