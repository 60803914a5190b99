"""A ballot is answered with its code as a response is with a link, and nothing but the ballot is written."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

import httpx
import pytest
from ballot_holders import ANY, complete, consent, save, submit

from surveys.ballots.domain import FEWEST

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Moved = Callable[[str, str], Awaitable[None]]


async def test_slips_hold_one_code_for_each_and_the_database_their_digests_alone(
    manager: httpx.AsyncClient, secret: Json, codes: list[str], rows: Rows
) -> None:
    assert len(set(codes)) == secret["eligible"] == FEWEST
    stored = await rows("SELECT digest FROM ballots WHERE wave_id = :id", id=secret["id"])
    assert {bytes(each["digest"]) for each in stored} == {sha256(b"ballot:" + each.encode()).digest() for each in codes}
    again = await manager.post(f"/v1/waves/{secret['id']}/code-sheets")
    assert (again.status_code, again.json()["code"]) == (409, "already_made")


async def test_an_answer_is_given_saved_and_submitted_with_a_code(client: Client, codes: list[str]) -> None:
    holder = client(link=codes[0])
    shown = (await holder.get("/v1/answer")).json()
    assert (shown["version"], shown["state"], shown["wave"]["anonymity"]) == (1, "open", "unlinkable")
    assert (await save(holder, "work", {"satisfied": "y"})).json()["code"] == "consent_required"
    await complete(holder)
    assert (await save(holder, "work", {"satisfied": "maybe"})).status_code == 422
    assert (await save(holder, "work", {}, '"1"')).status_code == 412
    read = (await holder.get("/v1/answer")).json()
    assert (read["values"], read["completeness"]) == ({"satisfied": "y", "comment": "好", "match": 4}, "complete")
    done = await submit(holder)
    assert (done.status_code, done.json()["state"], done.json()["change_token"]) == (200, "submitted", None)
    assert done.json()["editable_until"] is None
    for call in (holder.get("/v1/answer"), save(holder, "work", {}), submit(holder)):
        assert (await call).status_code == 401
    assert (await holder.post("/v1/answer/reopen", headers=ANY)).status_code == 401


async def test_what_is_required_is_refused_by_submit_alone(client: Client, codes: list[str]) -> None:
    holder = client(link=codes[0])
    await consent(holder)
    assert (await save(holder, "work", {"comment": "?"})).status_code == 200
    refused = await submit(holder)
    assert refused.status_code == 422
    assert {each["pointer"] for each in refused.json()["errors"]} == {"/values/satisfied", "/values/match"}
    assert (await holder.post("/v1/answer/reopen", headers=ANY)).status_code == 409


async def test_a_submission_is_repeated_under_its_key_and_the_key_stands_in_the_ballot_alone(
    client: Client, codes: list[str], rows: Rows
) -> None:
    holder = client(link=codes[0])
    await complete(holder)
    first = await submit(holder, **{"Idempotency-Key": "once"})
    again = await submit(holder, **{"Idempotency-Key": "once"})
    assert (first.status_code, again.status_code) == (200, 200)
    assert (again.headers["Idempotency-Replayed"], again.json()) == ("true", first.json())
    assert (await submit(holder, **{"Idempotency-Key": "twice"})).status_code == 401
    assert await rows("SELECT * FROM idempotency_keys WHERE key IN ('once', 'twice') AND subject = 'ballot'") == []


@pytest.mark.parametrize("submitted", [False, True])
async def test_an_answer_is_taken_back_with_its_code(
    client: Client, codes: list[str], rows: Rows, secret: Json, *, submitted: bool
) -> None:
    holder = client(link=codes[0])
    await complete(holder)
    if submitted:
        await submit(holder)
    for _ in range(2):
        assert (await holder.post("/v1/answer/withdraw")).status_code == 204
    found = await rows(
        "SELECT state, values_ciphertext, completeness FROM ballots WHERE wave_id = :id AND is_opened", id=secret["id"]
    )
    assert found == [{"state": "withdrawn", "values_ciphertext": None, "completeness": None}]
    assert (await holder.get("/v1/answer")).status_code == 401
    assert (await submit(holder)).status_code == 401
    unknown = client(link="A" * 22)
    assert (await unknown.post("/v1/answer/withdraw")).status_code == 401


async def test_a_code_is_answered_on_the_page_which_says_what_the_promise_is_worth(
    transport: httpx.ASGITransport, codes: list[str]
) -> None:
    headers = {"Accept-Language": "en"}
    there = httpx.AsyncClient(
        transport=transport, base_url="https://survey.test", follow_redirects=True, headers=headers
    )
    async with there as browser:
        typed = " ".join((codes[0][:4], codes[0][4:8], codes[0][8:]))
        shown = await browser.post("/a", data={"link": typed})
        assert (shown.status_code, shown.url.path) == (200, "/a/consent")
        assert "whoever sees the message" in shown.text
        version = shown.text.split('name="_version" value="')[1].split('"')[0]
        page = await browser.post("/a/consent", data={"_version": version, "_statement": "1", "agreed": "true"})
        assert page.url.path == "/a/pages/work"
        await browser.post("/a/pages/work", data={"satisfied": "y"})
        review = await browser.post("/a/pages/study", data={"match": "5"})
        assert review.url.path == "/a/review"
        done = await browser.post("/a/review", data={})
        assert (done.status_code, done.url.path) == (200, "/a/done")
        assert "/a/withdraw" in done.text
        gone = await browser.post("/a/withdraw", data={})
        assert (gone.status_code, gone.url.path) == (200, "/a/done")


async def test_before_the_wave_opens_a_code_says_when(
    client: Client, codes: list[str], secret: Json, moved: Moved
) -> None:
    await moved(secret["id"], "opens_at = closes_at - interval '1 second'")
    answer = await client(link=codes[0]).get("/v1/answer")
    assert (answer.status_code, answer.json()["code"]) == (409, "wave_not_open")
    assert (await client(link=codes[0]).post("/v1/answer/withdraw")).status_code == 204


async def test_files_are_refused(client: Client, codes: list[str]) -> None:
    holder = client(link=codes[0])
    await consent(holder)
    jpeg = b"\xff\xd8\xff\xe0" + b"\0" * 64
    refused = await holder.post("/v1/answer/files", files={"file": ("a.jpg", jpeg, "image/jpeg")})
    assert (refused.status_code, refused.json()["code"]) == (422, "not_for_unlinkable")
