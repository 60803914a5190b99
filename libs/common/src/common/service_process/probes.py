"""Probes and metrics of a worker that serves no API."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from common.observability import exposition
from common.observability.metrics import CONTENT_TYPE
from common.service_process.composition import Readiness


def probe_app(readiness: Readiness) -> ASGIApp:
    """Answers `/livez`, `/readyz` and `/metrics`."""

    async def ready(_request: Request) -> Response:
        reasons = {name: reason for name, not_ready in readiness.items() if (reason := await not_ready())}
        return JSONResponse({"ready": not reasons, "waiting_for": reasons}, status_code=503 if reasons else 200)

    return Starlette(routes=[Route("/livez", _alive), Route("/readyz", ready), Route("/metrics", _metrics)])


async def _alive(_request: Request) -> Response:
    return JSONResponse({"alive": True})


async def _metrics(_request: Request) -> Response:
    return Response(exposition(), media_type=CONTENT_TYPE)
