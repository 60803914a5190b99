"""What the gateway says of messages: signed, repeated, late, in any order, and of messages that there are not."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import SecretStr

from common.crypto.webhooks import new_secret, signed_headers
from surveys.contact.domain import AttemptState, Receipt, after
from surveys.settings import Settings

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Send = Callable[..., Awaitable[httpx.Response]]

WAYS = {
    ("sending", "delivered"): "delivered",
    ("accepted", "delivered"): "delivered",
    ("unknown", "delivered"): "delivered",
    ("deferred", "delivered"): "delivered",
    ("sending", "failed"): "failed",
    ("accepted", "failed"): "failed",
    ("unknown", "failed"): "failed",
    ("deferred", "failed"): "failed",
    ("delivered", "failed"): "failed",
}


@pytest.mark.parametrize("receipt", list(Receipt))
@pytest.mark.parametrize("state", list(AttemptState))
def test_a_receipt_moves_a_message_that_has_not_ended(state: AttemptState, receipt: Receipt) -> None:
    assert after(state, receipt) == WAYS.get((state.value, receipt.value))


@pytest.fixture
async def message(invited: list[Json], wave: Json, changed: Any) -> str:
    """The id of a message that the gateway has accepted, to the first graduate."""
    attempt = str(uuid4())
    await changed(
        "INSERT INTO contact_attempts (id, school_code, wave_id, invitation_id, step, channel, state) VALUES "
        f"('{attempt}', '{wave['school_code']}', '{wave['id']}', '{invited[0]['id']}', 1, 'sms', 'accepted')"
    )
    return attempt


@pytest.fixture
def send(client: Client, settings: Settings) -> Send:
    """Send a receipt as the gateway does."""
    assert settings.gateway_secret is not None
    known = settings.gateway_secret.get_secret_value()

    async def post(
        receipt: Json | bytes, *, secret: str = known, late: timedelta = timedelta(0), **headers: str
    ) -> httpx.Response:
        body = receipt if isinstance(receipt, bytes) else json.dumps(receipt).encode()
        signed = signed_headers(secret, "msg_1", datetime.now(UTC) - late, body)
        sent = {**signed, "Content-Type": "application/json", **headers}
        return await client().post("/v1/contact-receipts", content=body, headers=sent)

    return post


def receipt(message: str, state: str = "delivered") -> Json:
    return {"id": message, "state": state, "at": "2026-11-30T12:00:00Z"}


async def state(rows: Rows, message: str) -> str:
    found = await rows("SELECT state FROM contact_attempts WHERE id = :id", id=message)
    return str(found[0]["state"])


async def test_what_became_of_a_message_is_kept_once(
    message: str, send: Send, rows: Rows, manager: httpx.AsyncClient, wave: Json
) -> None:
    for said, kept in (("delivered", "delivered"), ("delivered", "delivered"), ("failed", "failed"),
                       ("delivered", "failed")):  # fmt: skip
        answer = await send(receipt(message, said))
        assert (answer.status_code, answer.content, await state(rows, message)) == (202, b"", kept)
    (shown,) = (await manager.get(f"/v1/waves/{wave['id']}/attempts")).json()["items"]
    assert (shown["id"], shown["state"]) == (message, "failed")
    trail = await rows("SELECT subject, detail FROM audit_entries WHERE object_id = :id ORDER BY id", id=message)
    assert [(row["subject"], row["detail"]["state"]) for row in trail] == [
        ("gateway", "delivered"),
        ("gateway", "failed"),
    ]


async def test_a_message_that_was_put_off_and_arrived_is_not_sent_again(
    message: str, send: Send, rows: Rows, changed: Any
) -> None:
    await changed(f"UPDATE contact_attempts SET state = 'deferred', due_at = now() WHERE id = '{message}'")
    assert (await send(receipt(message))).status_code == 202
    found = await rows("SELECT state, due_at FROM contact_attempts WHERE id = :id", id=message)
    assert found == [{"state": "delivered", "due_at": None}]


async def test_stop_is_an_opt_out_from_all_waves(
    message: str, send: Send, rows: Rows, graduates: list[UUID], manager: httpx.AsyncClient
) -> None:
    for _ in range(2):
        assert (await send(receipt(message, "stop"))).status_code == 202
    (made,) = (await manager.get("/v1/opt-outs")).json()["items"]
    assert (made["graduate_id"], made["scope"], made["source"]) == (str(graduates[0]), "all", "receipt")
    assert await state(rows, message) == "accepted"


async def test_what_the_gateway_has_not_signed_just_now_is_refused(message: str, send: Send, rows: Rows) -> None:
    body = receipt(message)
    answers = [
        await send(body, secret=new_secret()),
        await send(body, late=timedelta(minutes=5, seconds=2)),
        await send(body, late=timedelta(minutes=-6)),
        await send(body, **{"webhook-id": "another"}),
        await send(body, **{"webhook-signature": ""}),
        await send(b"{", secret=new_secret()),
    ]
    assert {(each.status_code, each.headers["www-authenticate"]) for each in answers} == {(401, "Signature")}
    assert {each.json()["code"] for each in answers} == {"receipt_refused"}
    assert await state(rows, message) == "accepted"


@pytest.mark.parametrize("said", ["9" * 12, "9" * 30, "9" * 5_000, "0", "-5", "1e9", "1.5", "NaN", ""])
async def test_a_time_that_is_none_or_far_away_is_refused(message: str, send: Send, rows: Rows, said: str) -> None:
    refused = await send(receipt(message), **{"webhook-timestamp": said})
    assert (refused.status_code, refused.json()["code"]) == (401, "receipt_refused")
    assert await state(rows, message) == "accepted"


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "1970-01-01T00:00:00Z"])
async def test_the_clock_of_the_gateway_decides_nothing(message: str, send: Send, rows: Rows, at: str) -> None:
    assert (await send(receipt(message) | {"at": at})).status_code == 202
    assert await state(rows, message) == "delivered"


async def test_without_a_signature_or_without_a_gateway_everything_is_refused(
    client: Client, message: str, send: Send, application: Any
) -> None:
    assert (await client().post("/v1/contact-receipts", json=receipt(message))).status_code == 401
    secret = application.state.gateway_secret
    assert isinstance(secret, SecretStr)
    application.state.gateway_secret = None
    try:
        assert (await send(receipt(message))).status_code == 401
    finally:
        application.state.gateway_secret = secret


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"id": "x"}, "/id"),
        ({"id": 1}, "/id"),
        ({"state": "bounced"}, "/state"),
        ({"state": None}, "/state"),
        ({"at": "yesterday"}, "/at"),
        ({"at": "99999-01-01T00:00:00Z"}, "/at"),
        ({"at": "2026-11-30T12:00:00+99:00"}, "/at"),
        ({"at": 10**30}, "/at"),
        ({"at": 1e300}, "/at"),
        ({"at": True}, "/at"),
        ({"at": "2026-11-30T12:00:00"}, "/at"),
        ({"more": 1}, "/more"),
    ],
)
async def test_a_receipt_of_another_form_is_refused_at_its_field(
    message: str, send: Send, changes: Json, pointer: str
) -> None:
    refused = await send(receipt(message) | changes)
    assert (refused.status_code, [each["pointer"] for each in refused.json()["errors"]]) == (422, [pointer])


async def test_a_message_that_was_never_handed_over_is_unknown(message: str, send: Send, changed: Any) -> None:
    for said in ("delivered", "stop"):
        refused = await send(receipt(str(uuid4()), said))
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/id")
        assert refused.json()["code"] == "unknown_message"
    await changed(f"UPDATE contact_attempts SET channel = 'email' WHERE id = '{message}'")
    assert (await send(receipt(message))).json()["code"] == "unknown_message"


async def test_a_large_body_is_refused_before_it_is_read_whole(send: Send) -> None:
    assert (await send(b" " * 1_100_000)).status_code == 413
