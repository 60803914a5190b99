"""Exceptions of routes become answers: the handlers that every application of ours has."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from common.errors import Malformed, NotFound, QuxiangError
from common.http.problems import InternalError, problem_response
from common.http.refusals import MethodNotAllowed
from common.http.routing import path_below_root, placed_routes
from common.http.validation import refusal_of

Refused = Callable[[Request, Exception], Awaitable[Response]]


# async, because FastAPI runs other handlers in a thread
async def refused(request: Request, error: Exception) -> Response:
    """The answer to a refusal of ours."""
    assert isinstance(error, QuxiangError)
    return problem_response(request, error)


async def http_refused(request: Request, error: Exception) -> Response:
    """The answer to what Starlette and FastAPI refuse by themselves."""
    assert isinstance(error, HTTPException)
    return _http_refusal(request, error)


async def invalid(request: Request, error: Exception) -> Response:
    """The answer to parameters that break rules."""
    assert isinstance(error, RequestValidationError)
    return problem_response(request, refusal_of(error))


REFUSALS: Mapping[type[Exception], Refused] = {
    QuxiangError: refused,
    HTTPException: http_refused,
    RequestValidationError: invalid,
}
"""The answers to exceptions of routes, by their classes."""


def add_refusals(app: FastAPI) -> None:
    """Lets an application answer so where it, and not `Dispatch`, handles an exception."""
    for kind, handler in REFUSALS.items():
        app.add_exception_handler(kind, handler)


def _http_refusal(request: Request, error: HTTPException) -> Response:
    """What Starlette and FastAPI refuse by themselves."""
    if error.status_code == 404:
        return problem_response(request, NotFound())
    if error.status_code != 405:
        return problem_response(request, Malformed() if error.status_code < 500 else InternalError())
    path = path_below_root(request.scope)
    here = [each for each in placed_routes(request.app) if each.match(path)]
    # the description and its pages, which are no routes of ours, are read only
    allowed = frozenset(method for each in here for method in each.methods) or frozenset({"GET"})
    allowed |= {"HEAD"} if "GET" in allowed else frozenset()
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": ", ".join(sorted(allowed | {"OPTIONS"}))})
    return problem_response(request, MethodNotAllowed(allowed))
