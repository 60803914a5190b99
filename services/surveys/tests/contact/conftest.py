"""A mail server in the test process, a wave with a ladder, and the clock at a moment to come."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from math import ceil
from typing import Any
from uuid import UUID

import httpx
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import text

from common import clock
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import InvitationId
from surveys.contact.domain import Address, Judged
from surveys.contact.operations.mail import Relay, mail_sender
from surveys.contact.operations.mails import Letterhead
from surveys.contact.operations.rounds import Means, Reach, Round
from surveys.ladders.domain import Channel
from testing.databases import ServiceDatabase

Json = dict[str, Any]
Ahead = Callable[[datetime], Any]
LETTERHEAD = Letterhead("survey@school.test")
INVITE: Json = {"kind": "invite", "channel": "email", "after_days": 0}
REMIND: Json = {"kind": "remind", "channel": "email", "after_days": 4}


@dataclass
class Sink:
    """A mail server that keeps what arrives, and refuses or hangs as it is told, by the command."""

    arrived: list[Envelope] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    port: int = 0
    hanging: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_RCPT(  # noqa: N802 - the server's names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if "RCPT" in self.refusals:
            return self.refusals["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.hangs:
            self.hanging.set()
            await asyncio.Event().wait()
        if "DATA" in self.refusals:
            return self.refusals["DATA"]
        self.arrived.append(envelope)
        return "250 OK"

    @property
    def mails(self) -> list[EmailMessage]:
        """What arrived, read by another library."""
        parser = email.message_from_bytes
        return [parser(each.content, policy=email.policy.default) for each in self.arrived]  # type: ignore[arg-type]


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    sink = Sink()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(sink, enable_SMTPUTF8=True), "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    yield sink
    server.close()


@pytest.fixture
def ahead(addresses: ServiceDatabase) -> Ahead:
    @asynccontextmanager
    async def running(moment: datetime) -> AsyncIterator[Database]:
        """A database, and this process's clock, at a moment to come."""
        clock.run_ahead(timedelta(0))
        clock.run_ahead(timedelta(seconds=ceil((moment - clock.now()).total_seconds())))
        database = Database.connect(addresses.app_url)
        try:
            yield database.patient
        finally:
            await database.dispose()
            clock.run_ahead(timedelta(0))

    return running


@pytest.fixture
def morning() -> datetime:
    """Ten o'clock in Shanghai on the day after tomorrow."""
    day = clock.today() + timedelta(days=2)
    return datetime(day.year, day.month, day.day, 10, tzinfo=clock.SHANGHAI)


@pytest.fixture
def plan(plan: Json, morning: datetime) -> Json:
    """A wave that opens that morning for a month, with an invitation at once and a reminder after four days."""
    period = {"opens_at": morning.isoformat(), "closes_at": (morning + timedelta(days=30)).isoformat()}
    return plan | period | {"ladder": [INVITE, REMIND]}


@pytest.fixture
def among(graduates: list[UUID]) -> Reach:
    """An address for each of the test's graduates, by their ids; other tests' waves are due, too."""

    async def reach(channel: Channel, found: Sequence[Judged]) -> Mapping[InvitationId, Address]:
        assert channel is Channel.EMAIL
        known = [each for each in found if each.graduate_id in graduates]
        return {each.invitation_id: Address(f"{each.graduate_id}@mail.test", "李四") for each in known}

    return reach


Go = Callable[..., Awaitable[None]]


@pytest.fixture
def go(sink: Sink, cipher: FieldCipher, among: Reach) -> Go:
    """One round of a worker."""

    async def run(
        database: Database, *, seconds: float = 5.0, reach: Reach = among, connections: int = 8, **prices: int
    ) -> None:
        relay = Relay(f"smtp://127.0.0.1:{sink.port}", LETTERHEAD, seconds, connections)
        async with mail_sender(relay) as sender:
            means = Means(reach, {Channel.EMAIL: sender}, prices, "https://survey.test")
            await Round(database, cipher, means).run()

    return run


@pytest.fixture
def attempts(manager: httpx.AsyncClient, wave: Json) -> Callable[[], Awaitable[list[Json]]]:
    """The attempts of the wave, as its manager sees them."""

    async def read() -> list[Json]:
        answer = await manager.get(f"/v1/waves/{wave['id']}/attempts")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    return read


@pytest.fixture
async def broken(addresses: ServiceDatabase) -> AsyncIterator[Callable[..., Any]]:
    """Change rows as the owner, past every rule of the application."""
    owner = Database.connect(addresses.owner_url)

    async def change(statement: str, **values: Any) -> None:
        async with owner.reading() as connection:
            await connection.execute(text(statement), values)

    yield change
    await owner.dispose()
