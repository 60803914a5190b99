"""Routers whose routes ask for a credential, and judge query and body, before FastAPI solves their dependencies.

FastAPI reads a declared body before anything else. Hence the routes of a `Router` check the token themselves.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache, cached_property
from inspect import iscoroutinefunction
from re import Pattern
from typing import Any, ClassVar

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel

from common.auth.dependencies import authenticated, bearer
from common.http.bodies import must_come_plain, parsed
from common.http.limits import MAX_BODY, limited
from common.http.models import StrictModel
from common.http.queries import DeclaredQuery
from common.http.rate_limit import limit_rate


@dataclass(frozen=True)
class Credential:
    """What a router asks of every request. `check` raises Unauthenticated; `scheme` is what OpenAPI shows."""

    check: Callable[[Request], Awaitable[None]] | None
    scheme: Callable[..., Any] | None = None


async def must_have_token(request: Request) -> None:
    """Raises Unauthenticated without a valid access token."""
    await authenticated(request, await bearer(request))


BEARER = Credential(must_have_token, bearer)
"""An access token; `request.state.principal` keeps the caller."""

OPEN = Credential(None)
"""No credential: for what holds no data."""


class _ReadRequest(Request):
    """A request whose body was read; FastAPI takes a model that is one already as it is."""

    body_as_model: BaseModel | None = None

    async def json(self) -> BaseModel | None:
        """The body as the model that the route declares."""
        return self.body_as_model


class Route(APIRoute):
    """A route that checks credential and query, and then reads the body by its model."""

    credential: ClassVar[Credential | None] = BEARER

    @cached_property
    def calls(self) -> list[Callable[..., Any]]:
        """Everything that the route depends on, the route's own function first."""
        return [each.call for each in _flattened(self.dependant) if each.call is not None]

    @cached_property
    def body_model(self) -> type[StrictModel] | None:
        """The model of the JSON body, if the route takes one; raises TypeError for one that is not strict."""
        model = None if self.body_field is None else self.body_field.field_info.annotation
        if model is not None and not (isinstance(model, type) and issubclass(model, StrictModel)):
            raise TypeError(f"{self.path}: a body is a StrictModel, or it would take more than it says")
        return model

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of FastAPI with the checks before it."""
        for call in self.calls:
            if not (iscoroutinefunction(call) or iscoroutinefunction(getattr(call, "__call__", None))):  # noqa: B004
                raise TypeError(f"{self.path}: make {call} async, or every request hops through a thread")
        model = self.body_model
        query = DeclaredQuery.of(_flattened(self.dependant))
        longest = max(getattr(call, "longest_body", MAX_BODY) for call in self.calls)
        takes_body = model is not None or any(hasattr(call, "longest_body") for call in self.calls)
        answer = super().get_route_handler()

        async def checked(given: Request) -> Response:
            if self.credential is not None:
                await limit_rate(given)
                if self.credential.check is not None:
                    await self.credential.check(given)
            query.check(given)
            if takes_body:
                must_come_plain(given)
            request = _ReadRequest(given.scope, limited(given, longest))
            if model is not None:
                content_type = request.headers.get("content-type", "")
                request.body_as_model = parsed(model, content_type, await request.body())
            async with AsyncExitStack() as until_answered:
                request.state.until_answered = until_answered
                return await answer(request)

        return checked


class Router(APIRouter):
    """`Router(prefix="/v1/waves", tags=["waves"])`: an APIRouter whose routes all ask for one credential.

    Without a credential (None) requests are not counted either: for probes and pages about this service.
    """

    def __init__(self, *, credential: Credential | None = BEARER, **settings: Any) -> None:
        shown = [Depends(credential.scheme)] if credential is not None and credential.scheme is not None else []
        super().__init__(
            route_class=type("Route", (Route,), {"credential": credential}),
            dependencies=[*shown, *settings.pop("dependencies", ())],
            **settings,
        )


@dataclass(frozen=True)
class PlacedRoute:
    """A route at its path in an application."""

    path: str
    pattern: Pattern[str]
    methods: frozenset[str]
    route: Route


@cache
def placed_routes(app: FastAPI) -> Sequence[PlacedRoute]:
    """The API routes of an application, in the order in which they are matched; raises TypeError for a plain one."""
    found = []
    for each in iter_route_contexts(app.routes):
        route = each.original_route
        if isinstance(route, APIRoute) and not isinstance(route, Route):
            raise TypeError(f"{each.path}: use common.http.Router, or the body is judged before the token")
        if isinstance(route, Route):
            methods = frozenset(each.methods or ())
            found.append(PlacedRoute(str(each.path_format), each.path_regex, methods, route))
    return found


def _flattened(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _flattened(each)
