"""Routers whose routes are asked for a credential, and whose query is judged, before anything else of them is read.

FastAPI reads a declared body before it runs dependencies. Hence the routes of a `Router` check the token themselves.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from inspect import iscoroutinefunction
from typing import Any, ClassVar, get_args, get_origin

from fastapi import APIRouter, Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from common.auth.dependencies import authenticated, bearer
from common.http.bodies import parsed
from common.http.models import StrictModel
from common.http.queries import DeclaredQuery
from common.http.rate_limit import limit_rate

_MANY = (list, set, tuple, frozenset, Sequence)


@dataclass(frozen=True)
class Credential:
    """What a router asks of every request. `check` raises Unauthenticated; `scheme` is what OpenAPI shows."""

    check: Callable[[Request], Awaitable[object]]
    scheme: Callable[..., Any] | None = None


async def _bearer(request: Request) -> object:
    return await authenticated(request, await bearer(request))


async def _nothing(_request: Request) -> None:
    """Lets everybody in."""


BEARER = Credential(_bearer, bearer)
"""An access token; `request.state.principal` keeps the caller."""

OPEN = Credential(_nothing)
"""No credential: for what holds no data."""


class _ReadRequest(Request):
    """A request whose body was read; FastAPI takes a model that is one already as it is."""

    body_as_model: BaseModel | None = None

    async def json(self) -> BaseModel | None:
        """The body as the model that the route declares."""
        return self.body_as_model


class Route(APIRoute):
    """A route that checks credential and query before FastAPI reads the body."""

    credential: ClassVar[Credential | None] = BEARER

    @cached_property
    def query(self) -> DeclaredQuery:
        """The query parameters of the route and of what it depends on."""
        fields = [field for each in flattened(self.dependant) for field in each.query_params]
        return DeclaredQuery(
            names=frozenset(field.alias for field in fields),
            repeatable=frozenset(field.alias for field in fields if takes_many(field.field_info.annotation)),
        )

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of FastAPI with the checks before it."""
        answer = super().get_route_handler()
        refuse_blocking(self)
        model = _model_of_body(self)

        async def checked(given: Request) -> Response:
            request = _ReadRequest(given.scope, given.receive)
            if self.credential is not None:
                await limit_rate(request)
                await self.credential.check(request)
            self.query.check(request)
            if model is not None:
                content_type = request.headers.get("content-type", "")
                request.body_as_model = parsed(model, content_type, await request.body())
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


def flattened(dependant: Dependant) -> Iterator[Dependant]:
    """A route and everything that it depends on."""
    yield dependant
    for each in dependant.dependencies:
        yield from flattened(each)


def refuse_blocking(route: APIRoute) -> None:
    """Raises TypeError for a dependency that is no coroutine: every request would hop through a thread."""
    for each in flattened(route.dependant):
        if not (iscoroutinefunction(each.call) or iscoroutinefunction(getattr(each.call, "__call__", None))):  # noqa: B004
            raise TypeError(f"{route.path}: make {each.call} async, or every request hops through a thread")


def _model_of_body(route: APIRoute) -> type[StrictModel] | None:
    if route.body_field is None:
        return None
    model = route.body_field.field_info.annotation
    if not (isinstance(model, type) and issubclass(model, StrictModel)):
        raise TypeError(f"{route.path}: a body is a StrictModel, or it would take more than it says")
    return model


def takes_many(annotation: Any) -> bool:
    """True for the annotation of a query parameter that may be repeated."""
    return get_origin(annotation) in _MANY or annotation in _MANY or any(map(takes_many, get_args(annotation)))
