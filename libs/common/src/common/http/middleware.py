"""Security headers, HEAD, paths without a row, unhandled errors: pure ASGI middleware around every route.

No BaseHTTPMiddleware: it runs the application in a task that a disconnecting client cancels.
"""

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.errors import NotFound, QuxiangError
from common.http.problems import InternalError, problem_response
from common.observability import exception_summary, logger

_SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)

IS_HEAD = "quxiang.is_head"
"""Key in the scope of a GET that was a HEAD: where reading something ends it, HEAD must not."""

_log = logger(__name__)


class SecurityHeaders:
    """Adds headers that keep browsers and proxies from guessing, framing and storing; a route's own ones win."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                message = {**message, "headers": given + [pair for pair in _SECURITY if pair[0] not in names]}
            await send(message)

        await self._app(scope, receive, send_with_headers)


class HeadAsGet:
    """Answers HEAD as GET without its body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        as_get = {**scope, "method": "GET", IS_HEAD: True}
        try:
            await self._app(as_get, receive, send_without_body)
        finally:
            # what is found out of a request on its way, like its route, counts outside, too
            scope.update({**as_get, "method": "HEAD"})


class Unforeseen:
    """Answers any other exception with a problem that names nothing but the trace id, and logs its kind and place."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except ClientDisconnect:
            _log.info("client went away")
        except Exception as error:
            _log.error("request failed unforeseen", method=scope["method"], **exception_summary(error))
            if started:
                raise
            await _answer(InternalError(), scope, receive, send)


class PathCheck:
    """Answers 404 to a path with a character that is not seen: PostgreSQL's texts have no null characters.

    A route's pattern would overlook a line break at the end.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""
        if scope["type"] == "http" and not scope["path"].isprintable():
            await _answer(NotFound(), scope, receive, send)
            return
        await self._app(scope, receive, send)


async def _answer(error: QuxiangError, scope: Scope, receive: Receive, send: Send) -> None:
    await problem_response(Request(scope), error)(scope, receive, send)
