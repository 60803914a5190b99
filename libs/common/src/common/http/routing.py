"""Routers whose routes ask for a credential, and judge query and body, before FastAPI solves their dependencies.

FastAPI reads a declared body before anything else. Hence the routes of a `Router` check the token themselves.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache, cached_property, partial
from inspect import iscoroutinefunction
from re import Pattern
from typing import Any, ClassVar

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import ResponseValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel

from common.auth.dependencies import authenticated, bearer
from common.http.bodies import JSON, must_come_plain, parsed
from common.http.limits import MAX_BODY, limited
from common.http.models import StrictModel
from common.http.queries import DeclaredQuery
from common.http.rate_limit import limit_rate
from common.http.solving import Plan, Unusual

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_STACKS = ("fastapi_middleware_astack", "fastapi_inner_astack", "fastapi_function_astack")


@dataclass(frozen=True)
class Credential:
    """What a router asks of every request. `check` raises Unauthenticated; `scheme` is what OpenAPI shows."""

    check: Callable[[Request], Awaitable[None]] | None
    scheme: Callable[..., Any] | None = None


async def must_have_token(request: Request) -> None:
    """Raises Unauthenticated without a valid access token."""
    # who was counted by its token is known already
    if getattr(request.state, "principal", None) is None:
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

    def get_route_handler(self) -> Handler:
        """The handler of FastAPI with the checks before it."""
        for call in self.calls:
            if not (iscoroutinefunction(call) or iscoroutinefunction(getattr(call, "__call__", None))):  # noqa: B004
                raise TypeError(f"{self.path}: make {call} async, or every request hops through a thread")
        model = self.body_model
        query = DeclaredQuery.of(_flattened(self.dependant))
        longest = max(getattr(call, "longest_body", MAX_BODY) for call in self.calls)
        takes_body = model is not None or any(hasattr(call, "longest_body") for call in self.calls)
        answer = self._answer(super().get_route_handler())

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

    def _answer(self, solved_by_fastapi: Handler) -> Handler:
        """The function called with what it asks for, and its result as JSON."""
        try:
            plan = Plan.of(self.dependant)
        except Unusual:
            return partial(_with_stacks, solved_by_fastapi)
        shown = self.response_field

        async def answer(request: Request) -> Response:
            # what dependencies say of the answer: headers, or another status
            beside = Response(status_code=self.status_code or 200)
            body = request.body_as_model if isinstance(request, _ReadRequest) else None
            given = await plan.arguments(request, beside, body)
            if given is None:
                return await _with_stacks(solved_by_fastapi, request)
            result = await plan.call(**given)
            if isinstance(result, Response):
                return result
            status, headers = beside.status_code, beside.headers
            del headers["content-length"]
            if shown is None:
                return JSONResponse(jsonable_encoder(result), status, headers)
            checked, faults = shown.validate(result, {}, loc=("response",))
            if faults:
                raise ResponseValidationError(faults, body=result)
            return Response(shown.serialize_json(checked), status, headers, JSON)

        return answer


async def _with_stacks(handle: Handler, request: Request) -> Response:
    """The answer of FastAPI's own handler, which wants stacks in the scope of a request."""
    async with AsyncExitStack() as stack:
        request.scope.update(dict.fromkeys(_STACKS, stack))
        return await handle(request)


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
