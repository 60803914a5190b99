"""What submitted answers give is announced, taken back with them and emptied where it was kept; waves close once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from common.auth import SYSTEM
from common.contracts.fields import example_instant
from common.contracts.measure import RECORDED, TOPIC, WAVE_CLOSED, WITHDRAWN, MeasureData
from common.crypto import FieldCipher
from common.database import Database
from common.outbox import Reached
from surveys.answers.commands import close_due_waves
from surveys.measures.storage import blank, raise_streams
from testing.databases import rights_of_application

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Moved = Callable[[str, str], Awaitable[None]]

ANY = {"If-Match": "*"}
MATCH = [{"measure": "major_match", "value": 75, "post_level": None}]
SAID = f"""
    SELECT type, sequence, key, decided_on, data FROM outbox
     WHERE topic = '{TOPIC}' AND school_code = :school ORDER BY id
"""


@pytest.fixture
def said(rows: Rows, school: str) -> Callable[[], Awaitable[list[Json]]]:
    """The events about measures of the school."""
    return partial(rows, SAID, school=school)


async def answered(holder: httpx.AsyncClient) -> None:
    for page, values in (("work", {"satisfied": "y", "comment": "金丝雀"}), ("study", {"match": 4})):
        await holder.put(f"/v1/answer/pages/{page}", json={"values": values}, headers=ANY)
    assert (await holder.post("/v1/answer/submit", headers=ANY)).status_code == 200


async def test_a_submission_announces_all_that_it_gives(
    client: Client, wave: Json, agreed: list[str], graduates: list[UUID], said: Any
) -> None:
    holder = client(link=agreed[0])
    await holder.put("/v1/answer/pages/study", json={"values": {"match": 4}}, headers=ANY)
    assert await said() == []
    await answered(holder)
    [event] = await said()
    data = MeasureData.model_validate(event["data"])
    assert (event["type"], event["sequence"], event["key"]) == (RECORDED, 1, str(graduates[0]))
    assert (data.graduate_id, data.wave_id, data.cohort, data.cycle) == (graduates[0], UUID(wave["id"]), 2024, 1)
    assert (data.respondent_kind, data.audience, data.completeness, data.mode) == (
        "graduate", "graduates", "complete", "api"
    )  # fmt: skip
    assert (event["data"]["values"], event["decided_on"]) == (MATCH, data.decided_on)
    [response] = (await client("graduate", graduate=graduates[0]).get("/v1/responses")).json()["items"]
    assert (str(data.response_id), data.response_version) == (response["id"], response["version"])


async def test_a_withdrawal_takes_back_and_empties_what_was_announced(
    client: Client, agreed: list[str], graduates: list[UUID], said: Any
) -> None:
    for token in agreed[:2]:
        await answered(client(link=token))
    owner = client("graduate", graduate=graduates[0])
    [mine] = (await owner.get("/v1/responses")).json()["items"]
    done = await owner.post(f"/v1/responses/{mine['id']}/withdraw", headers=ANY)
    assert done.status_code == 200
    events = {(each["key"], each["sequence"]): each for each in await said()}
    assert {place: (each["type"], each["data"]["values"]) for place, each in events.items()} == {
        (str(graduates[0]), 1): (RECORDED, []),
        (str(graduates[0]), 2): (WITHDRAWN, []),
        (str(graduates[1]), 1): (RECORDED, MATCH),
    }
    taken_back = events[str(graduates[0]), 2]["data"]
    assert (taken_back["response_id"], taken_back["response_version"]) == (mine["id"], done.json()["version"])


async def test_a_questionnaire_without_measures_announces_none(
    client: Client, manager: httpx.AsyncClient, plan: Json, questionnaire: Json, graduates: list[UUID], said: Any,
    runner: Any, agree: Any,
) -> None:  # fmt: skip
    asked = {**questionnaire, "pages": questionnaire["pages"][:1]}
    made = (await manager.post("/v1/questionnaires", json=asked)).json()
    await manager.post(f"/v1/questionnaires/{made['id']}/publish", headers={"If-Match": '"1"'})
    wave = (await manager.post("/v1/waves", json={**plan, "questionnaire_id": made["id"]})).json()
    await manager.post(f"/v1/waves/{wave['id']}/invitations", json={"channel": "link"})
    assert await runner.run_once()
    link = (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"][0]
    token = link["link"].split("#")[1]
    await agree(token)
    holder = client(link=token)
    await holder.put("/v1/answer/pages/work", json={"values": {"satisfied": "y"}}, headers=ANY)
    assert (await holder.post("/v1/answer/submit", headers=ANY)).status_code == 200
    owner = client("graduate", graduate=link["graduate_id"])
    [mine] = (await owner.get("/v1/responses")).json()["items"]
    assert (await owner.post(f"/v1/responses/{mine['id']}/withdraw", headers=ANY)).status_code == 200
    assert await said() == []


async def test_only_what_a_later_event_withdraws_can_be_emptied(
    client: Client, agreed: list[str], graduates: list[UUID], database: Database, said: Any
) -> None:
    await answered(client(link=agreed[0]))
    async with database.transaction(SYSTEM) as unit:
        await blank(unit.connection, graduates)
        await unit.commit()
    assert [each["data"]["values"] for each in await said()] == [MATCH]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.transaction(SYSTEM) as unit:
            await unit.driver.execute("UPDATE outbox SET data = '{}'")
    assert "UPDATE" not in await rights_of_application("surveys", "outbox")


async def test_a_wave_is_closed_once_by_however_many_workers(
    wave: Json, moved: Moved, database: Database, cipher: FieldCipher, said: Any
) -> None:
    await close_due_waves(database, cipher)
    assert await said() == []
    await moved(wave["id"], "closes_at = statement_timestamp() - interval '1 second'")
    await asyncio.gather(*(close_due_waves(database.patient, cipher) for _ in range(3)))
    [event] = await said()
    assert (event["type"], event["key"], event["sequence"]) == (WAVE_CLOSED, wave["id"], 1)
    told = {name: event["data"][name] for name in ("wave_id", "audience", "cohort", "cycle", "year")}
    assert told == {"wave_id": wave["id"], "audience": "graduates", "cohort": 2024, "cycle": 1, "year": None}
    await close_due_waves(database, cipher)
    assert len(await said()) == 1


async def test_nothing_is_answered_once_a_wave_is_closed(
    client: Client, wave: Json, agreed: list[str], moved: Moved, database: Database, cipher: FieldCipher, said: Any
) -> None:
    await answered(client(link=agreed[0]))
    await moved(wave["id"], "closes_at = statement_timestamp() - interval '1 second'")
    await close_due_waves(database, cipher)
    # a clock that goes back, or another period, opens it to nobody again
    await moved(wave["id"], "closes_at = statement_timestamp() + interval '1 hour'")
    refused = await client(link=agreed[1]).put("/v1/answer/pages/work", json={"values": {}}, headers=ANY)
    assert refused.status_code == 401
    assert [each["type"] for each in await said()] == [RECORDED, WAVE_CLOSED]


async def test_after_a_restore_responses_go_on_above_what_was_said_of_them(
    client: Client, tokens: list[str], graduates: list[UUID], school: str, database: Database
) -> None:
    await client(link=tokens[0]).get("/v1/answer")
    owner = client("graduate", graduate=graduates[0])
    [mine] = (await owner.get("/v1/responses")).json()["items"]
    told = MeasureData(
        school_code=school,
        recorded_at=example_instant(),
        respondent_kind="graduate",
        graduate_id=graduates[0],
        response_id=mine["id"],
        response_version=9,
        wave_id=uuid4(),
        audience="graduates",
        questionnaire_id=uuid4(),
        questionnaire_version=1,
        completeness="core",
        mode="api",
    )
    async with database.transaction(SYSTEM) as unit:
        day = date(2024, 6, 20)
        await raise_streams(unit.connection, [Reached(str(graduates[0]), school, 4, day, (told,))])
        await unit.commit()
    [mine] = (await owner.get("/v1/responses")).json()["items"]
    assert mine["version"] == 9


async def test_a_binding_is_checked_when_it_is_published(manager: httpx.AsyncClient, questionnaire: Json) -> None:
    asked: Json = {**questionnaire, "pages": [{"id": "p", "questions": []}]}
    options = [{"value": value, "text": {"zh": "是", "en": "Yes"}} for value in ("1", "2")]
    asked["pages"][0]["questions"] = [
        {
            "id": "left",
            "type": "single_choice",
            "text": {"zh": "离职", "en": "Left"},
            "options": options,
            "measure": {"id": "left_job_12m", "map": {"1": True, "2": "no"}},
        },
        {"id": "joy", "type": "boolean", "text": {"zh": "乐", "en": "Joy"}, "measure": {"id": "joy"}},
    ]
    made = await manager.post("/v1/questionnaires", json=asked)
    assert made.status_code == 201, made.text
    bound = made.json()["pages"][0]["questions"][0]["measure"]
    assert bound == {"id": "left_job_12m", "map": {"1": "true", "2": "no"}}
    refused = await manager.post(f"/v1/questionnaires/{made.json()['id']}/publish", headers=ANY)
    assert refused.status_code == 422
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [
        ("/pages/0/questions/0/measure/map/2", "measure_codes"),
        ("/pages/0/questions/1/measure/id", "measure_unknown"),
    ]
    assert "true, false" in refused.json()["errors"][0]["message"]
