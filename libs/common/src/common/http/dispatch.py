"""The short way from a path to its route: each route is matched once, by one pattern, and answers by itself.

FastAPI matches every router of an application twice and wraps each request in stacks of its own. What it alone knows,
like the refusal of a path or a method that no route has, still goes its way.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property

from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from common.http.refusing import Refused
from common.http.routing import PlacedRoute, path_below_root, placed_routes

Handler = Callable[[Request], Awaitable[Response]]


class Dispatch:
    """The innermost middleware. `refusals` turn exceptions of routes into answers, by the class of the exception."""

    def __init__(self, app: ASGIApp, application: Callable[[], FastAPI], refusals: Mapping[type[Exception], Refused]):
        self._app = app
        self._application = application
        self._refusals = refusals

    @cached_property
    def _routes(self) -> Mapping[str, list[tuple[PlacedRoute, Handler]]]:
        """By method, in the order in which they are matched."""
        found: dict[str, list[tuple[PlacedRoute, Handler]]] = {}
        for placed in placed_routes(self._application()):
            for method in placed.methods:
                found.setdefault(method, []).append((placed, placed.route.get_route_handler()))
        return found

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""
        if scope["type"] == "http":
            path = path_below_root(scope)
            for placed, handle in self._routes.get(scope["method"], ()):
                if matched := placed.match(path):
                    scope.update(path_params=matched.groupdict(), route=placed.route, path_template=placed.path)
                    request = Request(scope, receive, send)
                    try:
                        response = await handle(request)
                    except tuple(self._refusals) as error:
                        refused = next(each for kind, each in self._refusals.items() if isinstance(error, kind))
                        response = await refused(request, error)
                    await response(scope, receive, send)
                    return
        await self._app(scope, receive, send)
