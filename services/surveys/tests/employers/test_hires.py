"""An employer answers once about each graduate hired: a token an answer, and none names the graduate."""

import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import httpx
from at_once import at_once

from common.contracts import measure, response
from common.database import Database
from surveys.answers.domain import MAX_HIRES
from surveys.settings import Settings
from surveys.verification import CHECKS

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Invite = Callable[[Json], Awaitable[dict[str, str]]]

ANY = {"If-Match": "*"}
AGREED = {"statement_version": 1, "agreed": True, "sensitive": False}
SAID = "SELECT * FROM outbox WHERE topic = :topic AND key = :key ORDER BY id"
ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 12


async def of_hires(manager: httpx.AsyncClient, asking: Json) -> Json:
    made = await manager.post("/v1/waves", json=asking | {"unit": "hire"})
    assert made.status_code == 201, made.text
    return dict(made.json())


async def begun(holder: httpx.AsyncClient, key: str | None = None) -> Json:
    answer = await holder.post("/v1/answer/begin", headers={"Idempotency-Key": key} if key else {})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def submitted(holder: httpx.AsyncClient, values: Json) -> None:
    assert (await holder.put("/v1/answer/consent", json=AGREED, headers=ANY)).status_code == 200
    sent = await holder.post("/v1/answer/submit", json={"values": values}, headers=ANY)
    assert sent.status_code == 200, sent.text


async def test_each_answer_has_a_token_and_stands_for_one(
    client: Client, manager: httpx.AsyncClient, school: str, employers: list[Json], asking: Json, linked: Invite,
    rows: Rows, database: Database, settings: Settings,
) -> None:  # fmt: skip
    wave, first = await of_hires(manager, asking), employers[0]["id"]
    link = client(link=(await linked(wave))[first])

    async def state() -> str:
        items = (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"]
        return next(str(each["state"]) for each in items if each["employer_id"] == first)

    one = await begun(link, "first")
    assert await begun(link, "first") == one
    two = await begun(link)
    assert [each["number"] for each in (one, two)] == [1, 2]
    assert two["link"].endswith("/a#" + two["token"])
    assert one["token"] != two["token"]
    await submitted(client(link=one["token"]), {"ethics": 5, "major": "0809"})
    await submitted(client(link=two["token"]), {"ethics": 1, "major": "0202"})
    # what is given is given; the link goes on
    assert (await client(link=one["token"]).get("/v1/answer")).status_code == 401
    assert (await link.get("/v1/answer")).status_code == 401
    three = await begun(client(link=two["token"]))
    assert three["number"] == 3
    assert (await client(link=three["token"]).get("/v1/answer")).json()["state"] == "open"

    recorded = await rows(SAID, topic=measure.TOPIC, key=first)
    assert [(row["type"], row["data"]["hires"], row["data"]["unit"]) for row in recorded] == [
        (measure.RECORDED, 1, "hire")
    ] * 2
    assert [[each["value"] for each in row["data"]["values"]] for row in recorded] == [[100, "0809"], [0, "0202"]]
    assert len({row["data"]["response_id"] for row in recorded}) == 2

    assert (await client(link=two["token"]).post("/v1/answer/withdraw")).status_code == 204
    told = [row["type"] for row in await rows(SAID, topic=response.TOPIC, key=first)]
    asked, gave = response.EMPLOYER_REQUESTED, response.EMPLOYER_SUBMITTED
    assert told == [asked, gave, gave, gave], "another answer still stands"
    assert await state() == "submitted"
    assert (await client(link=one["token"]).post("/v1/answer/withdraw")).status_code == 204
    told = [row["type"] for row in await rows(SAID, topic=response.TOPIC, key=first)]
    assert told == [asked, gave, gave, gave, response.EMPLOYER_WITHDRAWN]
    recorded = await rows(SAID, topic=measure.TOPIC, key=first)
    assert [row["data"]["values"] for row in recorded] == [[]] * 4, "both are taken back and blanked"
    await submitted(client(link=three["token"]), {"ethics": 3})
    for check in ("contents", "counts", "measures"):
        assert (await CHECKS[check](database, settings, school=school)).differences == 0
    assert await state() == "submitted"


async def test_fifty_and_no_more(
    client: Client, manager: httpx.AsyncClient, employers: list[Json], asking: Json, linked: Invite
) -> None:
    token = (await linked(await of_hires(manager, asking)))[employers[0]["id"]]
    await submitted(client(link=token), {"ethics": 5})
    made = [(await begun(client(link=token)))["number"] for _ in range(49)]
    assert made == list(range(2, 51)), "the link's own answer is the first"
    refused = await client(link=token).post("/v1/answer/begin")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_answers")


async def test_two_at_once_begin_two(
    client: Client, manager: httpx.AsyncClient, employers: list[Json], asking: Json, linked: Invite
) -> None:
    left = ROUNDS
    while left:
        pairs = min(left, MAX_HIRES // 2)
        token = (await linked(await of_hires(manager, asking)))[employers[0]["id"]]
        numbers = []
        for _ in range(pairs):
            begun_now = await at_once(*[partial(begun, client(link=token))] * 2)
            numbers += sorted(each["number"] for each in begun_now)
        assert numbers == list(range(1, len(numbers) + 1))
        left -= pairs


async def test_only_where_it_is_asked(
    client: Client, manager: httpx.AsyncClient, employers: list[Json], asking: Json, linked: Invite, moved: Any
) -> None:
    single = (await manager.post("/v1/waves", json=asking)).json()
    link = client(link=(await linked(single))[employers[0]["id"]])
    refused = await link.post("/v1/answer/begin")
    assert (refused.status_code, refused.json()["code"]) == (409, "one_answer")
    wave = await of_hires(manager, asking)
    token = (await linked(wave))[employers[0]["id"]]
    one = await begun(client(link=token))
    await moved(wave["id"], "opens_at = now() - interval '2 hours', closes_at = now() - interval '1 second'")
    for each in (token, one["token"]):
        assert (await client(link=each).post("/v1/answer/begin")).status_code == 401
    assert (await client(link=one["token"]).post("/v1/answer/withdraw")).status_code == 204


async def test_the_page_begins_another(
    transport: httpx.ASGITransport, manager: httpx.AsyncClient, employers: list[Json], asking: Json, linked: Invite
) -> None:
    wave, first = await of_hires(manager, asking), employers[0]["id"]
    token = (await linked(wave))[first]
    async with httpx.AsyncClient(transport=transport, base_url="https://surveys.test") as browser:
        assert (await browser.post("/a", data={"link": token})).headers["location"] == "/a/consent"
        for _ in range(2):
            assert (await browser.post("/a/consent", data={"agreed": "true"})).headers["location"] == "/a/pages/p"
            shown = await browser.get("/a/pages/p")
            assert "甲公司录用了 9 人" in shown.text
            assert (await browser.post("/a/pages/p", data={"ethics": "4"})).headers["location"] == "/a/review"
            assert (await browser.post("/a/review", data={})).headers["location"] == "/a/done"
            done = await browser.get("/a/done")
            assert 'action="/a/begin"' in done.text
            assert (await browser.post("/a/begin", data={})).headers["location"] == "/a/consent"
        # who opens the used link again goes on, too
        assert (await browser.post("/a", data={"link": token})).headers["location"] == "/a/done"
        assert (await browser.post("/a/begin", data={})).status_code == 303
    states = [each["state"] for each in (await manager.get(f"/v1/responses?wave={wave['id']}")).json()["items"]]
    assert sorted(states) == ["open", "open", "submitted", "submitted"]
