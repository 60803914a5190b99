"""Refusing queries that no route declares: a misspelt filter must not answer with everything."""

from contextlib import AsyncExitStack

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import solve_dependencies

from common.errors import BadQuery, FieldProblem, Message
from common.http.routes_of import DeclaredRoute, route_of
from common.http.validation import MAX_SEGMENT

_UNKNOWN = Message("未知查询参数", "There is no such query parameter")
_REPEATED = Message("该参数只能出现一次", "May be given only once")
_NULL = Message("不得包含空字符", "Must not contain a null character")


async def refuse_unknown_query(request: Request) -> None:
    """Run before a route's own dependencies; a missing token still comes first."""
    if not request.scope["query_string"]:
        return
    route = route_of(request)
    problems = _problems(request, route)
    if problems:
        await _authenticate_first(request, route)
        raise BadQuery(problems)


def _problems(request: Request, route: DeclaredRoute) -> list[FieldProblem]:
    given = request.query_params
    found = [
        FieldProblem(name[:MAX_SEGMENT], "unknown_parameter", _UNKNOWN) for name in given if name not in route.queries
    ]
    for name in route.queries.intersection(given):
        values = given.getlist(name)
        if len(values) > 1 and name not in route.repeatable:
            found.append(FieldProblem(name, "repeated_parameter", _REPEATED))
        if any("\0" in value for value in values):
            found.append(FieldProblem(name, "null_character", _NULL))
    return found


async def _authenticate_first(request: Request, route: DeclaredRoute) -> None:
    """Raises what the route does without a good token: nobody without one learns which parameters exist."""
    first = Dependant(dependencies=list(route.authenticators))
    async with AsyncExitStack() as opened:
        await solve_dependencies(request=request, dependant=first, async_exit_stack=opened, embed_body_fields=False)
