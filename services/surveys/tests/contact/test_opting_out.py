"""People ask to be left alone: by the link of a message, with their account, through a manager."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
ANY = {"If-Match": "*"}


@pytest.fixture
async def stops(wave: Json, morning: datetime, ahead: Any, go: Any, sink: Any, graduates: list[UUID]) -> dict[str, str]:
    """The path that ends contact, by graduate, as their mails have it."""
    async with ahead(morning) as database:
        await go(database)
    return {
        str(mail["To"]).partition("@")[0]: str(mail["List-Unsubscribe"]).strip("<>").removeprefix("https://survey.test")
        for mail in sink.mails
    }


async def standing(manager: httpx.AsyncClient) -> list[tuple[str, str, str]]:
    """Whom, how far and by which way, of all opt-outs of the school."""
    items = (await manager.get("/v1/opt-outs")).json()["items"]
    return [(each["graduate_id"], each["scope"], each["source"]) for each in items if each["revoked_at"] is None]


async def test_looking_at_the_page_does_nothing_and_its_button_ends_contact(
    client: Client, manager: httpx.AsyncClient, wave: Json, stops: dict[str, str], graduates: list[UUID]
) -> None:
    visitor, one, two = client(), *map(str, graduates[:2])
    page = await visitor.get(stops[one])
    assert (page.status_code, await standing(manager)) == (200, [])
    assert page.text.count('<form method="post"') == 2
    posted, kind = "List-Unsubscribe=One-Click", {"Content-Type": "application/x-www-form-urlencoded"}
    for _ in range(2):
        done = await visitor.post(stops[one], content=posted, headers=kind)
        assert (done.status_code, "已登记" in done.text or "Noted" in done.text) == (200, True)
    assert (await visitor.post(f"{stops[two]}?scope=all")).status_code == 200
    assert await standing(manager) == [(one, "wave", "link"), (two, "all", "link")]
    for path in (f"/o/{'x' * 22}", "/o/short", stops[one].replace("/o/", "/o/x")):
        assert {(await visitor.get(path)).status_code, (await visitor.post(path)).status_code} == {404}


async def test_the_token_that_ends_contact_can_do_nothing_else(client: Client, stops: dict[str, str]) -> None:
    token = next(iter(stops.values())).rpartition("/")[2]
    assert (await client(link=token).get("/v1/answer")).status_code == 401
    assert (await client(link=token).post("/v1/answer/withdraw")).status_code == 401


async def test_who_opted_out_is_skipped_and_stays_in_the_denominator(
    client: Client,
    manager: httpx.AsyncClient,
    wave: Json,
    stops: dict[str, str],
    graduates: list[UUID],
    morning: datetime,
    ahead: Any,
    go: Any,
    sink: Any,
    attempts: Any,
) -> None:
    await client().post(stops[str(graduates[0])])
    async with ahead(morning + timedelta(days=4)) as database:
        await go(database)
    assert sorted(each.rcpt_tos[0].partition("@")[0] for each in sink.arrived[3:]) == [
        str(each) for each in graduates[1:]
    ]
    second = [(each["state"], each["reason"]) for each in await attempts() if each["step"] == 2]
    assert sorted(second, key=str) == [("accepted", None), ("accepted", None), ("skipped", "opted_out")]
    assert (await manager.get(f"/v1/waves/{wave['id']}")).json()["eligible"] == 3
    [panel] = (await manager.get(f"/v1/waves/{wave['id']}/panel")).json()["items"]
    assert panel["lost"] == {"left_roster": 0, "opted_out": 1, "not_reached": 0, "silent": 2}


async def test_a_graduate_opts_out_and_in_again(client: Client, school: str, wave: Json, graduates: list[UUID]) -> None:
    own = client("graduate", school=school, graduate=graduates[0])
    once = {"Idempotency-Key": "stop"}
    made = await own.post("/v1/opt-outs", json={"scope": "wave", "wave_id": wave["id"]}, headers=once)
    assert (made.status_code, made.json()["source"], made.json()["graduate_id"]) == (201, "graduate", str(graduates[0]))
    assert (
        await own.post("/v1/opt-outs", json={"scope": "wave", "wave_id": wave["id"]}, headers=once)
    ).json() == made.json()
    again = await own.post("/v1/opt-outs", json={"scope": "wave", "wave_id": wave["id"]})
    assert (again.status_code, again.json()["code"]) == (409, "already_opted_out")
    path = made.headers["Location"]
    assert (await own.get(path)).json() == made.json()
    revoked = f"{path}/revoke"
    assert (await own.post(revoked)).status_code == 428
    assert (await own.post(revoked, headers={"If-Match": '"9"'})).status_code == 412
    assert (await client("survey_manager", school=school).post(revoked, headers=ANY)).status_code == 403
    ended = await own.post(revoked, headers={"If-Match": '"1"'})
    assert (ended.status_code, ended.json()["revoked_at"] is not None, ended.headers["ETag"]) == (200, True, '"2"')
    assert (await own.post(revoked, headers=ANY)).status_code == 409
    assert (await own.post("/v1/opt-outs", json={"scope": "wave", "wave_id": wave["id"]})).status_code == 201


async def test_managers_opt_out_graduates_of_their_school(
    client: Client, manager: httpx.AsyncClient, school: str, wave: Json, graduates: list[UUID]
) -> None:
    said = {"scope": "all", "graduate_id": str(graduates[1])}
    made = await manager.post("/v1/opt-outs", json=said)
    assert (made.status_code, made.json()["source"], made.json()["wave_id"]) == (201, "manager", None)
    stranger = client("survey_manager", school="99990")
    assert (await stranger.post("/v1/opt-outs", json=said)).status_code == 404
    assert (await stranger.get(made.headers["Location"])).status_code == 404
    assert (await client("auditor", school=school).post("/v1/opt-outs", json=said)).status_code == 403
    other = client("graduate", school=school, graduate=graduates[0])
    assert (await other.post("/v1/opt-outs", json=said)).status_code == 404
    assert (await other.get(made.headers["Location"])).status_code == 404
    assert (await other.get("/v1/opt-outs")).json()["items"] == []


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"scope": "wave"}, "/wave_id"),
        ({"scope": "all", "wave_id": str(uuid4())}, "/wave_id"),
        ({"scope": "wave", "wave_id": str(uuid4())}, "/wave_id"),
        ({"scope": "half"}, "/scope"),
        ({"scope": "all", "graduate_id": None}, "/graduate_id"),
    ],
)
async def test_what_is_wrong_is_named(
    manager: httpx.AsyncClient, graduates: list[UUID], said: Json, pointer: str
) -> None:
    refused = await manager.post("/v1/opt-outs", json={"graduate_id": str(graduates[0])} | said)
    assert (refused.status_code, [each["pointer"] for each in refused.json()["errors"]]) == (422, [pointer])
