"""Messages through a gateway: over real HTTP, to a gateway that answers as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from common import clock
from common.crypto import FieldCipher
from common.crypto.webhooks import new_secret, verified
from common.errors import Message
from common.identifiers import InvitationId
from surveys.contact.domain import Address, AttemptId, AttemptState, Judged, Outcome, Outgoing
from surveys.contact.operations.gateway import GatewayAddress, gateway_sender
from surveys.contact.operations.rounds import Means, Round
from surveys.ladders.domain import Channel, Step, StepKind
from surveys.settings import Settings

Json = dict[str, Any]
SECRET = new_secret()
ID = AttemptId(UUID("019303f4-5f7e-7c3a-8d5e-1f2a3b4c5d6e"))
MESSAGE = Outgoing(
    ID,
    Step(StepKind.REMIND, Channel.SMS, 4, "SMS_4711"),
    Address("13800000000", "李四"),
    Message("示例大学", "Example University"),
    "https://survey.test/a#LINK",
    "https://survey.test/o/STOP",
    date(2026, 12, 31),
    datetime(2026, 12, 1, tzinfo=UTC),
)


@dataclass
class Gateway:
    """A gateway that keeps each request, and answers with these statuses in turn, and then with 202."""

    statuses: list[int] = field(default_factory=list)
    hangs: bool = False
    after: str = "0"
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0
    ends: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                lines = [line.split(": ", 1) for line in head.split("\r\n")[1:] if line]
                headers = {name.lower(): value for name, value in lines}
                body = await reader.readexactly(int(headers["content-length"]))
                # the clock may stand elsewhere by the time a test looks
                assert verified(SECRET, headers, body, clock.now()) == headers["idempotency-key"]
                self.requests.append((headers | {":path": head.split(" ")[1]}, body))
                if self.hangs:
                    await self.ends.wait()
                status = self.statuses.pop(0) if self.statuses else 202
                said = b'{"reference":"M-1"}'
                writer.write(
                    f"HTTP/1.1 {status} X\r\nContent-Length: {len(said)}\r\nRetry-After: {self.after}\r\n\r\n".encode()
                    + said
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def address(self, path: str = "", seconds: float = 5.0) -> GatewayAddress:
        """Where it is; tries follow each other at once."""
        return GatewayAddress(f"http://127.0.0.1:{self.port}{path}", SECRET, seconds, pauses=(0.0, 0.0, 0.0))

    def bodies(self) -> list[Json]:
        """What was sent; the signature of each request was right when it came."""
        return [json.loads(body) for _, body in self.requests]


@pytest.fixture
async def receiver() -> AsyncIterator[Gateway]:
    made = Gateway()
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    made.ends.set()
    server.close()


async def send(receiver: Gateway, seconds: float = 5.0) -> Outcome:
    async with gateway_sender(receiver.address("/base/", seconds)) as sender:
        return await sender.send(MESSAGE)


async def test_a_message_is_what_the_interface_says(receiver: Gateway) -> None:
    assert await send(receiver) == Outcome(AttemptState.ACCEPTED, "M-1")
    assert receiver.bodies() == [
        {
            "id": str(ID),
            "channel": "sms",
            "to": "13800000000",
            "template": "SMS_4711",
            "language": "zh",
            "params": {
                "school": "示例大学",
                "link": "https://survey.test/a#LINK",
                "stop": "https://survey.test/o/STOP",
                "closes_on": "2026-12-31",
            },
            "expires_at": "2026-12-01T00:00:00+00:00",
        }
    ]
    assert receiver.requests[0][0][":path"] == "/base/messages"


@pytest.mark.parametrize(
    ("statuses", "state", "count"),
    [
        ([200], AttemptState.ACCEPTED, 1),
        ([503, 429, 202], AttemptState.ACCEPTED, 3),
        ([500, 502, 504], AttemptState.DEFERRED, 3),
        ([400], AttemptState.FAILED, 1),
        ([503, 422], AttemptState.FAILED, 2),
        ([409], AttemptState.FAILED, 1),
        ([302], AttemptState.FAILED, 1),
    ],
)
async def test_what_may_pass_is_repeated_under_the_same_id(
    receiver: Gateway, statuses: list[int], state: AttemptState, count: int
) -> None:
    receiver.statuses = statuses
    assert (await send(receiver)).state is state
    assert [each["id"] for each in receiver.bodies()] == [str(ID)] * count


async def test_a_gateway_that_hangs_or_is_away_is_asked_again_later(receiver: Gateway) -> None:
    receiver.hangs = True
    assert await send(receiver, seconds=0.1) == Outcome(AttemptState.DEFERRED)
    assert len(receiver.requests) == 3
    receiver.port = 1
    assert await send(receiver) == Outcome(AttemptState.DEFERRED)


async def test_phone_link_and_name_are_in_no_log(
    receiver: Gateway, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    receiver.statuses = [503, 400]
    with caplog.at_level("DEBUG"):
        await send(receiver)
        receiver.port = 1
        await send(receiver)
    written = "".join(capfd.readouterr()) + caplog.text
    assert not [each for each in ("13800000000", "LINK", "STOP", "李四", SECRET) if each in written]


@pytest.fixture
def plan(plan: Json) -> Json:
    """The wave's only step is a message."""
    return plan | {"ladder": [{"kind": "invite", "channel": "sms", "after_days": 0, "template": "SMS_1"}]}


@pytest.fixture
def go(receiver: Gateway, cipher: FieldCipher, graduates: list[UUID]) -> Callable[..., Any]:
    """One round of a worker, whose gateway is the receiver."""

    async def reach(channel: Channel, found: Sequence[Judged]) -> Mapping[InvitationId, Address]:
        assert channel is Channel.SMS
        known = [each for each in found if each.graduate_id in graduates]
        return {each.invitation_id: Address(f"138{each.graduate_id}", "李四") for each in known}

    async def run(database: Any) -> None:
        async with gateway_sender(receiver.address()) as sender:
            await Round(database, cipher, Means(reach, {Channel.SMS: sender}, {"sms": 5}, "https://survey.test")).run()

    return run


async def test_a_message_that_was_put_off_or_lost_is_sent_again_under_its_id(
    wave: Json, morning: datetime, ahead: Any, go: Any, receiver: Gateway, attempts: Any, rows: Any, changed: Any
) -> None:
    receiver.statuses = [503] * 9
    async with ahead(morning) as database:
        await go(database)
    assert {each["state"] for each in await attempts()} == {"deferred"}
    first = {each["id"] for each in receiver.bodies()}
    # whoever sent the first one died in between
    await changed(f"UPDATE contact_attempts SET state = 'sending', due_at = NULL WHERE id = '{min(first)}'")
    receiver.requests.clear()
    async with ahead(morning + timedelta(hours=1)) as database:
        await go(database)
    assert {each["state"] for each in await attempts()} == {"accepted"}
    assert sorted(each["id"] for each in receiver.bodies()) == sorted(first)
    kept = await rows("SELECT reference, price_fen FROM contact_attempts WHERE wave_id = :id", id=wave["id"])
    assert [tuple(row.values()) for row in kept] == [("M-1", 5)] * 3


def test_a_gateway_needs_a_secret_that_is_one(settings: Settings) -> None:
    known = settings.model_dump(exclude={"gateway_secret"})
    for wrong in ({"gateway_url": "https://g"}, {"gateway_secret": "whsec_short"}):
        with pytest.raises(ValueError, match=r"QUXIANG_GATEWAY_SECRET|whsec_"):
            Settings(**known | wrong)
    assert Settings(**known | {"gateway_url": "", "gateway_secret": "", "smtp_url": ""}).gateway_secret is None
