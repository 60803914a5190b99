"""What the application's routes declare, looked up once: query parameters, methods, bodies, uploads.

Since FastAPI 0.137 `app.routes` is a tree; `iter_route_contexts` is the supported way to walk it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from inspect import iscoroutinefunction
from re import Pattern
from typing import Any, get_args, get_origin

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.security.base import SecurityBase

from common.http.bodies import BodyReader

_MANY = (list, set, tuple, frozenset, Sequence)


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

    def depends_on(self, *calls: Callable[..., Any]) -> bool:
        """True if any of the callables is among its dependencies."""
        return any(call in self.dependencies for call in calls)

    @property
    def body(self) -> BodyReader | None:
        """The reader of its JSON body, if it takes one."""
        return next((call for call in self.dependencies if isinstance(call, BodyReader)), None)


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
    if context.body_field is not None:
        raise TypeError(f"{context.path}: take the body as LazyBody, or it is judged before the token")
    flat = list(_flattened(context.dependant))
    for each in flat:
        if not _is_async(each.call):
            raise TypeError(f"{context.path}: make {each.call} async, or every request hops through a thread")
    queries = [field for each in flat for field in each.query_params]
    return DeclaredRoute(
        path=context.path_format,
        pattern=context.path_regex,
        methods=frozenset(context.methods or ()),
        endpoint=context.endpoint,
        dependencies=tuple(each.call for each in flat if each.call is not None),
        authenticators=tuple(each for each in flat if any(map(_is_scheme, each.dependencies))),
        queries=frozenset(field.alias for field in queries),
        repeatable=frozenset(field.alias for field in queries if _takes_many(field.field_info.annotation)),
    )


def _is_async(call: Any) -> bool:
    return iscoroutinefunction(call) or iscoroutinefunction(getattr(call, "__call__", None))  # noqa: B004


def _flattened(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _flattened(each)


def _is_scheme(dependant: Dependant) -> bool:
    return isinstance(dependant.call, SecurityBase)


def _takes_many(annotation: Any) -> bool:
    return get_origin(annotation) in _MANY or annotation in _MANY or any(map(_takes_many, get_args(annotation)))
