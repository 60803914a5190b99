"""What is shown, kept and refused while somebody answers is what the questionnaire's logic says."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest

from common.contracts.envelope import IncomingEvent
from common.operations import OperationRunner

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Keep = Callable[[Sequence[IncomingEvent]], Awaitable[None]]

ANY = {"If-Match": "*"}


def words(zh: str, en: str) -> Json:
    return {"zh": zh, "en": en}


ASKED: Json = {
    "title": words("调查", "Survey"),
    "pages": [
        {
            "id": "work",
            "questions": [
                {
                    "id": "working",
                    "type": "boolean",
                    "required": True,
                    "core": True,
                    "text": words("工作吗", "Working?"),
                },
                {
                    "id": "industry",
                    "type": "code",
                    "code_list": "industry",
                    "prefill": "industry_code",
                    "visible_if": "${working}",
                    "text": words("行业", "Industry"),
                },
                {
                    "id": "hours",
                    "type": "number",
                    "required": True,
                    "visible_if": "${working}",
                    "text": words("每周几小时", "Hours a week"),
                    "constraint": {"expression": ". <= 80", "message": words("过多", "Too many")},
                },
                {
                    "id": "months",
                    "type": "calculated",
                    "calculation": "${hours} * 4",
                    "result": "number",
                    "text": words("每月", "A month"),
                },
            ],
        },
        {
            "id": "pay",
            "questions": [
                {
                    "id": "salary",
                    "type": "number",
                    "sensitive": True,
                    "refusable": True,
                    "text": words("工作 ${hours} 小时，薪资多少", "Pay for ${hours} hours"),
                    "measure": {"id": "salary"},
                }
            ],
        },
    ],
}


@pytest.fixture
def questionnaire() -> Json:
    return ASKED


@pytest.fixture
async def published(manager: httpx.AsyncClient) -> str:
    made = (await manager.post("/v1/questionnaires", json=ASKED)).json()
    answer = await manager.post(f"/v1/questionnaires/{made['id']}/publish", headers=ANY)
    assert answer.status_code == 200, answer.text
    return str(made["id"])


async def save(holder: httpx.AsyncClient, page: str, values: Json) -> httpx.Response:
    return await holder.put(f"/v1/answer/pages/{page}", json={"values": values}, headers=ANY)


async def consent(holder: httpx.AsyncClient, *, sensitive: bool) -> None:
    body = {"statement_version": 1, "agreed": True, "sensitive": sensitive}
    assert (await holder.put("/v1/answer/consent", json=body, headers=ANY)).status_code == 200


async def test_an_answer_follows_the_logic(
    client: Client, tokens: list[str], graduates: list[UUID], school: str, situate: Keep, registration_event: Any,
    rows: Rows,
) -> None:  # fmt: skip
    await situate([registration_event(school, graduates[0], industry_code="33")])
    holder = client(link=tokens[0])
    await consent(holder, sensitive=True)
    shown = (await holder.get("/v1/answer")).json()
    assert shown["visible"] == {"pages": ["work", "pay"], "questions": ["working", "months", "salary"]}
    assert (shown["prefilled"], shown["calculated"], shown["missing"]) == ({}, {"months": None}, ["working"])
    working = (await save(holder, "work", {"working": True})).json()
    assert working["visible"]["questions"] == ["working", "industry", "hours", "months", "salary"]
    assert (working["prefilled"], working["missing"]) == ({"industry": "33"}, ["hours"])
    many = await save(holder, "work", {"hours": 81})
    assert [(each["pointer"], each["rule"]) for each in many.json()["errors"]] == [("/values/hours", "constraint")]
    saved = await holder.put(
        "/v1/answer/pages/work", json={"values": {"hours": 40}}, headers={**ANY, "Accept-Language": "en"}
    )
    assert saved.json()["texts"]["salary"] == "Pay for 40 hours"
    assert saved.json()["calculated"] == {"months": 160}
    await save(holder, "pay", {"salary": {"missing": "refused"}})
    # what becomes hidden stays in the draft, and is dropped by the submission
    hidden = await save(holder, "work", {"working": False})
    assert (hidden.status_code, hidden.json()["values"]["hours"]) == (200, 40)
    done = await holder.post("/v1/answer/submit", headers=ANY)
    assert (done.status_code, done.json()["completeness"]) == (200, "complete"), done.text
    owner = client("graduate", graduate=graduates[0])
    records = (await owner.get(f"/v1/graduates/{graduates[0]}/data")).json()["records"]
    [submission] = records["responses"][0]["submissions"]
    assert submission["values"] == {"working": False, "salary": {"missing": "refused"}}
    said = "SELECT data FROM outbox WHERE key = :key AND type = 'quxiang.response.submitted'"
    [event] = await rows(said, key=str(graduates[0]))
    assert [event["data"][name] for name in ("questions_answered", "questions_total")] == [2, 2]


async def test_sensitive_questions_are_asked_with_separate_consent_alone(
    client: Client, tokens: list[str], graduates: list[UUID], rows: Rows
) -> None:
    holder = client(link=tokens[0])
    await consent(holder, sensitive=True)
    await save(holder, "work", {"working": False})
    await save(holder, "pay", {"salary": 6500})
    await consent(holder, sensitive=False)
    shown = (await holder.get("/v1/answer")).json()
    assert shown["visible"]["questions"] == ["working", "months"]
    assert (await holder.post("/v1/answer/submit", headers=ANY)).status_code == 200
    given = "SELECT data -> 'values' AS given FROM outbox WHERE key = :key AND type = 'quxiang.measure.recorded'"
    assert await rows(given, key=str(graduates[0])) == [{"given": []}]


async def test_answers_are_tried_beside_what_is_saved(client: Client, agreed: list[str]) -> None:
    holder = client(link=agreed[0])
    await save(holder, "work", {"working": True, "hours": 10})
    tried = await holder.post("/v1/answer/evaluate", json={"values": {"hours": 90, "nosuch": 1}, "language": "en"})
    assert tried.status_code == 200, tried.text
    assert tried.json()["visible"]["questions"] == ["working", "industry", "hours", "months"]
    assert [(each["pointer"], each["rule"], each["message"]) for each in tried.json()["problems"]] == [
        ("/values/nosuch", "unknown_question", "There is no such question"),
        ("/values/hours", "constraint", "Too many"),
    ]
    assert (await holder.get("/v1/answer")).json()["values"]["hours"] == 10
    off = await holder.post("/v1/answer/evaluate", json={"values": {"working": None}})
    assert off.json()["visible"]["questions"] == ["working", "months"]
    unknown = await client(link="A" * 22).post("/v1/answer/evaluate", json={"values": {}})
    assert unknown.status_code == 401


@pytest.fixture
def dated() -> Json:
    """A questionnaire that asks the day."""
    days = {"id": "days", "type": "calculated", "calculation": "today() - '2026-01-01'", "result": "number"}
    late = {"id": "late", "type": "text", "visible_if": "today() > '2026-03-01'"}
    pages = [{"id": "only", "questions": [each | {"text": words("题", "Question")} for each in (days, late)]}]
    return {"title": words("调查", "Survey"), "pages": pages}


async def test_the_day_of_an_answer_is_that_of_its_consent_in_shanghai_on_every_path(
    client: Client,
    manager: httpx.AsyncClient,
    dated: Json,
    plan: Json,
    graduates: list[UUID],
    runner: OperationRunner,
    changed: Callable[[str], Awaitable[None]],
    agree: Callable[[str], Awaitable[None]],
) -> None:
    made = (await manager.post("/v1/questionnaires", json=dated)).json()
    assert (await manager.post(f"/v1/questionnaires/{made['id']}/publish", headers=ANY)).status_code == 200
    wave = (await manager.post("/v1/waves", json=plan | {"questionnaire_id": made["id"]})).json()
    await manager.post(f"/v1/waves/{wave['id']}/invitations", json={"channel": "link"})
    while await runner.run_once():
        pass
    items = (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"]
    token = str(items[0]["link"]).split("#")[1]
    holder = client(link=token)
    await agree(token)
    # a second before midnight in Shanghai, and midnight; answered months later
    for moment, days, shown in (("2026-03-01T15:59:59Z", 59, []), ("2026-03-01T16:00:00Z", 60, ["late"])):
        mine = f"response_id IN (SELECT id FROM responses WHERE wave_id = '{wave['id']}')"
        await changed(f"UPDATE response_consents SET recorded_at = '{moment}' WHERE {mine}")
        read, tried = await holder.get("/v1/answer"), await holder.post("/v1/answer/evaluate", json={"values": {}})
        saved = await holder.put("/v1/answer/pages/only", json={"values": {"late": "x"}}, headers=ANY)
        for answer in (read, tried, saved):
            assert answer.json()["calculated"] == {"days": days}, answer.text
            assert answer.json()["visible"]["questions"] == ["days", *shown]
    done = await holder.post("/v1/answer/submit", headers=ANY)
    assert (done.status_code, done.json()["calculated"]) == (200, {"days": 60}), done.text
