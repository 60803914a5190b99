"""An answer is read with the person only where the wave says so, for a purpose, and the person sees that it was."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

ANY = {"If-Match": "*"}
SUPPORT = {"X-Purpose": "support"}


@pytest.fixture
def anonymity() -> str:
    return "identified"


@pytest.fixture
def plan(plan: Json, anonymity: str) -> Json:
    return plan | {"anonymity": anonymity}


@pytest.fixture
async def path(client: Client, agreed: list[str], graduates: list[UUID]) -> str:
    """Of the first graduate's submitted response."""
    body = {"values": {"satisfied": "y", "match": 4}}
    assert (await client(link=agreed[0]).post("/v1/answer/submit", json=body, headers=ANY)).status_code == 200
    [mine] = (await client("graduate", graduate=graduates[0]).get("/v1/responses")).json()["items"]
    return f"/v1/responses/{mine['id']}"


async def test_a_manager_reads_an_answer_for_a_purpose_and_the_graduate_sees_it(
    client: Client, manager: httpx.AsyncClient, path: str, graduates: list[UUID], school: str, rows: Rows
) -> None:
    read = await manager.post(f"{path}/reveal", headers=SUPPORT)
    assert (read.status_code, read.json()["values"]) == (200, {"satisfied": "y", "match": 4}), read.text
    assert (read.json()["graduate_id"], read.json()["mode"]) == (str(graduates[0]), "api")
    seen = (await client("graduate", graduate=graduates[0]).get("/v1/accesses")).json()["items"]
    assert [(each["kind"], each["purpose"], each["fields"]) for each in seen] == [
        ("reveal", "support", ["match", "satisfied"])
    ]
    officer, foreign = (client("school_officer", school=each) for each in (school, "99998"))
    listed = f"/v1/graduates/{graduates[0]}/accesses"
    assert (await officer.get(listed)).json()["items"] == seen
    assert (await foreign.get(listed)).status_code == 404
    records = (await client("graduate", graduate=graduates[0]).get(f"/v1/graduates/{graduates[0]}/data")).json()
    assert [each["kind"] for each in records["records"]["accesses"]] == ["reveal"]
    audited = "SELECT detail FROM audit_entries WHERE action = 'response.reveal' AND object_id = :id"
    assert [each["detail"]["purpose"] for each in await rows(audited, id=path.rsplit("/", 1)[1])] == ["support"]


async def test_who_may_not_read_it(
    client: Client, manager: httpx.AsyncClient, path: str, agreed: list[str], graduates: list[UUID], school: str
) -> None:
    reveal = f"{path}/reveal"
    assert (await manager.post(reveal)).json()["code"] == "purpose_required"
    assert (await manager.post(reveal, headers={"X-Purpose": "nosuch"})).json()["code"] == "purpose_unknown"
    other = await manager.post(reveal, headers={"X-Purpose": "review"})
    assert (other.status_code, other.json()["code"]) == (403, "purpose_not_permitted")
    assert (await client("survey_manager", school="99998").post(reveal, headers=SUPPORT)).status_code == 404
    assert (await client("school_officer", school=school).post(reveal, headers=SUPPORT)).status_code == 403
    open_ones = (await client("graduate", graduate=graduates[1]).get("/v1/responses")).json()["items"]
    unsubmitted = await manager.post(f"/v1/responses/{open_ones[0]['id']}/reveal", headers=SUPPORT)
    assert (unsubmitted.status_code, unsubmitted.json()["code"]) == (409, "nothing_submitted")


@pytest.mark.parametrize("anonymity", ["pseudonymous"])
async def test_nobody_reads_answers_of_a_pseudonymous_wave(
    client: Client, manager: httpx.AsyncClient, path: str, graduates: list[UUID]
) -> None:
    refused = await manager.post(f"{path}/reveal", headers=SUPPORT)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_identified")
    assert (await client("graduate", graduate=graduates[0]).get("/v1/accesses")).json()["items"] == []
