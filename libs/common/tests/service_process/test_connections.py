"""What a server of ours reads of a request before anything of the application sees it: over real sockets."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from common.service_process.running import MAX_HEAD, http_server
from testing.waiting import eventually


async def _length(request: Request) -> Response:
    return Response(str(len(await request.body())))


async def _unread(_request: Request) -> Response:
    return Response()


@pytest.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    routes = [Route("/", _length, methods=["GET", "POST"]), Route("/unread", _unread, methods=["POST"])]
    server = http_server(Starlette(routes=routes), "127.0.0.1", 0)
    running = asyncio.create_task(server.serve())
    await eventually(lambda: server.started, describe="uvicorn")
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await running


async def sent(port: int, *pieces: bytes) -> bytes:
    """All that comes back until the connection is closed; each piece has been sent before the next."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(30):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            return await reader.read()
    except ConnectionResetError:
        return b"reset"
    finally:
        writer.close()


LINE = b"X-Line: " + b"a" * 1000 + b"\r\n"
GET, POST = b"GET / HTTP/1.1\r\nHost: x\r\n", b"POST /unread HTTP/1.1\r\nHost: x\r\n"
CLOSE = b"Connection: close\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "endless",
    [
        [GET, *[LINE] * 200],
        [GET, b"X-Long: ", *[b"a" * 1000] * 200],
        [b"GET /", *[b"a" * 1000] * 200],
        [POST, CHUNKED, b"0\r\n", *[LINE] * 200],
        [POST, CHUNKED, b"5;", *[b"a" * 1000] * 200],
        [b"\r\n" * 500] * 200,
    ],
    ids=["headers", "header", "address", "trailers", "extension", "nothing"],
)
async def test_what_comes_without_an_end_is_not_kept(port: int, endless: list[bytes]) -> None:
    answer = await sent(port, *endless)
    assert answer == b"reset" or str(MAX_HEAD).encode() in answer


async def test_heads_within_the_limit_and_long_bodies_are_read(port: int) -> None:
    head = GET.replace(b"GET", b"POST") + LINE * 60
    body = b"b" * 300_000
    pieces = [b"%x\r\n%b\r\n" % (len(body), body)] * 3
    once = head + CHUNKED + b"".join(pieces) + b"0\r\nX-Trailer: a\r\n\r\n"
    last = head + CLOSE + b"Content-Length: 300000\r\n\r\n" + body
    answer = await sent(port, once, GET + LINE * 60 + b"\r\n", last)
    assert answer.count(b"HTTP/1.1 200 OK") == 3
    assert answer.endswith(b"\r\n\r\n300000")
