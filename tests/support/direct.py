"""A transport of httpx with little between a request and its socket, for tests that send tens of thousands of them.

The one of httpx takes four times as long for a request, twice as long as the service that answers it.
"""

import asyncio
import time
from collections import defaultdict

import httpx

_KEPT_SECONDS = 30.0
"""A connection that was idle for longer is closed: the service closes it later, maybe when the next request is sent."""

_AT_ONCE = 12
"""Requests under way; services have few connections to their databases."""

_END_OF_HEAD = b"\r\n\r\n"


class Direct(httpx.AsyncBaseTransport):
    """Sends over kept connections, a few requests at once.

    It knows what answers of services are like, and no limit of time. Raises httpx.TransportError.
    """

    def __init__(self) -> None:
        self._kept: defaultdict[tuple[str, int | None], list[_Connection]] = defaultdict(list)
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        kept = self._kept[request.url.host, request.url.port]
        async with self._turns:
            try:
                connection = await self._connection(kept, request.url)
                answer = await connection.answer(request)
            except (OSError, EOFError) as error:
                raise httpx.TransportError(type(error).__name__, request=request) from error
        kept.append(connection)
        return answer

    async def aclose(self) -> None:
        for kept in self._kept.values():
            while kept:
                kept.pop().close()

    async def _connection(self, kept: "list[_Connection]", url: httpx.URL) -> "_Connection":
        while kept:
            connection = kept.pop()
            if connection.is_fresh():
                return connection
            connection.close()
        return _Connection(*await asyncio.open_connection(url.host, url.port))


class _Connection:
    """One request at a time; a connection that fails under one is not used again."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._used = time.monotonic()

    def is_fresh(self) -> bool:
        """Whether the service still waits for a request."""
        return not self._reader.at_eof() and time.monotonic() - self._used < _KEPT_SECONDS

    def close(self) -> None:
        self._writer.close()

    async def answer(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        lines = [f"{request.method} ".encode() + request.url.raw_path + b" HTTP/1.1"]
        lines += [name + b": " + value for name, value in request.headers.raw]
        self._writer.write(b"\r\n".join(lines) + _END_OF_HEAD + body)
        head = (await self._reader.readuntil(_END_OF_HEAD)).removesuffix(_END_OF_HEAD)
        status, *rest = head.split(b"\r\n")
        headers = httpx.Headers([(name, value) for name, _, value in (line.partition(b": ") for line in rest)])
        content = await self._content(headers)
        self._used = time.monotonic()
        return httpx.Response(int(status.split()[1]), headers=headers, content=content, request=request)

    async def _content(self, headers: httpx.Headers) -> bytes:
        if "transfer-encoding" not in headers:
            return await self._reader.readexactly(int(headers.get("content-length", 0)))
        parts = []
        while size := int(await self._reader.readline(), 16):
            parts.append(await self._reader.readexactly(size))
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)
        return b"".join(parts)
