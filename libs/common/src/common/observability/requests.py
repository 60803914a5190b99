"""Pure ASGI middleware: a correlation id for each request, and rate, errors and duration by route template.

No BaseHTTPMiddleware: it runs the application in a task that a disconnecting client cancels.
"""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from typing import Any

from prometheus_client import Counter, Histogram

from common.observability.correlation import correlated
from common.observability.metrics import IN_PROGRESS, REQUEST_SECONDS, REQUESTS

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

REQUEST_ID = b"x-request-id"
TRACEPARENT = b"traceparent"
UNKNOWN_ROUTE = "unmatched"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class CorrelationMiddleware:
    """Accepts a well-formed X-Request-ID, else makes one; binds it with the trace context, and echoes it."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        named = [(name, value) for name, value in scope["headers"] if name in {REQUEST_ID, TRACEPARENT}]
        headers = {name: value.decode("latin-1") for name, value in named}
        with correlated(headers.get(REQUEST_ID), headers.get(TRACEPARENT)) as request_id:
            echoed = (REQUEST_ID, request_id.encode())

            async def send_with_id(message: Message) -> None:
                if message["type"] == "http.response.start":
                    kept = [pair for pair in message.get("headers", ()) if pair[0].lower() != REQUEST_ID]
                    message = {**message, "headers": [*kept, echoed]}
                await send(message)

            await self._app(scope, receive, send_with_id)


class MetricsMiddleware:
    """Counts and times requests. Labels are the route's template, never its path: paths hold ids."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        began = time.perf_counter()

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        IN_PROGRESS.inc()
        try:
            await self._app(scope, receive, send_noting)
        finally:
            IN_PROGRESS.dec()
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            number, seconds = _of_route(method, _template(scope), status)
            number.inc()
            seconds.observe(time.perf_counter() - began)


def _template(scope: Scope) -> str:
    if "path_template" in scope:
        template: str = scope["path_template"]
        return template
    # of a router that FastAPI included, `route` knows only its own part of the path
    included = scope.get("fastapi", {}).get("effective_route_context")
    return getattr(included or scope.get("route"), "path", UNKNOWN_ROUTE)


# looked up for every request, the labels would take longer than the rest
@cache
def _of_route(method: str, template: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, template, str(status)), REQUEST_SECONDS.labels(method, template)
