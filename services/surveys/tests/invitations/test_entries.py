"""A token that answers like a link for a while."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest

from common.auth import SYSTEM
from common.crypto import hashed_secret
from common.database import Database, UnitOfWork
from surveys.invitations import storage
from surveys.invitations.commands import forget_entries
from surveys.invitations.domain import Entry, new_token

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]


@pytest.fixture
def enter(database: Database, tokens: list[str]) -> Callable[..., Awaitable[str]]:
    """Make an entry to the first graduate's invitation; gives its token."""

    async def make(lives: timedelta = timedelta(hours=1), *, by_phone: bool = False) -> str:
        async with database.reading() as connection:
            invitation = await storage.by_digest(connection, hashed_secret(tokens[0]))
        assert invitation is not None
        token = new_token()
        entry = Entry(hashed_secret(token), invitation, lives, by_phone=by_phone)

        async def add(unit: UnitOfWork, entry: Entry) -> None:
            await storage.add_entry(unit.connection, entry)

        await database.act(SYSTEM, partial(add, entry=entry))
        return token

    return make


async def submitted(client: Client, agree: Callable[[str], Awaitable[None]], token: str) -> httpx.Response:
    await agree(token)
    values = {"satisfied": "y", "match": 4}
    return await client(link=token).post("/v1/answer/submit", json={"values": values}, headers={"If-Match": "*"})


@pytest.mark.parametrize(("by_phone", "mode", "means"), [(False, "api", "screen"), (True, "phone", "oral")])
async def test_it_answers_like_the_link_in_the_mode_of_who_holds_it(
    client: Client,
    agree: Callable[[str], Awaitable[None]],
    enter: Callable[..., Awaitable[str]],
    rows: Rows,
    graduates: list[UUID],
    by_phone: bool,
    mode: str,
    means: str,
) -> None:
    token = await enter(by_phone=by_phone)
    answered = await submitted(client, agree, token)
    assert answered.status_code == 200, answered.text
    [stored] = await rows(
        "SELECT mode, means FROM responses AS response JOIN response_consents ON response_id = response.id"
        " WHERE response.graduate_id = :id",
        id=graduates[0],
    )
    assert stored == {"mode": mode, "means": means}


async def test_after_its_time_it_opens_nothing_and_the_link_still_does(
    client: Client, enter: Callable[..., Awaitable[str]], tokens: list[str]
) -> None:
    token = await enter(timedelta(seconds=-1))
    refused = await client(link=token).get("/v1/answer")
    assert (refused.status_code, refused.json()["code"]) == (401, "link_refused")
    assert (await client(link=tokens[0]).get("/v1/answer")).status_code == 200


async def test_what_has_expired_is_forgotten(
    database: Database, enter: Callable[..., Awaitable[str]], rows: Rows, school: str
) -> None:
    await enter(timedelta(seconds=-1))
    await enter()
    await forget_entries(database)
    assert len(await rows("SELECT FROM access_entries WHERE school_code = :school", school=school)) == 1


async def test_it_opens_nothing_once_what_was_answered_is_final(
    client: Client,
    agree: Callable[[str], Awaitable[None]],
    enter: Callable[..., Awaitable[str]],
    tokens: list[str],
) -> None:
    token = await enter()
    assert (await submitted(client, agree, tokens[0])).status_code == 200
    assert (await client(link=token).get("/v1/answer")).status_code == 401
