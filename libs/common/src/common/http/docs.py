"""The description at `/openapi.json`, and at `/docs` for people: files that ship with the service, without internet."""

from pathlib import Path

import fastapi_offline
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse
from starlette.requests import Request
from starlette.staticfiles import StaticFiles

from common.http.bodies import JSON

DOCUMENT = "/openapi.json"
ASSETS = "/docs/assets"
POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
)


def add_docs(app: FastAPI, document: Path) -> None:
    """Adds `/openapi.json`, which is that file, `/docs` and its assets to an application."""

    async def describe(_request: Request) -> FileResponse:
        return FileResponse(document, media_type=JSON)

    static = Path(fastapi_offline.__file__).parent / "static"
    app.mount(ASSETS, StaticFiles(directory=static), name="docs-assets")
    app.add_route(DOCUMENT, describe, include_in_schema=False)
    app.add_route("/docs", _page, include_in_schema=False)


async def _page(request: Request) -> HTMLResponse:
    root = request.scope.get("root_path", "").rstrip("/")
    page = get_swagger_ui_html(
        openapi_url=f"{root}{DOCUMENT}",
        title=request.app.title,
        swagger_js_url=f"{root}{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{root}{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{root}{ASSETS}/favicon.png",
    )
    page.headers["Content-Security-Policy"] = POLICY
    return page
