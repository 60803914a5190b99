"""Graduates find the waves that ask them, and enter one with their account in place of a link."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from common.database import Database
from surveys.invitations.commands import forget_entries

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Moved = Callable[[str, str], Awaitable[None]]


@pytest.fixture
def oneself(client: Client, graduates: list[UUID]) -> httpx.AsyncClient:
    """The first graduate, by an account."""
    return client("graduate", graduate=graduates[0])


async def enter(oneself: httpx.AsyncClient, wave: Json) -> httpx.Response:
    return await oneself.post(f"/v1/waves/{wave['id']}/enter")


async def test_a_graduate_finds_the_own_waves_alone(
    client: Client, oneself: httpx.AsyncClient, manager: httpx.AsyncClient, wave: Json
) -> None:
    (mine,) = (await oneself.get("/v1/my-waves")).json()["items"]
    assert {name: mine[name] for name in ("wave_id", "phase", "state", "cycle")} == {
        "wave_id": wave["id"],
        "phase": "open",
        "state": None,
        "cycle": 1,
    }
    assert mine["title"] == {"zh": "毕业生调查", "en": "Graduate survey"}
    assert (await client("graduate", graduate=uuid4()).get("/v1/my-waves")).json()["items"] == []
    assert (await manager.get("/v1/my-waves")).status_code == 403
    assert (await enter(manager, wave)).status_code == 403


async def test_an_account_opens_what_the_link_opens(
    client: Client, oneself: httpx.AsyncClient, wave: Json, agree: Any, rows: Rows, graduates: list[UUID]
) -> None:
    before = datetime.now(UTC)
    entered = await enter(oneself, wave)
    assert entered.status_code == 201, entered.text
    given = entered.json()
    lives = datetime.fromisoformat(given["expires_at"]) - before
    assert timedelta(hours=11, minutes=59) < lives < timedelta(hours=12, minutes=1)
    assert given["link"] == f"https://survey.test/a#{given['token']}"
    await agree(given["token"])
    holder = client(link=given["token"])
    saved = {"satisfied": "y", "match": 4}
    submitted = await holder.post("/v1/answer/submit", json={"values": saved}, headers={"If-Match": "*"})
    assert submitted.status_code == 200, submitted.text
    assert (await oneself.get("/v1/my-waves")).json()["items"][0]["state"] == "submitted"
    found = await rows("SELECT graduate_id, state FROM invitations WHERE wave_id = :id", id=wave["id"])
    assert found == [{"graduate_id": graduates[0], "state": "submitted"}]
    assert (await holder.get("/v1/answer")).status_code == 401
    assert (
        await client(link=(await enter(oneself, wave)).json()["token"]).post("/v1/answer/withdraw")
    ).status_code == 204
    refused = await enter(oneself, wave)
    assert (refused.status_code, refused.json()["code"]) == (409, "transition_not_allowed")


async def test_the_token_ends_and_the_link_stays(
    client: Client,
    oneself: httpx.AsyncClient,
    wave: Json,
    tokens: list[str],
    database: Database,
    rows: Rows,
    changed: Callable[[str], Awaitable[None]],
) -> None:
    further = (await enter(oneself, wave)).json()["token"]
    assert further not in tokens
    for token in (further, tokens[0]):
        assert (await client(link=token).get("/v1/answer")).status_code == 200
    await changed("UPDATE access_entries SET expires_at = expires_at - interval '12 hours'")
    assert (await client(link=further).get("/v1/answer")).status_code == 401
    assert (await client(link=further).post("/v1/answer/withdraw")).status_code == 401
    assert (await client(link=tokens[0]).get("/v1/answer")).status_code == 200
    await forget_entries(database)
    assert await rows("SELECT 1 FROM access_entries WHERE school_code = :school", school=wave["school_code"]) == []


async def test_who_is_not_asked_enters_nothing_and_nobody_before_or_after(
    client: Client, oneself: httpx.AsyncClient, wave: Json, moved: Moved
) -> None:
    assert (await enter(client("graduate", graduate=uuid4()), wave)).status_code == 404
    assert (await enter(oneself, {"id": str(uuid4())})).status_code == 404
    await moved(wave["id"], "opens_at = closes_at - interval '1 second'")
    early = await enter(oneself, wave)
    assert (early.status_code, early.json()["code"]) == (409, "wave_not_open")
    await moved(wave["id"], "opens_at = opens_at - interval '1 day', closes_at = closes_at - interval '1 day'")
    late = await enter(oneself, wave)
    assert (late.status_code, late.json()["code"]) == (409, "wave_closed")


async def test_a_repeated_request_gets_a_token_of_its_own_and_one_link(
    client: Client, oneself: httpx.AsyncClient, wave: Json, rows: Rows
) -> None:
    path, key = f"/v1/waves/{wave['id']}/enter", {"Idempotency-Key": str(uuid4())}
    first, second = [await oneself.post(path, headers=key) for _ in range(2)]
    assert (first.status_code, second.status_code, second.headers["Idempotency-Replayed"]) == (201, 201, "true")
    assert first.json()["token"] != second.json()["token"]
    assert len(await rows("SELECT id FROM invitations WHERE wave_id = :id", id=wave["id"])) == 1


async def test_who_is_erased_enters_nothing(
    oneself: httpx.AsyncClient, wave: Json, keep: Any, graduate_event: Any, school: str, graduates: list[UUID]
) -> None:
    assert (await enter(oneself, wave)).status_code == 201
    await keep([graduate_event(school, graduates[0], sequence=2, erased=True)])
    assert (await enter(oneself, wave)).status_code == 404


async def test_the_token_is_in_no_table(oneself: httpx.AsyncClient, wave: Json, rows: Rows) -> None:
    token = (await enter(oneself, wave)).json()["token"]
    for table in ("access_entries", "invitations", "audit_entries", "idempotency_keys", "outbox"):
        assert not [row for row in await rows(f"SELECT t::text FROM {table} AS t") if token in str(row)], table
