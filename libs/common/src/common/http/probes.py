"""What orchestrators and monitoring ask: is the process alive, can it work, how is it doing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI, Response
from pydantic import BaseModel
from starlette.middleware import Middleware

from common.auth.verifier import TokenVerifier
from common.http.middleware import HeadAsGet
from common.http.refusing import add_refusals
from common.http.routing import Router
from common.observability import Notice, exposition
from common.observability.metrics import CONTENT_TYPE

CHECK_SECONDS = 3.0
"""A dependency that hangs is not ready; a probe must answer before the orchestrator gives up on it."""

Check = Callable[[], Awaitable[str | None]]
"""None when all is well, else a few words why not: codes, never addresses or texts of exceptions.

A Notice says what to look at, and the process stays ready.
"""


class Readiness(BaseModel):
    """Whether this process can do its work; `checks` gives a reason for each part that cannot, to operators only."""

    ready: bool
    checks: dict[str, str | None]


class KeySetDocument(BaseModel):
    """Public keys (RFC 7517)."""

    keys: list[dict[str, object]]


def probes_router(
    readiness: Mapping[str, Check], verifier: TokenVerifier | None = None, *, reasons: bool = True
) -> Router:
    """`/livez`, `/readyz`, and the trusted keys where there is a verifier."""
    router = Router(credential=None, tags=["probes"])
    asked = {part: _shared(check) for part, check in readiness.items()}

    @router.get("/livez", summary="The process runs")
    async def livez() -> dict[str, bool]:
        return {"alive": True}

    @router.get("/readyz", summary="The process can do its work", responses={503: {"model": Readiness}})
    async def readyz(response: Response) -> Readiness:
        checks = dict(zip(asked, await asyncio.gather(*(ask() for ask in asked.values())), strict=True))
        ready = all(reason is None or isinstance(reason, Notice) for reason in checks.values())
        response.status_code = 200 if ready else 503
        return Readiness(ready=ready, checks=checks if reasons else {})

    if verifier is not None:

        @router.get("/.well-known/jwks.json", summary="The keys this service trusts")
        async def jwks() -> KeySetDocument:
            return KeySetDocument(**await verifier.jwks())

    return router


def probes_app(readiness: Mapping[str, Check]) -> FastAPI:
    """The probes with their reasons, and the metrics, for a port that only operators reach."""
    app = FastAPI(title="Probes", openapi_url=None, redirect_slashes=False, middleware=[Middleware(HeadAsGet)])
    add_refusals(app)
    router = probes_router(readiness)

    @router.get("/metrics", summary="Metrics for Prometheus", response_class=_Metrics)
    async def metrics() -> Response:
        return _Metrics(exposition())

    app.include_router(router)
    return app


class _Metrics(Response):
    media_type = CONTENT_TYPE


def _shared(check: Check) -> Check:
    """A check that runs once for all who ask meanwhile: anybody may ask, and the connections to a database are few."""
    running: asyncio.Task[str | None] | None = None

    async def ask() -> str | None:
        nonlocal running
        if running is None or running.done():
            running = asyncio.create_task(_reason(check))
        return await asyncio.shield(running)

    return ask


async def _reason(check: Check) -> str | None:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except TimeoutError:
        return "timeout"
    except Exception:
        return "failed"
