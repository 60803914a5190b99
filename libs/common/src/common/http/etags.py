"""Versions of single resources: `ETag` out, `If-Match` in."""

import re
from typing import Annotated, Any

from fastapi import Depends, Header, Response
from pydantic_core import to_json

from common.errors import PreconditionFailed, PreconditionRequired

JSON_TYPE = "application/json"
_TAGS = re.compile(r'"([^"]*)"')


class Precondition:
    """The version that a write is meant for. Ask it after the row was found and the role is known to be right."""

    def __init__(self, header: str | None) -> None:
        self._header = header

    def must_equal(self, version: int) -> None:
        """Raises PreconditionRequired without If-Match, PreconditionFailed if it names another version."""
        if self._header is None:
            raise PreconditionRequired
        if self._header.strip() != "*" and str(version) not in self._strong_tags():
            raise PreconditionFailed(version)

    def _strong_tags(self) -> list[str]:
        header = self._header or ""
        return [tag for part in header.split(",") if not part.strip().startswith("W/") for tag in _TAGS.findall(part)]


async def read_precondition(
    if_match: Annotated[
        str | None, Header(alias="If-Match", description='The ETag of the version that is to be changed, as `"3"`')
    ] = None,
) -> Precondition:
    """FastAPI dependency; OpenAPI shows the header through it."""
    return Precondition(if_match)


IfMatch = Annotated[Precondition, Depends(read_precondition)]
"""In a route's signature; then `if_match.must_equal(row.version)`."""


def etag(version: int) -> str:
    """A strong entity tag."""
    return f'"{version}"'


def resource(body: Any, version: int, status: int = 200, location: str | None = None) -> Response:
    """A single resource as the whole answer: a pydantic model or anything JSON can show, with its ETag."""
    headers = {"ETag": etag(version)}
    if location is not None:
        headers["Location"] = location
    return Response(to_json(body), status, headers, media_type=JSON_TYPE)
