"""A server that hears nothing and says nothing any more, as behind a network that lost its way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy import make_url, text

from common.auth import SYSTEM
from common.database import Database, new_metadata
from testing.databases import service_database
from testing.waiting import eventually


class Wire:
    """Carries bytes both ways between clients and a server, until it is cut without a word to either."""

    def __init__(self, host: str, port: int) -> None:
        self._server = host, port
        self._carrying: set[asyncio.Task[None]] = set()
        self._cut = False

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._cut:
            far_reader, far_writer = await asyncio.open_connection(*self._server)
            for ends in ((reader, far_writer), (far_reader, writer)):
                self._carrying.add(asyncio.create_task(self._pump(*ends)))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while some := await reader.read(65_536):
                writer.write(some)
        writer.close()

    def cut(self) -> None:
        self._cut = True
        for each in self._carrying:
            each.cancel()


@pytest.fixture
async def cut_off() -> AsyncIterator[tuple[Database, Wire]]:
    async with service_database("example_service", new_metadata()) as address:
        url = make_url(address.app_url)
        wire = Wire(url.host or "127.0.0.1", url.port or 5432)
        server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
        near = url.set(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
        database = Database.connect(near.render_as_string(hide_password=False))
        yield database, wire
        await database.dispose()
        server.close()


async def test_a_cancelled_act_gives_its_connection_back_though_the_server_is_silent(
    cut_off: tuple[Database, Wire],
) -> None:
    database, wire = cut_off
    begun = asyncio.Event()

    async def act() -> None:
        async with database.transaction(SYSTEM) as unit:
            await unit.connection.execute(text("SELECT"))
            async with unit.connection.savepoint():
                begun.set()
                await unit.connection.execute(text("SELECT pg_sleep(600)"))

    acting = asyncio.create_task(act())
    await begun.wait()
    wire.cut()
    acting.cancel()
    await eventually(lambda: database.pool.in_use == 0 and acting.cancelled(), describe="the connection's return")
