"""Nothing is saved before consent; its receipts stay, whatever becomes of the answer."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest

from common.contracts.envelope import IncomingEvent
from testing.databases import rights_of_application

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Keep = Callable[[Sequence[IncomingEvent]], Awaitable[None]]

ANY = {"If-Match": "*"}
AGREED: Json = {"statement_version": 1, "agreed": True, "sensitive": False}
RECEIPTS = "SELECT statement_version, sensitive, means FROM response_consents WHERE graduate_id = :id ORDER BY id"
WORDS = {"zh": "学校的声明", "en": "The school's statement"}


async def publish(manager: httpx.AsyncClient, path: str | None = None, **said: Any) -> str:
    body: Json = {**dict.fromkeys(("text", "purposes", "contact")), "retention_months": 24} | said
    for name in ("text", "purposes", "contact"):
        body[name] = WORDS
    if path is None:
        path = (await manager.post("/v1/privacy-statements", json=body)).headers["Location"]
    else:
        await manager.patch(path, json=said, headers=ANY)
    assert (await manager.post(f"{path}/publish", headers=ANY)).status_code == 200
    return path


async def consent(holder: httpx.AsyncClient, etag: str = "*", **said: Any) -> httpx.Response:
    return await holder.put("/v1/answer/consent", json=AGREED | said, headers={"If-Match": etag})


async def save(holder: httpx.AsyncClient, etag: str = "*", values: Json | None = None) -> httpx.Response:
    body = {"values": {"satisfied": "y"} if values is None else values}
    return await holder.put("/v1/answer/pages/work", json=body, headers={"If-Match": etag})


async def test_nothing_is_saved_or_submitted_before_consent(client: Client, tokens: list[str], rows: Rows) -> None:
    holder = client(link=tokens[0])
    shown = (await holder.get("/v1/answer")).json()["consent"]
    assert (shown["statement_version"], shown["given"], shown["sensitive"]) == (1, False, False)
    assert all(shown[name]["zh"] and shown[name]["en"] for name in ("text", "purposes", "contact"))
    early = [
        await save(holder),
        await save(holder, values={"satisfied": "maybe"}),
        await holder.post("/v1/answer/submit", headers=ANY),
    ]
    assert [(each.status_code, each.json()["code"]) for each in early] == [(409, "consent_required")] * 3
    assert (await save(holder, '"7"')).status_code == 412
    assert await rows("SELECT page_id FROM response_pages WHERE school_code = :s", s="none") == []
    assert (await holder.put("/v1/answer/consent", json=AGREED)).status_code == 428
    assert (await consent(holder, '"9"')).status_code == 412
    given = await consent(holder, '"1"')
    assert (given.status_code, given.headers["ETag"]) == (200, '"2"')
    assert given.json()["consent"] == shown | {"given": True}
    assert (await save(holder, '"2"')).status_code == 200


@pytest.mark.parametrize(
    ("said", "pointer", "rule"),
    [
        ({"agreed": False}, "/agreed", None),
        ({"agreed": 1}, "/agreed", None),
        ({"statement_version": 2}, "/statement_version", "statement_not_current"),
        ({"statement_version": 0}, "/statement_version", None),
        ({"sensitive": None}, "/sensitive", None),
    ],
)
async def test_what_is_no_consent_is_refused(
    client: Client, tokens: list[str], graduates: list[UUID], rows: Rows, said: Json, pointer: str, rule: str | None
) -> None:
    refused = await consent(client(link=tokens[0]), **said)
    assert refused.status_code == 422
    [problem] = refused.json()["errors"]
    assert (problem["pointer"], rule or problem["rule"]) == (pointer, problem["rule"])
    assert await rows(RECEIPTS, id=graduates[0]) == []


async def test_what_was_agreed_to_stays_what_it_was(
    client: Client, manager: httpx.AsyncClient, tokens: list[str], graduates: list[UUID], rows: Rows
) -> None:
    first, second = (client(link=token) for token in tokens[:2])
    await consent(first)
    path = await publish(manager)
    await publish(manager, path, retention_months=12)
    before = [(await holder.get("/v1/answer")).json()["consent"] for holder in (first, second)]
    assert [(each["statement_version"], each["retention_months"], each["given"]) for each in before] == [
        (1, 36, True),
        (2, 12, False),
    ]
    assert before[1]["text"] == WORDS
    assert (await consent(second, statement_version=1)).status_code == 422
    assert (await consent(second, statement_version=2, sensitive=True)).json()["consent"]["sensitive"] is True
    assert (await save(first)).status_code == 200
    # who agrees once more agrees to what is shown, and no newer statement is
    assert (await consent(first, statement_version=2)).status_code == 422
    assert (await consent(first, sensitive=True)).json()["consent"]["retention_months"] == 36
    assert await rows(RECEIPTS, id=graduates[0]) == [
        {"statement_version": 1, "sensitive": False, "means": "screen"},
        {"statement_version": 1, "sensitive": True, "means": "screen"},
    ]


async def test_nobody_agrees_to_a_text_that_was_not_shown(
    client: Client, manager: httpx.AsyncClient, tokens: list[str], graduates: list[UUID], rows: Rows
) -> None:
    holder = client(link=tokens[0])
    # each time another text whose number is 1: the shipped one, then two statements of the school
    etags = [(await holder.get("/v1/answer")).headers["ETag"]]
    for _ in range(2):
        path = await publish(manager)
        changed = await consent(holder)
        assert (changed.status_code, changed.json()["errors"][0]["rule"]) == (422, "statement_not_current")
        assert (await consent(holder, etags[-1])).status_code == 422
        shown = await holder.get("/v1/answer")
        assert (shown.json()["consent"]["statement_version"], shown.json()["consent"]["text"]) == (1, WORDS)
        # what was read in another window before cannot be agreed to any more
        assert (await consent(holder, etags[-1])).status_code == 412
        etags.append(shown.headers["ETag"])
        assert (await holder.get("/v1/answer")).headers["ETag"] == etags[-1]
    assert await rows(RECEIPTS, id=graduates[0]) == []
    given = await consent(holder, etags[-1])
    assert (given.status_code, given.json()["consent"]["given"]) == (200, True)
    [receipt] = await rows("SELECT statement_id FROM response_consents WHERE graduate_id = :id", id=graduates[0])
    assert f"{receipt['statement_id']}" == path.rsplit("/", 1)[-1]


async def test_receipts_outlive_withdrawal_and_erasure(
    client: Client,
    tokens: list[str],
    graduates: list[UUID],
    school: str,
    keep: Keep,
    graduate_event: Callable[..., IncomingEvent],
    rows: Rows,
) -> None:
    for token in tokens[:2]:
        holder = client(link=token)
        await consent(holder)
        for page, values in (("work", {"satisfied": "y"}), ("study", {"match": 4})):
            await holder.put(f"/v1/answer/pages/{page}", json={"values": values}, headers=ANY)
        assert (await holder.post("/v1/answer/submit", headers=ANY)).status_code == 200
    owner = client("graduate", graduate=graduates[0])
    [mine] = (await owner.get("/v1/responses")).json()["items"]
    assert (await owner.post(f"/v1/responses/{mine['id']}/withdraw", headers=ANY)).status_code == 200
    await keep([graduate_event(school, graduates[1], sequence=2, erased=True)])
    for graduate_id in graduates[:2]:
        assert len(await rows(RECEIPTS, id=graduate_id)) == 1
    copied = (await owner.get(f"/v1/graduates/{graduates[0]}/data")).json()["records"]["consents"]
    assert [(each["statement_version"], each["means"]) for each in copied] == [(1, "screen")]
    assert await rights_of_application("surveys", "response_consents") == {"SELECT", "INSERT"}
