"""Every refusal as a problem document (RFC 9457). Here, and only here, errors meet status codes."""

import json
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response

from common.errors import (
    BadQuery,
    Conflict,
    FieldProblem,
    Forbidden,
    Gone,
    Invalid,
    Malformed,
    Message,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    QuxiangError,
    TooManyRequests,
    TransientError,
    Unauthenticated,
)
from common.http.language import preferred_language
from common.http.refusals import ContentTooLarge, EncodedContent, MethodNotAllowed, UnsupportedMediaType
from common.observability import current_correlation_id

MEDIA_TYPE = "application/problem+json"
PAGES = "/problems"

STATUSES: Mapping[type[QuxiangError], int] = {
    QuxiangError: HTTPStatus.INTERNAL_SERVER_ERROR,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    PreconditionRequired: HTTPStatus.PRECONDITION_REQUIRED,
    PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    Conflict: HTTPStatus.CONFLICT,
    Gone: HTTPStatus.GONE,
    Malformed: HTTPStatus.BAD_REQUEST,
    BadQuery: HTTPStatus.BAD_REQUEST,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    TransientError: HTTPStatus.SERVICE_UNAVAILABLE,
    MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    UnsupportedMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    EncodedContent: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ContentTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}
"""Kind of error → status; the nearest kind in an error's ancestry counts."""


class InternalError(QuxiangError):
    """What a caller hears of anything unforeseen: nothing but the trace id."""

    code = "internal_error"

    def __init__(self) -> None:
        super().__init__(Message("请提供 trace_id 以便查询", "Name the trace_id when you ask for help"))


def status_of(kind: type[QuxiangError]) -> int:
    """The status for a kind of error by the nearest of its ancestors that has one."""
    return next(int(STATUSES[each]) for each in kind.__mro__ if each in STATUSES)


def problem_response(request: Request, error: QuxiangError) -> Response:
    """The whole answer. An error whose status is 500 is answered like any unforeseen one."""
    status = status_of(type(error))
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        error = InternalError()
    language = preferred_language(request.headers.get("accept-language"))
    document = json.dumps(_document(error, status, language), ensure_ascii=False, default=str)
    headers = {"Content-Language": language, "Vary": "Accept-Language", **_headers(error, status)}
    return Response(document.encode("utf-8", "replace"), status, headers, media_type=MEDIA_TYPE)


def _document(error: QuxiangError, status: int, language: str) -> dict[str, Any]:
    return {
        **error.extra,
        "type": f"{PAGES}/{error.code}",
        "title": error.title.in_language(language),
        "status": status,
        "detail": error.detail.in_language(language),
        "code": error.code,
        "trace_id": current_correlation_id(),
        "errors": [_item(each, language) for each in error.problems],
    }


def _item(problem: FieldProblem, language: str) -> dict[str, Any]:
    item = {"pointer": problem.pointer, "rule": problem.rule, "message": problem.message.in_language(language)}
    cell = {"row": problem.row, "column": problem.column}
    return item if problem.row is None else {**item, **cell}


def _headers(error: QuxiangError, status: int) -> dict[str, str]:
    headers = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = getattr(error, "challenge", "Bearer")
    if isinstance(error, PreconditionFailed):
        headers["ETag"] = f'"{error.current_version}"'
    if isinstance(error, EncodedContent):
        headers["Accept-Encoding"] = "identity"
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(sorted(error.allowed))
    retry_after = getattr(error, "retry_after", 1.0 if status == HTTPStatus.SERVICE_UNAVAILABLE else None)
    if retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(retry_after)))
    return headers
