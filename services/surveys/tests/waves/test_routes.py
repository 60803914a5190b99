import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from common.contracts import ChangeToken
from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import TOPIC as GRADUATES
from common.contracts.graduate import GraduateStatus
from common.contracts.response import REQUESTED, TOPIC, ResponseData
from common.database import Database
from testing.databases import committed
from testing.waiting import eventually

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Keep = Callable[[Sequence[IncomingEvent]], Awaitable[None]]


async def eligible(rows: Rows, wave: Json) -> set[UUID]:
    return {row["graduate_id"] for row in await rows("SELECT * FROM wave_eligible WHERE wave_id = :id", id=wave["id"])}


async def create(manager: httpx.AsyncClient, plan: Json, **changes: object) -> Json:
    answer = await manager.post("/v1/waves", json=plan | changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_eligible_is_the_population_at_that_moment(
    keep: Keep,
    manager: httpx.AsyncClient,
    school: str,
    graduates: list[UUID],
    plan: Json,
    rows: Rows,
    graduate_event: Callable[..., IncomingEvent],
) -> None:
    completed, readmitted = uuid4(), uuid4()
    await keep(
        [
            graduate_event(school, completed, status=GraduateStatus.COMPLETED),
            graduate_event(school, status=GraduateStatus.WITHDRAWN),
            graduate_event(school, status="excluded", counted=False),
            graduate_event(school, counted=False),
            graduate_event(school, readmitted, status="a_word_of_tomorrow", counted=True),
            graduate_event(school, cohort=2023),
            graduate_event("90000"),
        ]
    )
    wave = await create(manager, plan)
    await keep([graduate_event(school), graduate_event(school, completed, sequence=2, status=GraduateStatus.DECEASED)])
    assert await eligible(rows, wave) == {*graduates, completed, readmitted}
    assert wave["eligible"] == 5


async def test_who_the_release_before_wrote_last_is_eligible_by_the_status(
    keep: Keep, manager: httpx.AsyncClient, database: Database, graduates: list[UUID], plan: Json
) -> None:
    async with committed(database) as connection:
        written = "UPDATE graduates SET status = 'transferred', sequence = sequence + 1 WHERE graduate_id = :id"
        await connection.execute(text(written), {"id": graduates[0]})
    assert (await create(manager, plan))["eligible"] == len(graduates) - 1


async def test_nobody_is_eligible_before_the_season_of_the_cohort(
    keep: Keep,
    manager: httpx.AsyncClient,
    school: str,
    plan: Json,
    graduate_event: Callable[..., IncomingEvent],
) -> None:
    cohort = datetime.now(UTC).year + 2
    await keep([graduate_event(school, cohort=cohort)])
    assert (await create(manager, plan, cohort=cohort))["eligible"] == 0


async def test_every_eligible_graduate_is_announced_with_the_next_sequence(
    manager: httpx.AsyncClient, school: str, graduates: list[UUID], plan: Json, rows: Rows
) -> None:
    waves = [await create(manager, plan) for _ in range(2)]
    found = await rows(
        "SELECT * FROM outbox WHERE school_code = :school AND topic = :topic ORDER BY id", school=school, topic=TOPIC
    )
    assert [(row["key"], row["sequence"]) for row in found] == [
        (str(each), sequence) for sequence in (1, 2) for each in graduates
    ]
    for row in found:
        data = ResponseData.model_validate(row["data"])
        assert (row["type"], str(data.wave_id)) == (REQUESTED, waves[row["sequence"] - 1]["id"])
        assert (str(data.graduate_id), data.questions_total) == (row["key"], 3)
        assert (data.recorded_at, data.decided_on) == (row["recorded_at"], row["decided_on"])
    token = ChangeToken.decode(waves[1]["change_token"])
    assert token == ChangeToken(TOPIC, school, found[-1]["key"], 2)


async def test_waves_of_a_cohort_made_at_once_do_not_disturb_each_other(
    manager: httpx.AsyncClient, school: str, graduates: list[UUID], plan: Json, rows: Rows
) -> None:
    await asyncio.gather(*(create(manager, plan) for _ in range(8)))
    query = "SELECT key, array_agg(sequence ORDER BY id) AS told FROM outbox WHERE school_code = :school GROUP BY key"
    found = await rows(query, school=school)
    assert {row["key"]: row["told"] for row in found} == {str(each): list(range(1, 9)) for each in graduates}


async def test_a_repeated_request_makes_no_second_wave(
    manager: httpx.AsyncClient, school: str, graduates: list[UUID], plan: Json, rows: Rows
) -> None:
    headers = {"Idempotency-Key": "wave-1"}
    first = await manager.post("/v1/waves", json=plan, headers=headers)
    second = await manager.post("/v1/waves", json=plan, headers=headers)
    other = await manager.post("/v1/waves", json=plan | {"cycle": 3}, headers=headers)
    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["Location"] == first.headers["Location"]
    assert other.status_code == 422
    assert len(await rows("SELECT id FROM waves WHERE school_code = :school", school=school)) == 1


@pytest.mark.parametrize(
    ("change", "pointer", "rule"),
    [
        ({"closes_at": "2020-01-01T00:00:00Z"}, "/closes_at", "opens_before_closes"),
        ({"opens_at": "2020-01-01T00:00:00Z", "closes_at": "2021-01-01T00:00:00Z"}, "/closes_at", "closes_in_future"),
        ({"questionnaire_version": 2}, "/questionnaire_version", "unknown_questionnaire_version"),
        ({"questionnaire_id": str(uuid4())}, "/questionnaire_version", "unknown_questionnaire_version"),
        ({"cycle": 2}, "/cycle", "not_allowed"),
        ({"cycle": True}, "/cycle", "wrong_type"),
        ({"opens_at": "9999-12-31T23:59:59-12:00"}, "/opens_at", "out_of_range"),
        ({"opens_at": "2024-01-01T00:00:00"}, "/opens_at", "instant_format"),
        ({"colour": "red"}, "/colour", "unknown_field"),
    ],
)
async def test_a_wave_that_cannot_be_is_refused_with_field_and_rule(
    manager: httpx.AsyncClient, plan: Json, change: Json, pointer: str, rule: str
) -> None:
    answer = await manager.post("/v1/waves", json=plan | change)
    assert answer.status_code == 422
    assert (pointer, rule) in {(each["pointer"], each["rule"]) for each in answer.json()["errors"]}


async def test_a_school_cannot_use_the_questionnaire_of_another(client: Client, plan: Json) -> None:
    for stranger in (client("survey_manager", school="99998"), client("admin")):
        answer = await stranger.post("/v1/waves", json=plan | {"school_code": "99998"})
        assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (422, "unknown_questionnaire_version")


async def test_every_school_can_use_the_questionnaire_of_an_admin(
    client: Client, manager: httpx.AsyncClient, plan: Json, questionnaire: Json
) -> None:
    admin = client("admin")
    shared = (await admin.post("/v1/questionnaires", json=questionnaire)).json()
    await admin.post(f"/v1/questionnaires/{shared['id']}/publish", headers={"If-Match": '"1"'})
    assert (await create(manager, plan, questionnaire_id=shared["id"]))["eligible"] == 0
    edit = await manager.patch(f"/v1/questionnaires/{shared['id']}", json={}, headers={"If-Match": "*"})
    assert edit.status_code == 403


async def test_a_wave_of_another_school_looks_like_none(client: Client, wave: Json, plan: Json) -> None:
    stranger = client("survey_manager", school="99998")
    foreign, missing = await stranger.get(f"/v1/waves/{wave['id']}"), await stranger.get(f"/v1/waves/{uuid4()}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() | {"trace_id": ""} == missing.json() | {"trace_id": ""}
    own = client("interviewer", school=plan["school_code"])
    assert (await own.get(f"/v1/waves/{wave['id']}")).status_code == 403, "a role without the act, in its school"
    assert (await stranger.get("/v1/waves", params={"school": plan["school_code"]})).json()["items"] == []
    assert (await stranger.post("/v1/waves", json=plan)).status_code == 404
    assert (await stranger.get(f"/v1/waves/{wave['id']}/invitations")).status_code == 404
    assert (await stranger.post(f"/v1/waves/{wave['id']}/invitations", json={"channel": "link"})).status_code == 404
    counsellor = client("graduate", graduate=uuid4())
    assert (await counsellor.get("/v1/waves")).status_code == 403


async def test_a_wave_waits_for_the_change_it_must_include(
    keep: Keep,
    situate: Keep,
    manager: httpx.AsyncClient,
    school: str,
    plan: Json,
    graduate_event: Callable[..., IncomingEvent],
) -> None:
    entered = graduate_event(school)
    token = ChangeToken(GRADUATES, school, entered.key, 1).encode()
    late = await manager.post("/v1/waves", params={"min_change": token, "wait": "50ms"}, json=plan)
    assert (late.status_code, late.json()["min_change_met"], late.json()["eligible"]) == (201, False, 0)
    asked = asyncio.create_task(manager.post("/v1/waves", params={"min_change": token, "wait": "10s"}, json=plan))
    await keep([entered])
    await situate([entered])
    answer = await asked
    assert (answer.json()["min_change_met"], answer.json()["eligible"]) == (True, 1)
    assert (await manager.post("/v1/waves", params={"min_change": "nonsense"}, json=plan)).status_code == 400


async def test_a_change_of_another_school_than_the_wave_is_not_found(
    client: Client, manager: httpx.AsyncClient, plan: Json
) -> None:
    foreign = ChangeToken(GRADUATES, "99998", str(uuid4()), 1).encode()
    for caller in (manager, client("admin")):
        assert (await caller.post("/v1/waves", params={"min_change": foreign}, json=plan)).status_code == 404


async def test_a_token_that_names_the_graduate_of_another_school_is_never_met(
    keep: Keep,
    manager: httpx.AsyncClient,
    school: str,
    plan: Json,
    graduate_event: Callable[..., IncomingEvent],
) -> None:
    stranger = graduate_event("99998")
    await keep([stranger])
    for key in (stranger.key, str(uuid4())):
        token = ChangeToken(GRADUATES, school, key, 1).encode()
        answer = await manager.post("/v1/waves", params={"min_change": token}, json=plan)
        assert (answer.status_code, answer.json()["min_change_met"]) == (201, False)


async def test_a_token_with_a_key_that_no_graduate_has_is_malformed(
    manager: httpx.AsyncClient, school: str, plan: Json
) -> None:
    token = ChangeToken(GRADUATES, school, "somebody", 1).encode()
    assert (await manager.post("/v1/waves", params={"min_change": token}, json=plan)).status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"closes_at": "2020-01-01T00:00:00Z"},
        {"opens_at": "2020-01-01T00:00:00Z", "closes_at": "2021-01-01T00:00:00Z"},
        {"questionnaire_version": 2},
    ],
)
async def test_nobody_waits_for_a_wave_that_cannot_be(
    manager: httpx.AsyncClient, school: str, plan: Json, change: Json
) -> None:
    query = {"min_change": ChangeToken(GRADUATES, school, str(uuid4()), 1).encode(), "wait": "20s"}
    answer = await asyncio.wait_for(manager.post("/v1/waves", params=query, json=plan | change), 5)
    assert answer.status_code == 422


async def test_a_wave_that_has_closed_is_shown_again_to_a_repeated_request(
    keep: Keep,
    situate: Keep,
    manager: httpx.AsyncClient,
    school: str,
    plan: Json,
    graduate_event: Callable[..., IncomingEvent],
) -> None:
    short = plan | {"closes_at": (datetime.now(UTC) + timedelta(seconds=5)).isoformat()}
    headers = {"Idempotency-Key": "short"}
    entered = graduate_event(school)
    await keep([entered])
    await situate([entered])
    query = {"min_change": ChangeToken(GRADUATES, school, entered.key, 1).encode()}
    first = await manager.post("/v1/waves", params=query, json=short, headers=headers)

    async def has_closed() -> bool:
        return (await manager.post("/v1/waves", json=short)).status_code == 422

    await eventually(has_closed, describe="the closing time")
    second = await manager.post("/v1/waves", params=query, json=short, headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json() | {"phase": "closing"}
    assert second.json()["min_change_met"] is True
