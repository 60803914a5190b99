"""Applications under a real uvicorn: for what only a socket shows: disconnects, HEAD, limits."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn

from testing.waiting import eventually

Client = Callable[..., httpx.AsyncClient]
"""Makes a client by role and scope."""

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients on the loopback: loading the authorities that a client would trust takes longer than most requests."""


async def get(client: httpx.AsyncClient, path: str, status: int = 200, **query: Any) -> Any:
    """The body of an answer that has the expected status; the client is closed."""
    async with client:
        answer = await client.get(path, params=query)
    assert answer.status_code == status, answer.text[:2_000]
    return answer.json()


@asynccontextmanager
async def running_app(app: Any, **client_options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Serves an ASGI application on a free port of the loopback and gives a client for it."""
    options: dict[str, Any] = {"timeout": 30, "verify": NO_TLS, **client_options}
    async with serving(app) as address, httpx.AsyncClient(base_url=address, **options) as client:
        yield client


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """Serves an application on a free port, and gives its base address."""
    listener = socket.create_server(("127.0.0.1", 0))
    # asyncio sets it on sockets of its own only; without it a second answer on a connection waits for 40 ms
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(
        app, log_config=None, server_header=False, timeout_graceful_shutdown=2, timeout_keep_alive=75
    )
    server = _Server(config)

    async def serve() -> None:
        # uvicorn exits when the application cannot start, which would end the test run
        with contextlib.suppress(SystemExit):
            await server.serve(sockets=[listener])

    running = asyncio.create_task(serve())
    try:
        await eventually(lambda: server.started or running.done(), describe="uvicorn")
        if running.done():
            raise AssertionError("the application did not start; its log says why") from running.exception()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await asyncio.wait({running}, timeout=10)
        listener.close()


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves the signals to pytest."""
        yield
