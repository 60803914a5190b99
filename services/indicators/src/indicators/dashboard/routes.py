"""GET /dashboard: an open shell without data; what it shows it asks with the token that its address brings."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from fastapi import Response

from common.errors import NotFound
from common.http import OPEN, Router

router = Router(credential=OPEN, include_in_schema=False)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
_PAGE = Path(__file__).with_name("page")
FILES: Mapping[str, str] = MappingProxyType(
    {"dashboard.js": "text/javascript; charset=utf-8", "dashboard.css": "text/css; charset=utf-8"}
)


@router.get("/dashboard", summary="The page")
async def read_page() -> Response:
    return Response(_content("index.html"), media_type="text/html; charset=utf-8", headers=_HEADERS)


@router.get("/dashboard/{name}", summary="Script and style of the page")
async def read_file(name: str) -> Response:
    if name not in FILES:
        raise NotFound
    return Response(_content(name), media_type=FILES[name], headers=_HEADERS)


def _content(name: str) -> bytes:
    return (_PAGE / name).read_bytes()
