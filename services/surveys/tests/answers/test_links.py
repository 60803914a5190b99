"""What a personal link opens, when it does, and what its first use leaves behind."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Moved = Callable[[str, str], Awaitable[None]]

UNKNOWN = "A" * 22


async def save(holder: httpx.AsyncClient, values: Json, **headers: str) -> httpx.Response:
    return await holder.put("/v1/answer/pages/work", json={"values": values}, headers=headers)


async def submit(holder: httpx.AsyncClient, **headers: str) -> httpx.Response:
    return await holder.post("/v1/answer/submit", headers={"If-Match": "*"} | headers)


async def complete(holder: httpx.AsyncClient) -> None:
    consent = {"statement_version": 1, "agreed": True, "sensitive": False}
    await holder.put("/v1/answer/consent", json=consent, headers={"If-Match": "*"})
    for page, values in (("work", {"satisfied": "y"}), ("study", {"match": 4})):
        await holder.put(f"/v1/answer/pages/{page}", json={"values": values}, headers={"If-Match": "*"})


async def invitation(manager: httpx.AsyncClient, wave: Json, made: Json) -> Json:
    items = (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"]
    return next(each for each in items if each["id"] == made["id"])


@pytest.mark.parametrize("token", ["", "x", "A" * 22, "A" * 5000])
async def test_a_token_nobody_has_is_refused(client: Client, token: str) -> None:
    for call in (client(link=token).get("/v1/answer"), submit(client(link=token)), client().get("/v1/answer")):
        answer = await call
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Survey")


async def refusals(holder: httpx.AsyncClient) -> list[Json]:
    """What a link that opens nothing is told, without what differs from request to request."""
    answers = [await holder.get("/v1/answer"), await save(holder, {}), await submit(holder)]
    assert {answer.status_code for answer in answers} == {401}
    return [answer.json() | {"trace_id": ""} for answer in answers]


async def test_wrong_used_and_expired_links_are_refused_alike(
    client: Client, tokens: list[str], wave: Json, moved: Moved
) -> None:
    used, expired = client(link=tokens[0]), client(link=tokens[1])
    await complete(used)
    assert (await submit(used)).status_code == 200
    bodies = [*await refusals(used), *await refusals(client(link=UNKNOWN))]
    assert (await expired.get("/v1/answer")).status_code == 200
    await moved(wave["id"], "closes_at = opens_at + interval '1 second'")
    bodies += [*await refusals(used), *await refusals(expired)]
    assert all(body == bodies[0] for body in bodies)


async def test_a_link_nobody_has_is_refused_before_the_query_is_judged(client: Client, tokens: list[str]) -> None:
    for caller, status in ((client(), 401), (client(link=UNKNOWN), 401), (client(link=tokens[0]), 400)):
        assert (await caller.get("/v1/answer?colour=red")).status_code == status
        assert (await submit(caller, **{"Idempotency-Key": "two words"})).status_code == status


@pytest.mark.parametrize(
    ("headers", "values", "status"),
    [
        ({}, {"satisfied": "y"}, 428),
        ({"If-Match": '"7"'}, {"satisfied": "y"}, 412),
        ({"If-Match": '"1"'}, {"satisfied": "maybe"}, 409),
    ],
)
async def test_a_link_stays_used_when_the_request_that_used_it_first_is_refused(
    client: Client,
    manager: httpx.AsyncClient,
    tokens: list[str],
    wave: Json,
    invited: list[Json],
    rows: Rows,
    headers: dict[str, str],
    values: Json,
    status: int,
) -> None:
    assert (await save(client(link=tokens[0]), values, **headers)).status_code == status
    shown = await invitation(manager, wave, invited[0])
    assert (shown["state"], shown["link"]) == ("opened", None)
    found = await rows(
        "SELECT action, object_kind, object_id FROM audit_entries WHERE subject = :holder",
        holder=f"invitation:{shown['id']}",
    )
    assert [tuple(row.values()) for row in found] == [("invitation.open", "invitation", shown["id"])]


async def test_before_the_wave_opens_a_link_says_when(
    client: Client, tokens: list[str], wave: Json, moved: Moved
) -> None:
    await moved(wave["id"], "opens_at = closes_at - interval '1 second'")
    answer = await client(link=tokens[0]).get("/v1/answer")
    assert (answer.status_code, answer.json()["code"]) == (409, "wave_not_open")
    assert "opens_at" in answer.json()
    described = (await client().get("/openapi.json")).json()["paths"]["/v1/answer"]["get"]["responses"]
    assert "409" in described


async def test_before_the_wave_opens_a_save_is_refused_in_the_order_of_all_refusals(
    client: Client,
    manager: httpx.AsyncClient,
    tokens: list[str],
    wave: Json,
    invited: list[Json],
    moved: Moved,
) -> None:
    await moved(wave["id"], "opens_at = closes_at - interval '1 second'")
    holder = client(link=tokens[0])
    answers = [
        await save(holder, {"satisfied": "maybe"}, **headers)
        for headers in ({}, {"If-Match": '"7"'}, {"If-Match": '"1"'})
    ]
    assert [answer.status_code for answer in answers] == [428, 412, 409]
    assert (await invitation(manager, wave, invited[0]))["state"] == "created"
