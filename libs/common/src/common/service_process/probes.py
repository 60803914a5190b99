"""Probes and metrics of a worker that serves no API."""

from fastapi import FastAPI

from common.http.probes import probes_router
from common.service_process.composition import Readiness


def probe_app(readiness: Readiness) -> FastAPI:
    """Answers `/livez`, `/readyz` and `/metrics` as the API does."""
    app = FastAPI(openapi_url=None)
    app.include_router(probes_router(readiness))
    return app
