"""The process that holds the servers of one test run: `python -m testing.keeper SOCKET`.

It starts a server when the first test asks for it over the socket, gives every later caller the same one, and ends
everything when its standard input closes. The test run holds the other end, so even a killed run leaves nothing behind.
"""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from testing.providers import Server, kafka_server, postgres_server

STARTERS: dict[str, Callable[[], Server]] = {"postgres": postgres_server, "kafka": kafka_server}


class Keeper:
    """Starts each server once and remembers its address."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._starting: dict[str, asyncio.Task[str]] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one request: the name of a server on one line, the address or the problem as JSON."""
        name = (await reader.readline()).decode().strip()
        try:
            if name not in self._starting:
                self._starting[name] = asyncio.create_task(self._stack.enter_async_context(STARTERS[name]()))
            answer = {"address": await asyncio.shield(self._starting[name])}
        except Exception as error:  # (whatever goes wrong belongs in the failing test's message)
            answer = {"problem": f"{type(error).__name__}: {error}"}
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()
        writer.close()


async def keep(socket: Path) -> None:
    """Serves the socket until standard input closes; the folder of the socket goes with it."""
    async with AsyncExitStack() as stack:
        server = await asyncio.start_unix_server(Keeper(stack).serve, socket)
        await asyncio.get_running_loop().run_in_executor(None, _until_closed)
        server.close()
    shutil.rmtree(socket.parent, ignore_errors=True)


def _until_closed() -> None:
    while os.read(sys.stdin.fileno(), 64):
        pass


if __name__ == "__main__":
    asyncio.run(keep(Path(sys.argv[1])))
