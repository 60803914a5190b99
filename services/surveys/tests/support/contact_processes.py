"""A worker of contact and a mail relay as processes of their own, which may be killed at any moment."""

import asyncio
import json
import multiprocessing
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import UUID

from aiosmtpd.smtp import SMTP, Envelope, Session

from common import clock
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import InvitationId
from common.registry_client import RegistryUnavailable
from servers.ports import is_taken
from surveys.contact.domain import Address, Judged
from surveys.contact.operations.mail import Relay, mail_sender
from surveys.contact.operations.mails import Letterhead
from surveys.contact.operations.rounds import Means, Round
from surveys.ladders.domain import Channel
from testing.waiting import eventually

WORKER = "contact-worker"
"""What PostgreSQL calls the connections of a worker."""

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["surveys.contact.operations.rounds", "aiosmtpd.smtp", "aiosmtplib", "jinja2"])


@dataclass(frozen=True)
class World:
    """What a worker has all its life: whom registry knows an address of, and where the rest is."""

    database_url: str
    keyring_file: Path | None
    known: frozenset[UUID]
    price: int


@dataclass(frozen=True)
class Order:
    """One round: how far the clock is ahead, where the relay is, and how long each answer of it is waited for."""

    ahead: timedelta
    port: int
    timeout: float
    is_registry_down: bool = False


class Worker:
    """A worker's process, which does a round when it is told to."""

    def __init__(self, world: World) -> None:
        self._link, theirs = _CONTEXT.Pipe()
        self._process = _started(_work, world, theirs)
        theirs.close()

    @property
    def lives(self) -> bool:
        """Whether it can be told anything."""
        return self._process.is_alive()

    async def does(self, order: Order) -> bool:
        """Whether the round has ended before the process did."""
        try:
            self._link.send(order)
            return bool(await asyncio.to_thread(self._link.recv))
        except (EOFError, OSError):
            return False

    def kill(self) -> None:
        """Ends it wherever it is, by SIGKILL."""
        self._process.kill()
        self._process.join()


class MailServer:
    """A relay's process on one port, which writes down what arrives before it says so."""

    def __init__(self, port: int, book: Path) -> None:
        self.port, self._book = port, book
        self._process: BaseProcess | None = None
        self._temper = ""

    async def start(self, temper: str = "takes") -> None:
        """Starts it, if it is not there so: it `takes` mails, `hangs` after DATA, or says `later`."""
        if self._process is not None and self._temper == temper:
            return
        self.kill()
        self._temper = temper
        self._process = _started(_serve, self.port, self._book, temper)
        await eventually(partial(is_taken, self.port), within=60, describe="the relay")

    def kill(self) -> None:
        """Ends it wherever it is, by SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None

    @property
    def size(self) -> int:
        """Of what it has written down, in bytes."""
        return self._book.stat().st_size if self._book.exists() else 0

    def written(self) -> list[dict[str, Any]]:
        """What it has written down, in order: each mail that was `begun`, and each that has `arrived`."""
        lines = self._book.read_text("utf-8").splitlines() if self._book.exists() else []
        return [json.loads(line) for line in lines]


def prepare() -> None:
    """Begins to import what the processes need, so that each of them is there at once."""
    forkserver.ensure_running()


def _started(target: Any, *arguments: Any) -> BaseProcess:
    process = _CONTEXT.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def _work(world: World, link: Connection) -> None:
    async def work() -> None:
        cipher = FieldCipher.load(world.keyring_file)
        while True:
            order: Order = await asyncio.to_thread(link.recv)
            await _round(world, cipher, order)
            link.send(True)

    asyncio.run(work())


async def _round(world: World, cipher: FieldCipher, order: Order) -> None:
    async def reach(_channel: Channel, found: Sequence[Judged]) -> Mapping[InvitationId, Address]:
        if order.is_registry_down:
            raise RegistryUnavailable
        known = [each for each in found if each.graduate_id in world.known]
        return {each.invitation_id: Address(f"{each.graduate_id}@mail.test", "李四") for each in known}

    clock.run_ahead(order.ahead)
    database = Database.connect(world.database_url, application_name=WORKER)
    relay = Relay(f"smtp://127.0.0.1:{order.port}", Letterhead("survey@school.test"), order.timeout)
    async with mail_sender(relay) as sender:
        means = Means(reach, {Channel.EMAIL: sender}, {"email": world.price}, "https://survey.test")
        await Round(database.patient, cipher, means).run()
    await database.dispose()


class _Keeper:
    def __init__(self, book: Path, temper: str) -> None:
        self._file = os.open(book, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._temper = temper

    async def handle_RCPT(  # noqa: N802 - the server's names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self._temper == "later":
            return "451 4.7.1 Later"
        envelope.rcpt_tos.append(address)
        self._write("begun", envelope)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self._write("arrived", envelope)
        if self._temper == "hangs":
            await asyncio.Event().wait()
        return "250 OK"

    def _write(self, what: str, envelope: Envelope) -> None:
        content = envelope.content or b""
        words = content.decode() if isinstance(content, bytes) else content
        said = {"what": what, "from": envelope.mail_from, "to": envelope.rcpt_tos[0], "mail": words}
        os.write(self._file, f"{json.dumps(said)}\n".encode())


def _serve(port: int, book: Path, temper: str) -> None:
    async def serve() -> None:
        keeper, loop = _Keeper(book, temper), asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(keeper, enable_SMTPUTF8=True), "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(serve())
