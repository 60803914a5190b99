"""Versions of single resources: `ETag` out, `If-Match` in."""

import re
from typing import Annotated, Any, Literal

from fastapi import Depends, Header, Response
from pydantic_core import to_json

from common.errors import ExpectedVersion, Versions

JSON_TYPE = "application/json"
_VERSION = re.compile(r'"([1-9][0-9]{0,17}|0)"')


async def read_if_match(
    if_match: Annotated[
        str | None, Header(alias="If-Match", description='The ETag of the version that is to be changed, as `"3"`')
    ] = None,
) -> ExpectedVersion:
    """FastAPI dependency; OpenAPI shows the header through it."""
    if if_match is None:
        return None
    # a weak tag never matches
    strong = [part for part in if_match.split(",") if not part.strip().startswith("W/")]
    named = frozenset(int(tag) for part in strong for tag in _VERSION.findall(part))
    return Versions(named, any=if_match.strip() == "*")


IfMatch = Annotated[ExpectedVersion, Depends(read_if_match)]
"""In a route's signature, `if_match: IfMatch`; the command takes it as `expected: ExpectedVersion`."""


async def read_if_match_or_none(
    expected: IfMatch,
    if_none_match: Annotated[
        Literal["*"] | None, Header(alias="If-None-Match", description="`*` where there is nothing yet to be changed")
    ] = None,
) -> ExpectedVersion:
    """FastAPI dependency: `If-None-Match: *` stands for version 0, which nothing that is stored has."""
    return expected if if_none_match is None else Versions(frozenset({0}))


IfMatchOrNone = Annotated[ExpectedVersion, Depends(read_if_match_or_none)]
"""`expected: IfMatchOrNone` of a PUT that makes what is not there yet."""


def etag(version: int) -> str:
    """A strong entity tag."""
    return f'"{version}"'


def resource(body: Any, version: int, status: int = 200, location: str | None = None) -> Response:
    """A single resource as the whole answer, with its ETag: a pydantic model, what JSON can show, or JSON itself."""
    headers = {"ETag": etag(version)}
    if location is not None:
        headers["Location"] = location
    content = body if isinstance(body, bytes) else to_json(body)
    return Response(content, status, headers, media_type=JSON_TYPE)
