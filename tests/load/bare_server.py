"""What ours is measured against: bare Starlette and asyncpg that send the same SQL and answer with its rows."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import uvicorn
from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from common.settings import ServiceSettings
from tests.load.recording import Fill, Plan

POOL: int = ServiceSettings.model_fields["pool_size"].default
"""Connections, as many as a service keeps by default."""

Statements = Sequence[tuple[str, Sequence[Fill]]]


def serve(dsn: str, plans: Mapping[str, Plan], port: int) -> None:
    """The server, as a process: `/<plan>/<item>` with any method. No tokens, no checks, no log."""
    routes = [Route("/livez", _alive), *(_route(name, plan) for name, plan in plans.items())]

    @asynccontextmanager
    async def connected(app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=POOL, max_size=POOL) as pool:
            app.state.pool = pool
            yield

    app = Starlette(routes=routes, lifespan=connected)
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False)


async def _alive(_request: Request) -> Response:
    return Response()


def _route(name: str, plan: Plan) -> Route:
    statements = plan.filled()

    async def answer(request: Request) -> Response:
        item = request.path_params["item"]
        if request.method != "GET":
            json.loads(await request.body() or b"{}")
        async with request.app.state.pool.acquire() as connection:
            if plan.isolation is None:
                found = await _sent(connection, statements, item)
            else:
                async with connection.transaction(isolation=plan.isolation, readonly=plan.readonly):
                    found = await _sent(connection, statements, item)
        return Response(to_json(list(map(dict, found)), bytes_mode="base64"), media_type="application/json")

    return Route(f"/{name}/{{item}}", answer, methods=["GET", "POST", "PUT", "PATCH"])


async def _sent(connection: Any, statements: Statements, item: str) -> Sequence[Any]:
    """The rows of the statement that found the most, which are those that ours answers with."""
    most: Sequence[Any] = []
    for statement, arguments in statements:
        found = await connection.fetch(statement, *(fill(item) for fill in arguments))
        most = found if len(found) >= len(most) else most
    return most
