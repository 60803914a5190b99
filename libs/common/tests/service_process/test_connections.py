"""What a server of ours reads of a request before anything of the application sees it: over real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from common.service_process import running
from common.service_process.running import MAX_HEAD, http_server
from testing.waiting import eventually


async def _length(request: Request) -> Response:
    return Response(str(len(await request.body())))


async def _unread(_request: Request) -> Response:
    return Response()


_ended = asyncio.Event()


async def _endless(_request: Request) -> Response:
    async def content() -> AsyncIterator[bytes]:
        try:
            while True:
                await asyncio.sleep(0)
                yield b"a" * 65536
        finally:
            _ended.set()

    return StreamingResponse(content())


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[uvicorn.Server]:
    routes = [Route("/", _length, methods=["GET", "POST"]), Route("/unread", _unread, methods=["POST"])]
    routes.append(Route("/endless", _endless))
    server = http_server(Starlette(routes=routes), "127.0.0.1", 0)
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started, describe="uvicorn")
    yield server
    server.should_exit = True
    await serving


@pytest.fixture(scope="module")
def port(server: uvicorn.Server) -> int:
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port


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


ENDLESS = b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n"


async def test_a_client_that_takes_nothing_of_its_answer_is_cut(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "STALL_SECONDS", 0.5)
    _ended.clear()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        client.sendall(ENDLESS)
        await eventually(_ended.is_set, within=30, describe="the end of the answer")
        # nobody keeps what it had not taken
        with pytest.raises(ConnectionResetError):
            read_to_the_end(client)


async def test_a_client_that_takes_little_at_a_time_is_not_cut(server: uvicorn.Server, port: int) -> None:
    _ended.clear()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        client.setblocking(False)
        await asyncio.get_running_loop().sock_sendall(client, ENDLESS)
        waiting: Any = await eventually(
            lambda: next((each for each in connections(server) if each.flow.write_paused), None)
        )
        before = waiting._not_taken()
        while waiting._not_taken() == before:
            await asyncio.get_running_loop().sock_recv(client, 1024)
        # it has made no room that the server would hear of
        assert waiting.flow.write_paused
        waiting._look(before)
        assert not waiting.transport.is_closing()
        waiting._look(waiting._not_taken())
        await eventually(_ended.is_set, within=30, describe="the end of the answer")


def read_to_the_end(client: socket.socket) -> None:
    while client.recv(65536):
        pass


def connections(server: uvicorn.Server) -> list[Any]:
    return list(server.server_state.connections)
