"""Plans over HTTP, and the worker that makes their waves."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from common.clock import SHANGHAI, today
from common.database import Database
from surveys.wave_plans.commands import make_due_waves
from surveys.wave_plans.wire import wave_of
from testing.databases import ServiceDatabase

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Postponed = Callable[[str, str], Awaitable[None]]

ANY = {"If-Match": "*"}


@pytest.fixture
def asked(school: str, published: str) -> Json:
    """The body of a plan that asks the cohort of the year before on the day of today."""
    day = today()
    return {
        "school_code": school,
        "cycle": 1,
        "questionnaire_id": published,
        "questionnaire_version": 1,
        "edit_hours": 24,
        "every_years": 1,
        "first_year": day.year,
        "month_day": _month_day(day),
        "open_days": 30,
    }


@pytest.fixture
def postponed(addresses: ServiceDatabase) -> Postponed:
    """Change a plan as time would."""

    async def change(plan_id: str, said: str) -> None:
        connected = Database.connect(addresses.owner_url)
        async with connected.reading() as connection:
            await connection.execute(text(f"UPDATE wave_plans SET {said} WHERE id = :id"), {"id": plan_id})
        await connected.dispose()

    return change


def _month_day(day: date) -> str:
    return "02-28" if (day.month, day.day) == (2, 29) else f"{day:%m-%d}"


async def made(client: httpx.AsyncClient, plan_id: str) -> list[Json]:
    waves = (await client.get("/v1/waves")).json()["items"]
    return [each for each in waves if each["plan_id"] == plan_id]


async def test_each_years_wave_is_made_ahead_of_its_opening(
    manager: httpx.AsyncClient, asked: Json, database: Database, graduates: list[UUID], postponed: Postponed
) -> None:
    opens = today() + timedelta(days=14)
    body = asked | {"first_year": opens.year, "month_day": _month_day(opens), "population": {"kind": "census"}}
    plan = (await manager.post("/v1/wave-plans", json=body)).json()
    assert (plan["next_year"], plan["edit_hours"], plan["problem"]) == (opens.year, 24, None), plan
    await make_due_waves(database, wave_of)
    (wave,) = await made(manager, plan["id"])
    midnight = datetime.combine(
        date(opens.year, *map(int, body["month_day"].split("-"))), datetime.min.time(), SHANGHAI
    )
    assert datetime.fromisoformat(wave["opens_at"]) == midnight
    assert datetime.fromisoformat(wave["closes_at"]) == midnight + timedelta(days=30)
    assert (wave["cohort"], wave["cycle"], wave["phase"], wave["edit_hours"]) == (opens.year - 1, 1, "planned", 24)
    await make_due_waves(database, wave_of)
    assert len(await made(manager, plan["id"])) == 1
    after = (await manager.get(f"/v1/wave-plans/{plan['id']}")).json()
    assert after["next_year"] == opens.year + 1
    # fourteen days before the opening, and not a second earlier
    assert datetime.fromisoformat(after["due_at"]) == midnight.replace(year=opens.year + 1) - timedelta(days=14)


async def test_a_wave_has_the_settings_of_its_plan(
    manager: httpx.AsyncClient, asked: Json, database: Database, graduates: list[UUID]
) -> None:
    cap = {"id": "content", "condition": "${satisfied} = 'y'", "limit": 2}
    step = {"kind": "invite", "channel": "email", "after_days": 0}
    said = {"caps": [cap], "ladder": [step], "budget_fen": 500, "anonymity": "identified"}
    plan = (await manager.post("/v1/wave-plans", json=asked | said)).json()
    await make_due_waves(database, wave_of)
    (wave,) = await made(manager, plan["id"])
    assert {name: wave["caps"][0][name] for name in (*cap, "taken")} == cap | {"taken": 0}
    assert {name: wave["ladder"][0][name] for name in step} == step
    assert (wave["budget_fen"], wave["spent_fen"], wave["anonymity"]) == (500, 0, "identified")


async def test_employers_are_asked_by_plan(manager: httpx.AsyncClient, asked: Json, database: Database) -> None:
    made_of = (await manager.post("/v1/questionnaires", json={"from_library": "hire"})).json()
    await manager.post(f"/v1/questionnaires/{made_of['id']}/publish", headers=ANY)
    said = {**asked, "audience": "employers", "unit": "hire", "cycle": None, "questionnaire_id": made_of["id"]}
    plan = (await manager.post("/v1/wave-plans", json=said)).json()
    assert plan["next_year"] == asked["first_year"], plan
    await make_due_waves(database, wave_of)
    (wave,) = await made(manager, plan["id"])
    assert (wave["audience"], wave["unit"], wave["cohort"], wave["cycle"]) == ("employers", "hire", None, None)
    assert wave["year"] == asked["first_year"]


async def test_a_wave_that_cannot_be_made_says_why_and_is_tried_again(
    manager: httpx.AsyncClient, asked: Json, database: Database, postponed: Postponed
) -> None:
    # nobody of the cohort is in the roster, so a sample cannot be drawn
    body = asked | {"population": {"kind": "sample", "size": 2}}
    plan = (await manager.post("/v1/wave-plans", json=body)).json()
    await make_due_waves(database, wave_of)
    shown = (await manager.get(f"/v1/wave-plans/{plan['id']}")).json()
    assert (shown["problem"], shown["next_year"]) == ("sample_too_large", asked["first_year"])
    assert await made(manager, plan["id"]) == []
    assert datetime.fromisoformat(shown["due_at"]) > datetime.fromisoformat(plan["due_at"])


async def test_two_workers_at_once_make_one_wave(
    manager: httpx.AsyncClient, asked: Json, addresses: ServiceDatabase, database: Database
) -> None:
    other = Database.connect(addresses.app_url)
    for _ in range(4):
        plan = (await manager.post("/v1/wave-plans", json=asked)).json()
        await asyncio.gather(*(make_due_waves(each, wave_of) for each in (database, other, database, other)))
        assert len(await made(manager, plan["id"])) == 1
    await other.dispose()


async def test_a_change_holds_for_the_waves_that_are_not_made_yet(
    manager: httpx.AsyncClient, asked: Json, database: Database
) -> None:
    plan = (await manager.post("/v1/wave-plans", json=asked)).json()
    await make_due_waves(database, wave_of)
    path = f"/v1/wave-plans/{plan['id']}"
    assert (await manager.patch(path, json={"open_days": 7})).status_code == 428
    changed = (await manager.patch(path, json={"open_days": 7}, headers=ANY)).json()
    assert (changed["open_days"], changed["next_year"], changed["version"]) == (7, asked["first_year"] + 1, 2)
    (wave,) = await made(manager, plan["id"])
    length = datetime.fromisoformat(wave["closes_at"]) - datetime.fromisoformat(wave["opens_at"])
    assert length == timedelta(days=30)
    said = {
        "cycle": 3, "anonymity": "identified", "edit_hours": None, "population": {"kind": "sample", "size": 5},
        "caps": [{"id": "all", "condition": "true()", "limit": 9, "taken": 0}], "budget_fen": 700,
        "ladder": [{"kind": "invite", "channel": "email", "after_days": 2}], "stop_when_known": False,
    }  # fmt: skip
    changed = (await manager.patch(path, json=said, headers=ANY)).json()
    assert {name: changed.get(name) for name in said} == said, changed
    assert (changed["questionnaire_id"], changed["open_days"]) == (asked["questionnaire_id"], 7)
    assert (await made(manager, plan["id"])) == [wave], "what is made already stays as it is"
    for refused, pointers in (
        ({"ladder": [{"kind": "phone", "channel": "sms", "after_days": 0}]}, ["/ladder/0/channel"]),
        ({"cycle": None}, ["/cycle"]),
        ({"audience": "employers"}, ["/cycle", "/population/kind"]),
        ({"school_code": "10001"}, ["/school_code"]),
    ):
        answer = await manager.patch(path, json=refused, headers=ANY)
        assert [each["pointer"] for each in answer.json()["errors"]] == pointers, answer.text
    ended = (await manager.patch(path, json={"last_year": asked["first_year"]}, headers=ANY)).json()
    assert (ended["next_year"], ended["due_at"]) == (None, None)


async def test_a_plan_can_be_ended_before_its_first_wave(manager: httpx.AsyncClient, asked: Json) -> None:
    plan = (await manager.post("/v1/wave-plans", json=asked | {"first_year": asked["first_year"] + 2})).json()
    path, last = f"/v1/wave-plans/{plan['id']}", asked["first_year"]
    ended = await manager.patch(path, json={"last_year": last}, headers=ANY)
    assert (ended.status_code, ended.json()["next_year"], ended.json()["last_year"]) == (200, None, last)
    refused = await manager.patch(path, json={"audience": "employers"}, headers=ANY)
    assert {each["pointer"] for each in refused.json()["errors"]} == {"/cycle"}, "it could not go on like this"
    again = (await manager.patch(path, json={"last_year": None}, headers=ANY)).json()
    assert again["next_year"] == asked["first_year"] + 2


@pytest.mark.parametrize(
    ("change", "pointer", "rule"),
    [
        ({"month_day": "02-29"}, "/month_day", "not_a_day"),
        ({"month_day": "2-1"}, "/month_day", "pattern"),
        ({"every_years": 3}, "/every_years", "not_allowed"),
        ({"every_years": True}, "/every_years", "wrong_type"),
        ({"open_days": 0}, "/open_days", "out_of_range"),
        ({"cycle": 2}, "/cycle", "not_allowed"),
        ({"cycle": None}, "/cycle", "required"),
        ({"ladder": [{"kind": "phone", "channel": "sms", "after_days": 0}]}, "/ladder/0/channel", "not_allowed"),
        ({"last_year": 2001, "first_year": 2001}, "/last_year", "plan_over"),
        ({"questionnaire_version": 9}, "/questionnaire_version", "unknown_questionnaire_version"),
        ({"population": {"kind": "panel", "wave_id": str(UUID(int=1))}}, "/population/kind", "not_allowed"),
        ({"cohort": 2024}, "/cohort", "unknown_field"),
    ],
)
async def test_what_no_plan_can_have_is_refused(
    manager: httpx.AsyncClient, asked: Json, change: Json, pointer: str, rule: str
) -> None:
    refused = await manager.post("/v1/wave-plans", json=asked | change)
    assert refused.status_code == 422, refused.text
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [(pointer, rule)]


async def test_a_plan_is_its_schools(manager: httpx.AsyncClient, client: Client, asked: Json) -> None:
    plan = (await manager.post("/v1/wave-plans", json=asked)).json()
    foreign = client("survey_manager", school="99998")
    assert (await foreign.post("/v1/wave-plans", json=asked)).status_code == 404
    assert (await foreign.get(f"/v1/wave-plans/{plan['id']}")).status_code == 404
    assert plan["id"] not in {each["id"] for each in (await foreign.get("/v1/wave-plans")).json()["items"]}
    counsellor = client("counsellor", school=asked["school_code"])
    assert (await counsellor.post("/v1/wave-plans", json=asked)).status_code == 403
    again = {"Idempotency-Key": "plan-once-0001"}
    twice = [(await manager.post("/v1/wave-plans", json=asked, headers=again)).json()["id"] for _ in range(2)]
    assert twice[0] == twice[1]
