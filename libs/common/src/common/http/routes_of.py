"""What the application's routes declare, looked up once: query parameters, methods, bodies, uploads.

Since FastAPI 0.137 `app.routes` is a tree; `iter_route_contexts` is the supported way to walk it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from re import Pattern
from typing import Any

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.security.base import SecurityBase
from pydantic import BaseModel

from common.http.bodies import BodyReader
from common.http.models import StrictModel
from common.http.routing import Route, flattened, refuse_blocking, takes_many


@dataclass(frozen=True)
class DeclaredRoute:
    """One route as far as refusals depend on it."""

    path: str
    pattern: Pattern[str]
    methods: frozenset[str]
    endpoint: Callable[..., Any]
    dependencies: tuple[Callable[..., Any], ...]
    authenticators: tuple[Dependant, ...]
    queries: frozenset[str]
    repeatable: frozenset[str]
    declared_body: type[StrictModel] | None

    def depends_on(self, *calls: Callable[..., Any]) -> bool:
        """True if any of the callables is among its dependencies."""
        return any(call in self.dependencies for call in calls)

    @property
    def body(self) -> type[BaseModel] | None:
        """The model of its JSON body, if it takes one."""
        readers = (call.model for call in self.dependencies if isinstance(call, BodyReader))
        return self.declared_body or next(readers, None)


class DeclaredRoutes:
    """All API routes of an application."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    @cached_property
    def all(self) -> list[DeclaredRoute]:
        """In the order in which they are matched."""
        return [_declared(context) for context in iter_route_contexts(self._app.routes) if _is_api(context)]

    @cached_property
    def by_endpoint(self) -> dict[Callable[..., Any], DeclaredRoute]:
        """By the function that answers."""
        return {route.endpoint: route for route in self.all}

    def methods_at(self, path: str) -> frozenset[str]:
        """Every method that any route takes at a path."""
        found = {method for route in self.all if route.pattern.match(path) for method in route.methods}
        return frozenset(found | {"HEAD"} if "GET" in found else found)


def route_of(request: Request) -> DeclaredRoute:
    """The route that answers a request; for dependencies, which run after it was found."""
    routes: DeclaredRoutes = request.app.state.routes
    return routes.by_endpoint[request.scope["endpoint"]]


def _is_api(context: Any) -> bool:
    return isinstance(context.original_route, APIRoute)


def _declared(context: Any) -> DeclaredRoute:
    original: APIRoute = context.original_route
    if context.body_field is not None and not isinstance(original, Route):
        raise TypeError(f"{context.path}: use common.http.Router, or the body is judged before the token")
    flat = list(flattened(context.dependant))
    refuse_blocking(original)
    queries = [field for each in flat for field in each.query_params]
    return DeclaredRoute(
        path=context.path_format,
        pattern=context.path_regex,
        methods=frozenset(context.methods or ()),
        endpoint=context.endpoint,
        dependencies=tuple(each.call for each in flat if each.call is not None),
        authenticators=tuple(each for each in flat if any(map(_is_scheme, each.dependencies))),
        queries=frozenset(field.alias for field in queries),
        declared_body=context.body_field and context.body_field.field_info.annotation,
        repeatable=frozenset(field.alias for field in queries if takes_many(field.field_info.annotation)),
    )


def _is_scheme(dependant: Dependant) -> bool:
    return isinstance(dependant.call, SecurityBase)
