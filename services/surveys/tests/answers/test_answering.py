import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx

from common.contracts.response import SUBMITTED

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

CANARY = "金丝雀 13800138000"
SAID = "SELECT * FROM outbox WHERE key = :key AND topic = 'quxiang.surveys.response.v1' ORDER BY sequence"


async def save(holder: httpx.AsyncClient, page: str, values: Json, version: str = "*") -> httpx.Response:
    return await holder.put(f"/v1/answer/pages/{page}", json={"values": values}, headers={"If-Match": version})


async def filled(holder: httpx.AsyncClient) -> httpx.Response:
    await save(holder, "work", {"satisfied": "y", "comment": CANARY})
    return await save(holder, "study", {"match": 4})


async def submit(holder: httpx.AsyncClient, **headers: str) -> httpx.Response:
    return await holder.post("/v1/answer/submit", headers={"If-Match": "*"} | headers)


async def test_pages_are_saved_one_by_one_and_found_again(client: Client, agreed: list[str], wave: Json) -> None:
    holder = client(link=agreed[0])
    opened = await holder.get("/v1/answer")
    assert (opened.status_code, opened.headers["ETag"]) == (200, '"2"')
    assert opened.json()["questionnaire"]["pages"][0]["questions"][0]["options"][0]["value"] == "y"
    assert (opened.json()["values"], opened.json()["missing"]) == ({}, ["satisfied", "match"])
    first = await save(holder, "work", {"satisfied": "y", "comment": "好"}, opened.headers["ETag"])
    second = await save(holder, "study", {"match": 3}, first.headers["ETag"])
    third = await save(holder, "work", {"satisfied": "n", "comment": None}, second.headers["ETag"])
    assert [each.json()["version"] for each in (first, second, third)] == [3, 4, 5]
    elsewhere = await client(link=agreed[0]).get("/v1/answer")
    assert elsewhere.json() == third.json()
    assert elsewhere.json()["values"] == {"satisfied": "n", "match": 3}


async def test_a_save_names_the_version_it_is_meant_for(client: Client, agreed: list[str]) -> None:
    holder = client(link=agreed[0])
    without = await holder.put("/v1/answer/pages/work", json={"values": {}})
    assert without.status_code == 428
    assert (await save(holder, "work", {}, '"2"')).status_code == 200
    stale = await save(holder, "work", {"satisfied": "zzz"}, '"2"')
    assert (stale.status_code, stale.headers["ETag"]) == (412, '"3"')


async def test_every_value_is_checked_against_its_question(client: Client, agreed: list[str]) -> None:
    holder = client(link=agreed[0])
    answer = await save(holder, "work", {"satisfied": "maybe", "comment": 7, "match": 3})
    assert answer.status_code == 422
    assert {(each["pointer"], each["rule"]) for each in answer.json()["errors"]} == {
        ("/values/satisfied", "single_choice"),
        ("/values/comment", "text"),
        ("/values/match", "unknown_question"),
    }
    assert (await holder.get("/v1/answer")).json()["values"] == {}


async def test_a_saved_page_carries_its_school(client: Client, agreed: list[str], school: str, rows: Rows) -> None:
    await filled(client(link=agreed[0]))
    found = await rows("SELECT page_id FROM response_pages WHERE school_code = :school ORDER BY 1", school=school)
    assert [row["page_id"] for row in found] == ["study", "work"]


async def test_an_unknown_page_is_not_found(client: Client, tokens: list[str]) -> None:
    assert (await save(client(link=tokens[0]), "elsewhere", {})).status_code == 404


async def test_an_answer_is_submitted_once_it_is_complete(
    client: Client, agreed: list[str], graduates: list[UUID], rows: Rows
) -> None:
    holder = client(link=agreed[0])
    await save(holder, "work", {"satisfied": "y"})
    incomplete = await submit(holder)
    assert incomplete.status_code == 422
    assert [(each["pointer"], each["rule"]) for each in incomplete.json()["errors"]] == [("/values/match", "required")]
    await filled(holder)
    done = await submit(holder)
    assert (done.status_code, done.json()["state"], done.json()["version"]) == (200, "submitted", 6)
    assert 0 < len(done.json()["change_token"]) <= 200
    found = await rows(SAID, key=str(graduates[0]))
    assert [(row["sequence"], row["type"]) for row in found][1:] == [(2, SUBMITTED)]
    assert found[1]["data"]["questions_answered"] == found[1]["data"]["questions_total"] == 3
    assert CANARY not in str(found)


async def test_a_submission_whose_answer_was_lost_can_be_repeated(client: Client, agreed: list[str]) -> None:
    holder = client(link=agreed[0])
    await filled(holder)
    once = {"Idempotency-Key": "submit-1"}
    first, second = await submit(holder, **once), await submit(holder, **once)
    assert (second.status_code, second.json()) == (200, first.json())
    assert (await submit(holder)).status_code == 401
    assert (await submit(holder, **{"Idempotency-Key": "submit-2"})).status_code == 401


async def test_two_submissions_at_once_are_one(
    client: Client, agreed: list[str], graduates: list[UUID], rows: Rows
) -> None:
    holder = client(link=agreed[1])
    await filled(holder)
    answers = await asyncio.gather(*(submit(holder) for _ in range(8)))
    assert sorted(each.status_code for each in answers) == [200] + [401] * 7
    found = await rows(SAID, key=str(graduates[1]))
    assert [row["sequence"] for row in found] == [1, 2]
    measured = "SELECT sequence FROM outbox WHERE key = :key AND topic <> 'quxiang.surveys.response.v1'"
    assert await rows(measured, key=str(graduates[1])) == [{"sequence": 1}]


async def test_one_page_saved_by_many_at_once_is_saved_by_one(client: Client, agreed: list[str]) -> None:
    holder = client(link=agreed[2])
    answers = await asyncio.gather(*(save(holder, "study", {"match": 1 + n % 5}, '"2"') for n in range(8)))
    assert sorted(each.status_code for each in answers) == [200] + [412] * 7
    winner = next(each for each in answers if each.status_code == 200)
    assert (await holder.get("/v1/answer")).json() == winner.json()


async def test_what_was_answered_is_nowhere_in_clear(client: Client, agreed: list[str], rows: Rows) -> None:
    holder = client(link=agreed[0])
    await filled(holder)
    await submit(holder)
    tables = await rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    assert len(tables) > 10
    for table in tables:
        for row in await rows(f'SELECT to_jsonb(t)::text AS line FROM "{table["table_name"]}" AS t'):
            assert "金丝雀" not in row["line"]
            assert not any(token in row["line"] for token in agreed)


async def test_every_act_leaves_one_audit_entry(
    client: Client, agreed: list[str], invited: list[Json], rows: Rows
) -> None:
    holder = client(link=agreed[0])
    await holder.get("/v1/answer")
    await filled(holder)
    await submit(holder)
    found = await rows(
        "SELECT action, role FROM audit_entries WHERE subject = :holder ORDER BY recorded_at",
        holder=f"invitation:{invited[0]['id']}",
    )
    assert [row["action"] for row in found] == [
        "invitation.open",
        "response.consent",
        "response.save_page",
        "response.save_page",
        "response.submit",
    ]
    assert {row["role"] for row in found} == {"respondent"}
