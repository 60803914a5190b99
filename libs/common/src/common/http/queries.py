"""Refusing queries that no route declares: a misspelt filter must not answer with everything."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import solve_dependencies

from common.errors import BadQuery, FieldProblem, Message
from common.http.validation import MAX_SEGMENT

if TYPE_CHECKING:
    from common.http.routes_of import DeclaredRoute

_UNKNOWN = Message("未知查询参数", "There is no such query parameter")
_REPEATED = Message("该参数只能出现一次", "May be given only once")
_NULL = Message("不得包含空字符", "Must not contain a null character")


@dataclass(frozen=True)
class DeclaredQuery:
    """The query parameters of one route, and which of them may be repeated."""

    names: frozenset[str]
    repeatable: frozenset[str]

    def check(self, request: Request) -> None:
        """Raises BadQuery for unknown and for repeated parameters, and for null characters."""
        if request.scope["query_string"] and (problems := self._problems(request)):
            raise BadQuery(problems)

    def _problems(self, request: Request) -> list[FieldProblem]:
        given = request.query_params
        found = [
            FieldProblem(name[:MAX_SEGMENT], "unknown_parameter", _UNKNOWN) for name in given if name not in self.names
        ]
        for name in self.names.intersection(given):
            values = given.getlist(name)
            if len(values) > 1 and name not in self.repeatable:
                found.append(FieldProblem(name, "repeated_parameter", _REPEATED))
            if any("\0" in value for value in values):
                found.append(FieldProblem(name, "null_character", _NULL))
        return found


async def refuse_unknown_query(request: Request) -> None:
    """Run before a route's own dependencies; a missing token still comes first."""
    from common.http.routes_of import route_of

    if not request.scope["query_string"]:
        return
    route = route_of(request)
    query = DeclaredQuery(route.queries, route.repeatable)
    try:
        query.check(request)
    except BadQuery:
        await _authenticate_first(request, route)
        raise


async def _authenticate_first(request: Request, route: "DeclaredRoute") -> None:
    """Raises what the route does without a good token: nobody without one learns which parameters exist."""
    first = Dependant(dependencies=list(route.authenticators))
    async with AsyncExitStack() as opened:
        await solve_dependencies(request=request, dependant=first, async_exit_stack=opened, embed_body_fields=False)
