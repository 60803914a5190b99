"""What may be changed of a wave, by its phase."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from common.auth import EVERYTHING, SYSTEM, Principal, Role
from common.contracts import ChangeToken
from common.contracts.response import TOPIC
from common.database import Database
from common.errors import Versions
from common.identifiers import InvitationId, OperationId, SchoolCode, WaveId
from surveys.answers.commands.following import open_link
from surveys.invitations import storage
from surveys.invitations.commands import invite
from surveys.invitations.domain import Batch, Channel, LinkRefused, NewInvitation
from surveys.wave_plans.wire import PlanPatch
from surveys.waves import commands
from surveys.waves import storage as storage_of_waves
from surveys.waves.domain import NotChangeable
from surveys.waves.wire import NewWave, WavePatch
from testing.collisions import Act, meet

Json = dict[str, Any]
Rows = Callable[..., Awaitable[list[Json]]]
Moved = Callable[[str, str], Awaitable[None]]

ANY = {"If-Match": "*"}
PLANNED = "opens_at = now() + interval '1 hour', closes_at = now() + interval '2 hours'"
OVER = "closes_at = statement_timestamp() - interval '1 second'"

TOLD = """
    SELECT key, sequence, data ->> 'state' AS state, CAST(data ->> 'cycle' AS int) AS cycle,
           data ->> 'cohort' AS cohort, data ->> 'questionnaire_version' AS questionnaire_version
      FROM outbox WHERE topic = :topic AND data ->> 'wave_id' = :id ORDER BY id
"""
WAITS = """
    SELECT opens_at < statement_timestamp() AND EXISTS (
               SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock') AS is_over
      FROM waves WHERE id = :id
"""
ELIGIBLE = "SELECT graduate_id, college FROM wave_eligible WHERE wave_id = :id ORDER BY graduate_id"


def after(**period: int) -> str:
    return (datetime.now(UTC) + timedelta(**period)).isoformat()


async def test_before_it_opens_everything_can_be_changed(
    manager: httpx.AsyncClient, wave: Json, moved: Moved, rows: Rows
) -> None:
    await moved(wave["id"], PLANNED)
    said = {"opens_at": after(hours=3), "closes_at": after(hours=9), "anonymity": "identified", "edit_hours": None}
    headers = {"If-Match": '"1"'}
    answer = await manager.patch(f"/v1/waves/{wave['id']}", json=said | {"cycle": 3}, headers=headers)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["version"], shown["phase"], shown["anonymity"], shown["edit_hours"], shown["cycle"]) == (
        2, "planned", "identified", None, 3
    )  # fmt: skip
    assert datetime.fromisoformat(shown["closes_at"]) == datetime.fromisoformat(f"{said['closes_at']}")
    stale = await manager.patch(f"/v1/waves/{wave['id']}", json={"edit_hours": 1}, headers=headers)
    assert stale.status_code == 412
    told = [(each["state"], each["cycle"]) for each in await rows(TOLD, topic=TOPIC, id=wave["id"])]
    assert told == [
        (state, cycle) for state, cycle in (("requested", 1), ("released", 1), ("requested", 3)) for _ in "123"
    ]


@pytest.mark.parametrize(
    ("change", "pointer", "rule"),
    [
        ({"closes_at": after(minutes=30)}, "/closes_at", "not_changeable"),
        ({"anonymity": "identified"}, "/anonymity", "not_changeable"),
        ({"edit_hours": 24, "closes_at": after(hours=5)}, "/edit_hours", "not_changeable"),
        ({"opens_at": after(minutes=-5)}, "/opens_at", "not_changeable"),
        ({"population": {"kind": "sample", "size": 1}}, "/population", "not_changeable"),
        ({"audience": "employers"}, "/audience", "not_changeable"),
    ],
)
async def test_while_it_is_open_it_can_only_close_later(
    manager: httpx.AsyncClient, wave: Json, change: Json, pointer: str, rule: str
) -> None:
    refused = await manager.patch(f"/v1/waves/{wave['id']}", json=change, headers=ANY)
    assert (refused.status_code, refused.json()["code"]) == (422, "not_changeable")
    assert [(each["pointer"], each["rule"]) for each in refused.json()["errors"]] == [(pointer, rule)]
    same = {"anonymity": wave["anonymity"], "closes_at": after(hours=5)}
    assert (await manager.patch(f"/v1/waves/{wave['id']}", json=same, headers=ANY)).status_code == 200


async def test_once_it_is_over_nothing_can_be_changed(manager: httpx.AsyncClient, wave: Json, moved: Moved) -> None:
    await moved(wave["id"], OVER)
    refused = await manager.patch(f"/v1/waves/{wave['id']}", json={"closes_at": after(hours=5)}, headers=ANY)
    assert (refused.status_code, refused.json()["code"], refused.json()["state"]) == (409, "wave_closed", "closing")


async def test_a_period_must_not_be_over_nor_turned_round(manager: httpx.AsyncClient, wave: Json, moved: Moved) -> None:
    await moved(wave["id"], PLANNED)
    for change, rule in (({"closes_at": after(minutes=30)}, "opens_before_closes"), ({}, None)):
        answer = await manager.patch(f"/v1/waves/{wave['id']}", json=change, headers=ANY)
        assert [each["rule"] for each in answer.json().get("errors", [])] == ([rule] if rule else [])


async def test_before_it_opens_others_are_asked_with_what_the_roster_says_by_then(
    manager: httpx.AsyncClient, invited: list[Json], wave: Json, moved: Moved, situate: Any, rows: Rows,
    graduates: list[UUID], school: str, graduate_event: Any, database: Database,
) -> None:  # fmt: skip
    await moved(wave["id"], PLANNED)
    await situate([graduate_event(school, each, college_code="03") for each in graduates])
    drawn = {"kind": "sample", "size": 1, "seed": "2026"}
    async with database.reading() as connection:
        links = [await storage.find(connection, EVERYTHING, InvitationId(UUID(each["id"]))) for each in invited]
    answer = await manager.patch(f"/v1/waves/{wave['id']}", json={"population": drawn}, headers=ANY)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["population"], shown["eligible"], shown["version"]) == (drawn, 1, 2)
    # by the contract: the smallest SHA-256 of `seed:graduate_id`
    expected = min(graduates, key=lambda each: sha256(f"2026:{each}".encode()).hexdigest())
    assert await rows(ELIGIBLE, id=wave["id"]) == [{"graduate_id": expected, "college": "03"}]
    told = await rows(TOLD, topic=TOPIC, id=wave["id"])
    before = [(str(each), state) for state in ("requested", "released") for each in graduates]
    assert [(each["key"], each["state"]) for each in told] == [*before, (str(expected), "requested")]
    assert ChangeToken.decode(shown["change_token"]) == ChangeToken(TOPIC, school, str(expected), told[-1]["sequence"])
    batch = Batch(OperationId(uuid4()), WaveId(UUID(wave["id"])), SchoolCode(school), Channel.LINK)
    made = [NewInvitation(InvitationId(uuid4()), each, uuid4().bytes, b"") for each in graduates]
    assert await database.act(SYSTEM, partial(invite, batch=batch, made=made)) == 0, (
        "who was to be invited is not asked"
    )
    left = (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"]
    assert [each["graduate_id"] for each in left] == [str(expected)], "the others' links are gone"
    # who was about to open one of them
    gone = next(each for each in links if each and each.graduate_id != expected)
    with pytest.raises(LinkRefused):
        await database.act(SYSTEM, partial(open_link, invitation=gone))
    again = await manager.patch(f"/v1/waves/{wave['id']}", json={"population": drawn}, headers=ANY)
    assert (again.json()["change_token"], again.json()["eligible"]) == (None, 1)
    assert len(await rows(TOLD, topic=TOPIC, id=wave["id"])) == len(told), "the same is no change"
    refused = await manager.patch(
        f"/v1/waves/{wave['id']}", json={"population": {"kind": "sample", "size": 4}}, headers=ANY
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "sample_too_large")
    everybody = await manager.patch(f"/v1/waves/{wave['id']}", json={"population": None}, headers=ANY)
    assert (everybody.json()["population"], everybody.json()["eligible"]) == ({"kind": "census"}, 3)


async def test_another_cohort_and_another_audience_can_be_asked(
    manager: httpx.AsyncClient, wave: Json, moved: Moved, keep: Any, rows: Rows, school: str, graduate_event: Any
) -> None:
    await moved(wave["id"], PLANNED)
    path, later = f"/v1/waves/{wave['id']}", graduate_event(school, cohort=2023)
    await keep([later])
    shown = (await manager.patch(path, json={"cohort": 2023}, headers=ANY)).json()
    assert (shown["cohort"], shown["eligible"]) == (2023, 1)
    told = await rows(TOLD, topic=TOPIC, id=wave["id"])
    assert [each["cohort"] for each in told] == ["2024"] * 6 + ["2023"]
    refused = await manager.patch(path, json={"audience": "employers"}, headers=ANY)
    assert {each["pointer"] for each in refused.json()["errors"]} == {"/cohort", "/cycle", "/population/kind"}
    itself = await manager.patch(path, json={"population": {"kind": "panel", "wave_id": wave["id"]}}, headers=ANY)
    assert [each["rule"] for each in itself.json()["errors"]] == ["later_wave"]
    # a questionnaire for employers, who are none yet
    made = (await manager.post("/v1/questionnaires", json={"from_library": "hire"})).json()
    await manager.post(f"/v1/questionnaires/{made['id']}/publish", headers=ANY)
    employers = {"audience": "employers", "unit": "hire", "cohort": None, "cycle": None, "population": None}
    shown = (await manager.patch(path, json=employers | {"questionnaire_id": made["id"]}, headers=ANY)).json()
    assert (shown["audience"], shown["unit"], shown["population"]) == ("employers", "hire", {"kind": "directory"}), (
        shown
    )
    assert (shown["eligible"], shown["year"]) == (0, datetime.fromisoformat(shown["opens_at"]).year)
    assert (await rows(TOLD, topic=TOPIC, id=wave["id"]))[-1]["state"] == "released"


def test_a_patch_names_no_value_for_what_is_absent() -> None:
    for model in (WavePatch, PlanPatch):
        assert not [name for name, member in model.model_json_schema()["properties"].items() if "default" in member]


async def test_waves_that_are_drawn_anew_lock_the_streams_of_people_in_one_order(
    database: Database, manager: httpx.AsyncClient, wave: Json, moved: Moved, plan: Json, keep: Any, school: str,
    graduate_event: Any,
) -> None:  # fmt: skip
    other = (await manager.post("/v1/waves", json=plan)).json()
    for each in (wave, other):
        await moved(each["id"], PLANNED)
    # of them nothing was announced before, and their streams come before those of the others
    await keep([graduate_event(school, UUID(int=uuid4().int >> 40)) for _ in range(3)])
    caller = Principal(subject="manager", role=Role.SURVEY_MANAGER, school_code=school)

    def drawing(wave_id: str, size: int) -> Act:
        asked = WavePatch.model_validate({"population": {"kind": "sample", "size": size, "seed": "s"}}, strict=False)
        return partial(
            commands.change,
            caller=caller,
            wave_id=WaveId(UUID(wave_id)),
            expected=Versions(any=True),
            patched=asked.patched,
            said=asked.model_fields_set,
        )

    create = partial(commands.create, caller=caller, plan=NewWave.model_validate_json(json.dumps(plan)).plan())
    await meet(database, drawing(wave["id"], 4), drawing(other["id"], 5))
    await meet(database, drawing(wave["id"], 5), create)


async def test_a_change_that_waits_beyond_the_opening_is_one_of_an_open_wave(
    database: Database, wave: Json, moved: Moved, rows: Rows, school: str
) -> None:
    """Links are being made, and who opened one meanwhile has agreed to what the wave was then."""
    soon = "opens_at = statement_timestamp() + interval '200 milliseconds'"
    await moved(wave["id"], f"{soon}, closes_at = now() + interval '2 hours'")
    asked = WavePatch.model_validate({"anonymity": "identified"}, strict=False)
    act = partial(
        commands.change,
        caller=Principal(subject="manager", role=Role.SURVEY_MANAGER, school_code=SchoolCode(school)),
        wave_id=WaveId(UUID(wave["id"])),
        expected=Versions(any=True),
        patched=asked.patched,
        said=asked.model_fields_set,
    )
    async with database.transaction(SYSTEM) as unit:
        await storage_of_waves.current(unit.connection, WaveId(UUID(wave["id"])), hold=True)
        waiting = asyncio.create_task(database.patient.act(SYSTEM, act))
        while not (await rows(WAITS, id=UUID(wave["id"])))[0]["is_over"]:
            assert not waiting.done()
    with pytest.raises(NotChangeable):
        await waiting
