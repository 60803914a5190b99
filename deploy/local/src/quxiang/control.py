"""Orders to a running launcher, from `quxiang stop` and `quxiang start`: one line of JSON each way on the loopback."""

import asyncio
import contextlib
import json
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from quxiang.stack import SERVICE_PATIENCE, Stack
from quxiang.state import State
from servers.ports import LOOPBACK
from servers.problems import StartProblem, first_of

NOT_RUNNING = "The stack is not running. Start it with `make run`."
_FILE = "control.json"


@asynccontextmanager
async def taking_orders(state: State, stack: Stack) -> AsyncIterator[None]:
    """Obeys orders that carry the secret of this run's file, which only its owner can read; one after the other."""
    secret, turn = secrets.token_urlsafe(24), asyncio.Lock()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            given = json.loads(await reader.readline())
            if secrets.compare_digest(given["secret"], secret):
                async with turn:
                    problem = await _obey(stack, given["order"], given["service"])
                writer.write(json.dumps({"problem": problem}).encode() + b"\n")
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, LOOPBACK, 0)
    state.remember(_FILE, {"port": server.sockets[0].getsockname()[1], "secret": secret})
    try:
        yield
    finally:
        server.close()
        with contextlib.suppress(OSError):
            (state.folder / _FILE).unlink()


async def _obey(stack: Stack, order: str, service: str) -> str | None:
    """What stood in the way, in words for the person; None when the order is carried out."""
    try:
        await {"stop": stack.stop_service, "start": stack.start_service}[order](service)
    except Exception as failure:
        problem = first_of(failure, StartProblem) or first_of(failure, OSError)
        if problem is None:
            raise
        return str(problem)
    return None


def give_order(state: State, order: str, service: str) -> None:
    """Has the running launcher stop or start one service, and waits until it is done; raises StartProblem."""
    address: dict[str, Any] = state.recall(_FILE)
    if not address:
        raise StartProblem(NOT_RUNNING)
    line = json.dumps({"secret": address.get("secret"), "order": order, "service": service}).encode() + b"\n"
    try:
        with socket.create_connection((LOOPBACK, address["port"]), timeout=SERVICE_PATIENCE + 30) as connection:
            connection.sendall(line)
            answer = json.loads(connection.makefile().readline())
    except (OSError, ValueError, KeyError):
        raise StartProblem(NOT_RUNNING) from None
    if answer["problem"]:
        raise StartProblem(answer["problem"])
