"""The post of a local stack keeps what a relay and a gateway are given, as a process of its own."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from smtplib import SMTP
from typing import Any

import httpx
import pytest

from common import clock
from common.crypto.webhooks import new_secret, signed_headers
from servers.ports import free_port, is_taken
from testing.waiting import eventually

Json = dict[str, Any]
SECRET = new_secret()
MESSAGE: Json = {
    "id": "019303f4-5f7e-7c3a-8d5e-1f2a3b4c5d6e",
    "channel": "sms",
    "to": "13800000000",
    "template": "invite",
    "language": "zh",
    "params": {"school": "示例大学", "link": "https://x/a#t", "stop": "https://x/o/t", "closes_on": "2026-12-31"},
    "expires_at": "2026-12-01T00:00:00Z",
}


@dataclass(frozen=True)
class Running:
    """Where the post listens."""

    gateway: str
    relay_port: int

    def send(self, message: Json, secret: str = SECRET, **headers: str) -> httpx.Response:
        """A message as surveys sends it."""
        body = json.dumps(message).encode()
        signed = signed_headers(secret, str(message.get("id")), clock.now(), body)
        sent = {**signed, "Idempotency-Key": str(message.get("id")), "Content-Type": "application/json", **headers}
        return httpx.post(f"{self.gateway}/messages", content=body, headers=sent)

    def page(self) -> str:
        """What people see."""
        return httpx.get(self.gateway).raise_for_status().text

    def arrived(self) -> list[Json]:
        """What the post has."""
        return list(httpx.get(f"{self.gateway}/arrived").json()["items"])


def started(gateway: int, relay: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "quxiang.post", str(gateway), str(relay)]
    return subprocess.Popen(command, env={"QUXIANG_GATEWAY_SECRET": SECRET, "PATH": ""})


@pytest.fixture
async def post() -> AsyncIterator[Running]:
    """A running post."""
    gateway, relay = free_port(), free_port()
    process = started(gateway, relay)
    await eventually(lambda: is_taken(gateway) and is_taken(relay), within=30)
    yield Running(f"http://127.0.0.1:{gateway}", relay)
    process.terminate()
    process.wait(10)


async def test_a_mail_is_kept_for_each_who_gets_it(post: Running) -> None:
    with SMTP("127.0.0.1", post.relay_port) as client:
        client.sendmail(
            "bounces+1@x.test", ["li@x.test", "wang@x.test"], "Subject: =?utf-8?b?5ZWK?=\r\n\r\n您好".encode()
        )
    kept = post.arrived()
    assert [(each["channel"], each["envelope_from"], each["to"]) for each in kept] == [
        ("email", "bounces+1@x.test", "li@x.test"),
        ("email", "bounces+1@x.test", "wang@x.test"),
    ]
    assert "您好" in kept[0]["raw"]


async def test_a_message_is_kept_once_however_often_it_is_repeated(post: Running) -> None:
    first, second = post.send(MESSAGE), post.send(MESSAGE)
    assert (first.status_code, first.json()) == (second.status_code, second.json()) == (202, first.json())
    assert first.json()["reference"]
    (kept,) = post.arrived()
    assert (kept["channel"], kept["envelope_from"], kept["to"]) == ("sms", None, "13800000000")
    assert json.loads(kept["raw"]["body"]) == MESSAGE
    assert kept["raw"]["headers"]["idempotency-key"] == kept["raw"]["headers"]["webhook-id"] == MESSAGE["id"]
    assert "13800000000" in post.page()


@pytest.mark.parametrize(
    ("message", "secret", "headers", "status"),
    [
        (MESSAGE, new_secret(), {}, 401),
        (MESSAGE, SECRET, {"webhook-timestamp": "1"}, 401),
        (MESSAGE, SECRET, {"Idempotency-Key": "another"}, 422),
        (MESSAGE | {"to": ""}, SECRET, {}, 422),
        (MESSAGE | {"params": {"link": "x"}}, SECRET, {}, 422),
        ({"id": "x"}, SECRET, {}, 422),
    ],
    # secrets are another in each process that runs tests
    ids=("foreign", "old", "other key", "to nobody", "lacks parameters", "lacks all"),
)
async def test_what_is_not_as_it_is_written_is_refused(
    post: Running, message: Json, secret: str, headers: dict[str, str], status: int
) -> None:
    assert post.send(message, secret, **headers).status_code == status
    assert post.arrived() == []


async def test_markup_in_a_mail_is_text_on_the_page(post: Running) -> None:
    with SMTP("127.0.0.1", post.relay_port) as client:
        client.sendmail("a@x.test", ["b@x.test"], b"Subject: x\r\n\r\n<script>alert(1)</script>")
    assert "<script>" not in post.page()
