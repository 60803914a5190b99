"""Routers whose routes ask for a credential, judge query and body, and then answer, all by themselves.

FastAPI reads what a route declares, describes it, and words the refusal of parameters that do not fit. It would judge
a declared body before the token. What a route declares for FastAPI's way of answering alone is refused, not ignored.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache, cached_property, partial
from inspect import iscoroutinefunction, signature
from operator import attrgetter
from re import Match, Pattern
from types import NoneType
from typing import Any, ClassVar, get_args

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import Dependant
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import ResponseValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from fastapi.utils import is_body_allowed_for_status_code
from pydantic import BaseModel
from pydantic_core import to_json
from starlette._utils import get_route_path
from starlette.datastructures import MutableHeaders
from starlette.routing import BaseRoute
from starlette.types import Scope

from common.auth.dependencies import bearer
from common.errors import QuxiangError, Unauthenticated
from common.http.bodies import JSON, must_come_plain, parsed
from common.http.limits import MAX_BODY, limited, too_large
from common.http.models import PageOf, StrictModel
from common.http.queries import DeclaredQuery
from common.http.rate_limit import limit_rate
from common.http.solving import Plan

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_STACKS = ("fastapi_middleware_astack", "fastapi_inner_astack", "fastapi_function_astack")


@dataclass(frozen=True)
class Credential:
    """What a router asks of every request. `check` raises Unauthenticated; `scheme` is what OpenAPI shows."""

    check: Callable[[Request], Awaitable[None]] | None
    scheme: Callable[..., Any] | None = None


async def must_have_token(request: Request) -> None:
    """Raises Unauthenticated without a valid access token."""
    # `limit_rate` has verified the token
    if getattr(request.state, "principal", None) is None:
        raise Unauthenticated


BEARER = Credential(must_have_token, bearer)
"""An access token; `request.state.principal` keeps the caller."""

OPEN = Credential(None)
"""No credential: for what holds no data."""


class _ReadRequest(Request):
    """A request whose body is read here; FastAPI takes a model that is one already as it is."""

    body_as_model: BaseModel | None = None

    def take_at_most(self, longest: int, refusal: Callable[[], QuxiangError]) -> None:
        """Limits the body; raises the refusal by its declared length."""
        self._receive = limited(self, longest, refusal)

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
        declared = None if self.body_field is None else self.body_field.field_info.annotation
        # a body that may be left out is `Model | None`
        model = next((each for each in get_args(declared) if each is not NoneType), declared)
        if model is not None and not (isinstance(model, type) and issubclass(model, StrictModel)):
            raise TypeError(f"{self.path}: a body is a StrictModel, or it would take more than it says")
        return model

    def get_route_handler(self) -> Handler:
        """The checks and then the answer; raises TypeError for a route that declares what this way does not do."""
        for call in self.calls:
            if not (iscoroutinefunction(call) or iscoroutinefunction(getattr(call, "__call__", None))):  # noqa: B004
                raise TypeError(f"{self.path}: make {call} async, or every request hops through a thread")
        self._must_leave_writing_to_the_model()
        model = self.body_model
        query = DeclaredQuery.of(_flattened(self.dependant))
        reader: Any = next((call for call in self.calls if hasattr(call, "longest_body")), None)
        takes_file = reader is not None
        limits = (reader.longest_body, reader.too_large) if takes_file else (MAX_BODY, too_large)
        takes_body = model is not None or takes_file
        must_come = self.body_field is not None and self.body_field.field_info.is_required()
        answer = self._answer(super().get_route_handler())

        async def checked(given: Request) -> Response:
            request = _ReadRequest(given.scope, given.receive)
            if self.credential is not None:
                await limit_rate(request)
                if self.credential.check is not None:
                    await self.credential.check(request)
            query.check(request)
            if takes_body:
                must_come_plain(request)
            request.take_at_most(*limits)
            if model is not None:
                content_type, content = request.headers.get("content-type", ""), await request.body()
                if content or must_come:
                    request.body_as_model = parsed(model, content_type, content)
            if not takes_file:
                return await answer(request)
            async with AsyncExitStack() as until_answered:
                request.state.until_answered = until_answered
                return await answer(request)

        return checked

    def _must_leave_writing_to_the_model(self) -> None:
        """Raises TypeError where the declaration, and not the model or the function, says how to write the answer."""
        left_out = (
            self.response_model_include,
            self.response_model_exclude,
            self.response_model_exclude_unset,
            self.response_model_exclude_defaults,
            self.response_model_exclude_none,
        )
        if any(each not in (None, False) for each in left_out) or not self.response_model_by_alias:
            raise TypeError(f"{self.path}: the model alone says which fields are written, and under which names")
        returned = signature(self.endpoint).return_annotation
        makes_it = isinstance(returned, type) and issubclass(returned, Response)
        if not (makes_it or isinstance(self.response_class, DefaultPlaceholder)):
            raise TypeError(f"{self.path}: return the {self.response_class}, or the answer is JSON")

    def _answer(self, solved_by_fastapi: Handler) -> Callable[[_ReadRequest], Awaitable[Response]]:
        """The function called with what it asks for, and its result as JSON."""
        plan, shown, usual = Plan.of(self.dependant), self.response_field, self.status_code or 200
        sees_response = plan.sees_response

        async def answer(request: _ReadRequest) -> Response:
            # what dependencies say of the answer: headers, or another status
            beside = Response(status_code=usual) if sees_response else None
            given = await plan.arguments(request, beside, request.body_as_model)
            if given is None:
                return await _with_stacks(solved_by_fastapi, request)
            result = await plan.call(**given)
            if isinstance(result, Response):
                return result
            status, headers = (beside.status_code, beside.headers) if beside else (usual, MutableHeaders())
            del headers["content-length"]
            if not is_body_allowed_for_status_code(status):
                return Response(None, status, headers)
            if type(result) is PageOf:
                # `page_of` has made its items what they are
                return Response(to_json(result), status, headers, JSON)
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
    A route is made when the routes are asked for: most processes of a service serve none, and making them takes a
    quarter of the time of a start.
    """

    def __init__(self, *, credential: Credential | None = BEARER, **settings: Any) -> None:
        self._declared: list[Callable[[], None]] = []
        shown = [Depends(credential.scheme)] if credential is not None and credential.scheme is not None else []
        super().__init__(
            route_class=type("Route", (Route,), {"credential": credential}),
            dependencies=[*shown, *settings.pop("dependencies", ())],
            generate_unique_id_function=attrgetter("name"),
            **settings,
        )

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **declared: Any) -> None:
        """Notes what the decorators declare."""
        self._declared.append(partial(super().add_api_route, path, endpoint, **declared))

    @property
    def routes(self) -> list[BaseRoute]:
        """All routes; raises TypeError for one that declares what the way of a `Route` does not do."""
        declared, self._declared = self._declared, []
        for add in declared:
            add()
        return self._routes

    @routes.setter
    def routes(self, routes: list[BaseRoute]) -> None:
        self._routes = routes


@dataclass(frozen=True)
class PlacedRoute:
    """A route at its path in an application."""

    path: str
    pattern: Pattern[str]
    methods: frozenset[str]
    route: Route

    def match(self, path: str) -> Match[str] | None:
        """The parameters in what `path_below_root` gives of a request."""
        return self.pattern.match(path)


def path_below_root(scope: Scope) -> str:
    """The path of a request, without the root path where there is one."""
    return get_route_path(scope)


@cache
def placed_routes(app: FastAPI) -> Sequence[PlacedRoute]:
    """The API routes of an application, in the order in which they are matched.

    Raises TypeError for a plain one, and for one that would lose what was declared where its router was included.
    """
    found = []
    for each in iter_route_contexts(app.routes):
        route = each.original_route
        if isinstance(route, APIRoute) and not isinstance(route, Route):
            raise TypeError(f"{each.path}: use common.http.Router, or the body is judged before the token")
        if isinstance(route, Route):
            _must_lose_nothing(each, route)
            methods = frozenset(each.methods or ())
            found.append(PlacedRoute(str(each.path_format), each.path_regex, methods, route))
    return found


def _must_lose_nothing(placed: RouteContext, route: Route) -> None:
    """A route answers by what it declares itself; FastAPI keeps all else with the place of its router."""
    if any(each not in route.dependencies for each in placed.dependencies):
        raise TypeError(f"{placed.path}: name dependencies at the Router of the route, or they do not run")
    if {each.name for each in placed.dependant.path_params} != {each.name for each in route.dependant.path_params}:
        raise TypeError(f"{placed.path}: name parts of a path at the Router of the route, or the query is read")
    if placed.response_class is not route.response_class:
        raise TypeError(f"{placed.path}: return the {placed.response_class}, or the answer is JSON")


def _flattened(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _flattened(each)
