"""A process with an API that takes its time and a part that may end, as its argument says."""

import asyncio
import sys
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from common.service_process import Background
from common.service_process.running import http_server, run_together


async def slow(_request: Request) -> StreamingResponse:
    async def words() -> AsyncIterator[str]:
        yield "begun "
        await asyncio.sleep(1.5)
        yield "done"

    return StreamingResponse(words())


async def endless(_request: Request) -> StreamingResponse:
    async def words() -> AsyncIterator[str]:
        yield "begun "
        await asyncio.Event().wait()

    return StreamingResponse(words())


async def work() -> None:
    await asyncio.Event().wait()


async def deaf() -> None:
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            continue


async def dies() -> None:
    await asyncio.sleep(0.5)
    raise RuntimeError("no more")


async def main(kind: str, port: int) -> int:
    parts = {"work": work, "deaf": deaf, "dies": dies}
    app = Starlette(routes=[Route("/slow", slow), Route("/endless", endless)])
    return await run_together([http_server(app, "127.0.0.1", port)], [Background("part", parts[kind])])


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], int(sys.argv[2]))))
