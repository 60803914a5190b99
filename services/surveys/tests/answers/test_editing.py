"""What was submitted counts until something newer is submitted, or the answer is taken back."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest

from common.contracts.response import SUBMITTED, WITHDRAWN
from common.database import Database
from surveys.answers.commands import settle_overdue
from testing.databases import rights_of_application

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Moved = Callable[[str, str], Awaitable[None]]

ANY = {"If-Match": "*"}
SAVE, SUBMIT, REOPEN, WITHDRAW = "save", "submit", "reopen", "withdraw"
SAID = """
    SELECT type, data FROM outbox WHERE key = :key AND topic = 'quxiang.surveys.response.v1' ORDER BY sequence
"""
MEASURED = """
    SELECT type, data -> 'values' AS given, data ->> 'response_version' AS version FROM outbox
     WHERE key = :key AND topic = 'quxiang.internal.surveys.measure.v1' ORDER BY sequence
"""
KEPT = "FROM submitted_contents JOIN responses ON response_id = responses.id WHERE graduate_id = :id ORDER BY 1"
COMPLETE: Json = {"satisfied": "y", "match": 4}


@pytest.fixture
def plan(plan: Json, edit_hours: int | None) -> Json:
    """A wave whose answers may be edited."""
    return plan | {"edit_hours": edit_hours}


@pytest.fixture
def edit_hours() -> int | None:
    return 1


async def act(holder: httpx.AsyncClient, name: str, values: Json | None = None, etag: str = "*") -> httpx.Response:
    headers = {"If-Match": etag}
    if name == SAVE:
        said = {"values": {"satisfied": "n"} if values is None else values}
        return await holder.put("/v1/answer/pages/work", json=said, headers=headers)
    content: Json = {} if values is None else {"json": {"values": values}}
    return await holder.post(f"/v1/answer/{name}", headers=headers, **content)


async def submitted(holder: httpx.AsyncClient) -> Json:
    answer = await act(holder, SUBMIT, COMPLETE)
    assert (answer.status_code, answer.json()["state"]) == (200, "submitted"), answer.text
    return dict(answer.json())


@pytest.mark.parametrize(
    ("begins", "expected"),
    [
        ("open", {SAVE: (200, "open"), SUBMIT: (422, "open"), REOPEN: (409, "open")}),
        ("complete", {SUBMIT: (200, "submitted")}),
        ("submitted", {SAVE: (409, "submitted"), SUBMIT: (409, "submitted"), REOPEN: (200, "open")}),
        ("reopened", {SAVE: (200, "open"), SUBMIT: (200, "submitted"), REOPEN: (409, "open")}),
        ("later", {SAVE: (401, "submitted"), SUBMIT: (401, "submitted"), REOPEN: (401, "submitted")}),
        ("reopened, later", {SAVE: (401, "open"), SUBMIT: (401, "open"), REOPEN: (401, "open")}),
        ("withdrawn", {SAVE: (401, "withdrawn"), SUBMIT: (401, "withdrawn"), REOPEN: (401, "withdrawn")}),
    ],
)
async def test_what_a_state_allows(
    client: Client,
    wave: Json,
    agreed: list[str],
    graduates: list[UUID],
    moved: Moved,
    rows: Rows,
    begins: str,
    expected: dict[str, tuple[int, str]],
) -> None:
    for token, graduate_id, (name, (status, state)) in zip(agreed, graduates, expected.items(), strict=False):
        holder = client(link=token)
        if begins == "complete":
            await act(holder, SAVE, {"satisfied": "y"})
            await holder.put("/v1/answer/pages/study", json={"values": {"match": 4}}, headers=ANY)
        elif begins != "open":
            await submitted(holder)
        if begins.startswith("reopened"):
            assert (await act(holder, REOPEN)).status_code == 200
        if begins == "withdrawn":
            assert (await act(holder, WITHDRAW)).status_code == 204
        if begins.endswith("later"):
            await moved(wave["id"], "edit_hours = 0")
        answer = await act(holder, name)
        found = await rows("SELECT state FROM responses WHERE graduate_id = :id", id=graduate_id)
        assert (name, answer.status_code, found) == (name, status, [{"state": state}]), answer.text
        if status == 409 and begins == "submitted":
            assert answer.json()["code"] == "already_submitted"
            assert answer.json()["allowed_transitions"] == ["reopen", "withdraw"]
        elif status == 409:
            assert (answer.json()["code"], answer.json()["state"]) == ("transition_not_allowed", "open")
        withdrawn = await act(holder, WITHDRAW)
        assert (withdrawn.status_code, withdrawn.content) == (204, b"")
        found = await rows("SELECT state FROM responses WHERE graduate_id = :id", id=graduate_id)
        assert found == [{"state": "withdrawn"}]
        await moved(wave["id"], "edit_hours = 1")


async def test_what_was_submitted_counts_until_the_next_submission(
    client: Client, agreed: list[str], graduates: list[UUID], rows: Rows
) -> None:
    holder, key = client(link=agreed[0]), str(graduates[0])
    await act(holder, SAVE, {"comment": "好"})
    first = await submitted(holder)
    assert (first["completeness"], first["values"]) == ("complete", COMPLETE | {"comment": "好"})
    assert (await act(holder, REOPEN, etag='"1"')).status_code == 412
    opened = await act(holder, REOPEN)
    assert (opened.json()["state"], opened.json()["values"]) == ("open", first["values"])
    assert opened.json()["version"] == first["version"] + 1
    before = [await rows(SAID, key=key), await rows(MEASURED, key=key)]
    await holder.put("/v1/answer/pages/study", json={"values": {"match": 2}}, headers=ANY)
    incomplete = await act(holder, SUBMIT, {"satisfied": None})
    assert (incomplete.status_code, incomplete.json()["errors"][0]["pointer"]) == (422, "/values/satisfied")
    assert [await rows(SAID, key=key), await rows(MEASURED, key=key)] == before
    second = await act(holder, SUBMIT, {"comment": None})
    assert (second.json()["completeness"], second.json()["values"]) == ("core", {"satisfied": "y", "match": 2})
    said = [
        (each["type"], each["data"].get("completeness"), each["data"].get("mode")) for each in await rows(SAID, key=key)
    ]
    assert said[1:] == [(SUBMITTED, "complete", "api"), (SUBMITTED, "core", "api")]
    given = [(each["given"][0]["value"], int(each["version"])) for each in await rows(MEASURED, key=key)]
    assert given == [(75, first["version"]), (25, second.json()["version"])]
    kept = await rows(f"SELECT submitted_contents.completeness {KEPT}", id=graduates[0])
    assert [each["completeness"] for each in kept] == ["complete", "core"]
    assert await rights_of_application("surveys", "submitted_contents") == {"SELECT", "INSERT"}
    copied = (await client("graduate", graduate=graduates[0]).get(f"/v1/graduates/{graduates[0]}/data")).json()
    [response] = copied["records"]["responses"]
    assert [each["values"]["match"] for each in response["submissions"]] == [4, 2]
    assert response["pages"] == []


@pytest.mark.parametrize("edit_hours", [0, 1, 168, None])
async def test_until_when_a_submitted_answer_may_be_edited(
    client: Client, wave: Json, agreed: list[str], edit_hours: int | None, rows: Rows
) -> None:
    holder = client(link=agreed[0])
    assert (await holder.get("/v1/answer")).json()["editable_until"] is None
    until = (await submitted(holder))["editable_until"]
    again = await holder.get("/v1/answer")
    if edit_hours == 0:
        assert (until, again.status_code) == (None, 401)
    else:
        assert (again.json()["state"], again.json()["editable_until"]) == ("submitted", until)
        # the wave of an hour closes first, whatever the hours are
        assert until == wave["closes_at"]


async def test_what_is_not_submitted_again_in_time_is_given_up(
    client: Client, wave: Json, agreed: list[str], graduates: list[UUID], moved: Moved, database: Database, rows: Rows
) -> None:
    holder = client(link=agreed[0])
    await submitted(holder)
    await act(holder, REOPEN)
    await act(holder, SAVE, {"satisfied": "n", "comment": "金丝雀"})
    assert await settle_overdue(database) == 0
    await moved(wave["id"], "closes_at = statement_timestamp() - interval '1 second'")
    assert sum(await asyncio.gather(*(settle_overdue(database.patient) for _ in range(3)))) == 1
    [found] = await rows("SELECT id, state, effective_version FROM responses WHERE graduate_id = :id", id=graduates[0])
    assert (found["state"], found["effective_version"]) == ("submitted", 3)
    assert await rows("SELECT page_id FROM response_pages WHERE response_id = :id", id=found["id"]) == []
    owner = client("graduate", graduate=graduates[0])
    copied = (await owner.get(f"/v1/graduates/{graduates[0]}/data")).json()["records"]["responses"]
    assert [each["values"] for each in copied[0]["submissions"]] == [COMPLETE]
    assert len(await rows(SAID, key=str(graduates[0]))) == 2


async def test_who_withdraws_leaves_no_answer_behind(
    client: Client, manager: httpx.AsyncClient, wave: Json, agreed: list[str], graduates: list[UUID], rows: Rows
) -> None:
    key, holder = str(graduates[0]), client(link=agreed[0])
    await submitted(holder)
    await act(holder, REOPEN)
    await act(holder, SAVE, {"comment": "金丝雀"})
    for _ in range(2):
        assert (await act(holder, WITHDRAW)).status_code == 204
    assert [each["type"] for each in await rows(SAID, key=key)][1:] == [SUBMITTED, WITHDRAWN]
    assert (await rows(SAID, key=key))[-1]["data"]["completeness"] is None
    assert [each["given"] for each in await rows(MEASURED, key=key)] == [[], []]
    kept = "SELECT FROM {} AS kept JOIN responses ON response_id = responses.id WHERE graduate_id = :id"
    for table in ("submitted_contents", "response_pages"):
        assert await rows(kept.format(table), id=graduates[0]) == []
    [invitation] = [
        each
        for each in (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"]
        if each["graduate_id"] == key
    ]
    assert invitation["state"] == "withdrawn"


async def test_withdrawing_from_open_and_from_nothing(
    client: Client, wave: Json, agreed: list[str], graduates: list[UUID], moved: Moved, rows: Rows
) -> None:
    await act(client(link=agreed[0]), SAVE)
    for number in (0, 1):
        assert (await act(client(link=agreed[number]), WITHDRAW)).status_code == 204
        assert [each["type"] for each in await rows(SAID, key=str(graduates[number]))][1:] == [WITHDRAWN]
        assert await rows(MEASURED, key=str(graduates[number])) == []
    assert (await act(client(link="A" * 22), WITHDRAW)).status_code == 401
    [mine] = (await client("graduate", graduate=graduates[2]).get("/v1/responses")).json()["items"]
    owner, path = client("graduate", graduate=graduates[2]), f"/v1/responses/{mine['id']}/withdraw"
    assert (await owner.post(path, headers=ANY)).json()["state"] == "withdrawn"
    again = await owner.post(path, headers=ANY)
    assert (again.status_code, again.json()["code"]) == (409, "transition_not_allowed")
    await moved(wave["id"], "closes_at = statement_timestamp() - interval '1 second'")
    assert (await act(client(link=agreed[2]), WITHDRAW)).status_code == 204


async def test_before_its_wave_opens_a_link_has_nothing_to_withdraw(
    client: Client, wave: Json, tokens: list[str], graduates: list[UUID], moved: Moved, rows: Rows
) -> None:
    await moved(wave["id"], "opens_at = closes_at - interval '1 second'")
    assert (await act(client(link=tokens[0]), WITHDRAW)).status_code == 204
    assert await rows("SELECT id FROM responses WHERE graduate_id = :id", id=graduates[0]) == []


async def test_absent_keeps_and_null_clears(client: Client, agreed: list[str]) -> None:
    holder = client(link=agreed[0])
    kept = {"satisfied": "y", "comment": "好"}
    for values, expected in (
        (kept, kept),
        ({}, kept),
        ({"comment": None}, {"satisfied": "y"}),
        ({"comment": "行"}, {"satisfied": "y", "comment": "行"}),
    ):
        assert (await act(holder, SAVE, values)).json()["values"] == expected
    wrong = await act(holder, SUBMIT, {"match": 9, "nosuch": 1})
    assert {(each["pointer"], each["rule"]) for each in wrong.json()["errors"]} == {
        ("/values/match", "scale"),
        ("/values/nosuch", "unknown_question"),
    }
    # none of its questions is a core one, so those that must be answered are
    assert (await holder.get("/v1/answer")).json()["completeness"] == "partial"


@pytest.mark.parametrize("wrong", [{"edit_hours": 169}, {"edit_hours": -1}, {"anonymity": "secret"}])
async def test_a_wave_takes_only_settings_that_it_can_keep(manager: httpx.AsyncClient, plan: Json, wrong: Json) -> None:
    refused = await manager.post("/v1/waves", json=plan | wrong)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/" + next(iter(wrong)))


async def test_two_submissions_of_a_reopened_answer_are_one(
    client: Client, agreed: list[str], graduates: list[UUID], rows: Rows
) -> None:
    holder = client(link=agreed[0])
    await submitted(holder)
    etag = (await act(holder, REOPEN)).headers["ETag"]
    both = await asyncio.gather(*(partial(act, holder, SUBMIT, etag=etag)() for _ in range(6)))
    assert sorted(each.status_code for each in both) == [200] + [412] * 5
    assert len(await rows(SAID, key=str(graduates[0]))) == 3
