"""GET /dashboard: an open shell without data; what it shows it asks with the token that its address brings."""

import asyncio
import gzip
from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from fastapi import Request, Response
from fastapi.responses import FileResponse

from common.errors import NotFound
from common.http import OPEN, Router

router = Router(credential=OPEN, include_in_schema=False)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
_KEPT = {**_HEADERS, "Cache-Control": "public, max-age=86400"}
"""Of what is large and changes with a release alone."""

_PAGE = Path(__file__).with_name("page")
_SCRIPT = "text/javascript; charset=utf-8"
FILES: Mapping[str, str] = MappingProxyType(
    {"dashboard.js": _SCRIPT, "charts.js": _SCRIPT, "dashboard.css": "text/css; charset=utf-8"}
)


@router.get("/dashboard", summary="The page")
async def read_page() -> Response:
    return Response(_content("index.html"), media_type="text/html; charset=utf-8", headers=_HEADERS)


@router.get("/dashboard/vega.js", summary="What draws the charts")
async def read_drawing_script(request: Request) -> Response:
    headers = {**_KEPT, "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return FileResponse(_PAGE / "vega.js", media_type=_SCRIPT, headers=headers)
    packed = await asyncio.to_thread(_packed, "vega.js")
    return Response(packed, media_type=_SCRIPT, headers={**headers, "Content-Encoding": "gzip"})


@router.get("/dashboard/noto-sans-sc.otf", summary="The font for a machine that has no Chinese one")
async def read_font() -> Response:
    return FileResponse(_font(), media_type="font/otf", headers=_KEPT)


@router.get("/dashboard/{name}", summary="Script and style of the page")
async def read_file(name: str) -> Response:
    if name not in FILES:
        raise NotFound
    return Response(_content(name), media_type=FILES[name], headers=_HEADERS)


def _content(name: str) -> bytes:
    return (_PAGE / name).read_bytes()


@lru_cache
def _packed(name: str) -> bytes:
    return gzip.compress(_content(name), mtime=0)


@lru_cache
def _font() -> Path:
    found = find_spec("pylopdf_fonts_zh_cn")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).with_name("NotoSansSC-Regular.otf")
