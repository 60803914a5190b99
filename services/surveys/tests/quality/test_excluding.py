"""Excluded answers count in no figure and give no measure; the response counts on. Flags name what to look at."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from common.contracts.envelope import IncomingEvent
from common.contracts.measure import RECORDED, TOPIC, WITHDRAWN
from common.crypto import FieldCipher
from common.database import Database
from surveys.answers.commands import close_due_waves
from surveys.quality.storage import FIELD
from surveys.results.commands import take_due
from surveys.settings import Settings
from surveys.verification import CHECKS
from testing.databases import ServiceDatabase

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Keep = Callable[[Sequence[IncomingEvent]], Awaitable[None]]
Moved = Callable[[str, str], Awaitable[None]]

ANY = {"If-Match": "*"}
OVER = "closes_at = statement_timestamp() - interval '1 second'"
WHY = {"reason": "答题时间过短"}
SAID = f"SELECT type, data FROM outbox WHERE topic = '{TOPIC}' AND key = :key ORDER BY sequence"


@pytest.fixture
async def answered(client: Client, agreed: list[str]) -> list[httpx.AsyncClient]:
    """Three who have answered."""
    holders = [client(link=token) for token in agreed]
    for match, holder in enumerate(holders, 3):
        values = {"satisfied": "y", "match": match}
        assert (await holder.post("/v1/answer/submit", json={"values": values}, headers=ANY)).status_code == 200
    return holders


@pytest.fixture
async def theirs(manager: httpx.AsyncClient, answered: list[httpx.AsyncClient], wave: Json) -> list[Json]:
    """Their responses, in the order of their graduates."""
    found = (await manager.get("/v1/responses", params={"wave": wave["id"]})).json()["items"]
    return sorted(found, key=lambda each: str(each["graduate_id"]))


async def test_measures_go_and_come_and_the_response_rate_stays(
    manager: httpx.AsyncClient, wave: Json, theirs: list[Json], rows: Rows, cipher: FieldCipher, database: Database,
    settings: Settings, school: str,
) -> None:  # fmt: skip
    first = theirs[0]
    path = f"/v1/responses/{first['id']}"
    assert (first["flags"], first["excluded_at"]) == ([], None)
    assert (await manager.post(f"{path}/exclude", json=WHY)).status_code == 428
    done = await manager.post(f"{path}/exclude", json=WHY, headers={"If-Match": f'"{first["version"]}"'})
    assert (done.status_code, done.json()["state"], done.json()["version"]) == (200, "submitted", first["version"] + 1)
    assert done.json()["excluded_at"] is not None
    said = await rows(SAID, key=first["graduate_id"])
    assert [(each["type"], each["data"]["values"]) for each in said] == [(RECORDED, []), (WITHDRAWN, [])]
    again = await manager.post(f"{path}/exclude", json=WHY, headers=ANY)
    assert (again.status_code, again.json()["allowed_transitions"]) == (409, ["include"])
    [counted] = (await manager.get(f"/v1/waves/{wave['id']}/response-analysis")).json()["observations"]
    assert counted["submitted"] == 3
    [kept] = await rows("SELECT reason_ciphertext FROM responses WHERE id = CAST(:id AS uuid)", id=first["id"])
    assert cipher.decrypt(FIELD, UUID(first["id"]), kept["reason_ciphertext"]) == WHY["reason"]
    for name in ("measures", "contents", "counts"):
        verified = await CHECKS[name](database, settings, school=school)
        assert (verified.differences, verified.compared) == (0, 3), name
    back = await manager.post(f"{path}/include", json={"reason": "经核实有效"}, headers=ANY)
    assert (back.status_code, back.json()["excluded_at"]) == (200, None)
    said = await rows(SAID, key=first["graduate_id"])
    assert [each["type"] for each in said] == [RECORDED, WITHDRAWN, RECORDED]
    assert said[-1]["data"]["response_version"] == back.json()["version"]
    assert said[-1]["data"]["values"] == [{"measure": "major_match", "value": 50, "post_level": None}]
    assert (await CHECKS["measures"](database, settings, school=school)).differences == 0
    assert (await manager.post(f"{path}/include", json=WHY, headers=ANY)).status_code == 409


async def test_who_decides_and_over_what(
    client: Client, manager: httpx.AsyncClient, wave: Json, theirs: list[Json], school: str, moved: Moved,
    database: Database, cipher: FieldCipher,
) -> None:  # fmt: skip
    path = f"/v1/responses/{theirs[0]['id']}/exclude"
    for role, place, status in (("survey_manager", "99998", 404), ("interviewer", school, 404)):
        assert (await client(role, school=place).post(path, json=WHY, headers=ANY)).status_code == status
    owner = client("graduate", graduate=theirs[0]["graduate_id"])
    assert (await owner.post(path, json=WHY, headers=ANY)).status_code == 403
    named = await manager.post(path, json={"reason": "学号 20240001"}, headers=ANY)
    assert (named.status_code, named.json()["code"]) == (422, "identifying_text")
    assert (await manager.post(path, json={}, headers=ANY)).status_code == 422
    gone = f"/v1/responses/{theirs[1]['id']}"
    assert (await manager.post(f"{gone}/withdraw", headers=ANY)).status_code == 200
    refused = await manager.post(f"{gone}/exclude", json=WHY, headers=ANY)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_submitted")
    await moved(wave["id"], OVER)
    await close_due_waves(database, cipher)
    assert (await manager.post(f"/v1/waves/{wave['id']}/freeze", headers=ANY)).status_code == 200
    frozen = await manager.post(path, json=WHY, headers=ANY)
    assert (frozen.status_code, frozen.json()["code"]) == (409, "frozen")


async def test_an_excluded_answer_counts_in_no_figure_of_the_next_edition(
    manager: httpx.AsyncClient, wave: Json, theirs: list[Json], moved: Moved, database: Database, cipher: FieldCipher,
    rows: Rows,
) -> None:  # fmt: skip
    done = await manager.post(f"/v1/responses/{theirs[0]['id']}/exclude", json=WHY, headers=ANY)
    assert done.status_code == 200
    await moved(wave["id"], OVER)
    await close_due_waves(database, cipher)
    await take_due(database, cipher)
    [edition] = (await manager.get(f"/v1/waves/{wave['id']}/editions")).json()["items"]
    assert edition["answers"] == 2
    assert await rows("SELECT * FROM answer_changes WHERE wave_id = CAST(:id AS uuid)", id=wave["id"]) == []
    await manager.post(f"/v1/responses/{theirs[0]['id']}/include", json=WHY, headers=ANY)
    assert len(await rows("SELECT * FROM answer_changes WHERE wave_id = CAST(:id AS uuid)", id=wave["id"])) == 1


async def test_who_edits_an_excluded_answer_gives_no_measure(
    client: Client, manager: httpx.AsyncClient, theirs: list[Json], answered: list[httpx.AsyncClient], rows: Rows,
    wave: Json, moved: Moved,
) -> None:  # fmt: skip
    await moved(wave["id"], "edit_hours = NULL")
    await manager.post(f"/v1/responses/{theirs[0]['id']}/exclude", json=WHY, headers=ANY)
    assert (await answered[0].post("/v1/answer/reopen", headers=ANY)).status_code == 200
    sent = await answered[0].post("/v1/answer/submit", json={"values": {"match": 1}}, headers=ANY)
    assert sent.status_code == 200, sent.text
    assert [each["type"] for each in await rows(SAID, key=theirs[0]["graduate_id"])] == [RECORDED, WITHDRAWN]


async def test_speeders_are_named_from_twenty_answers_on(
    addresses: ServiceDatabase, manager: httpx.AsyncClient, keep: Keep, graduate_event: Any, school: str, plan: Json,
    client: Client, agree: Any, runner: Any,
) -> None:  # fmt: skip
    await keep([graduate_event(school) for _ in range(20)])
    made = (await manager.post("/v1/waves", json=plan)).json()
    await manager.post(f"/v1/waves/{made['id']}/invitations", json={"channel": "link"})
    while await runner.run_once():
        pass
    links = (await manager.get(f"/v1/waves/{made['id']}/invitations?limit=50")).json()["items"]

    async def flagged() -> list[list[str]]:
        found = (await manager.get("/v1/responses", params={"wave": made["id"], "limit": "50"})).json()["items"]
        return [each["flags"] for each in found if each["flags"]]

    async def taken(seconds: int, response: str) -> None:
        connected = Database.connect(addresses.owner_url)
        change = "UPDATE responses SET created_at = created_at - make_interval(secs => :seconds) WHERE id = :id"
        async with connected.reading() as connection:
            await connection.execute(text(change), {"seconds": seconds, "id": UUID(response)})
        await connected.dispose()

    for at, link in enumerate(links):
        token = link["link"].split("#")[1]
        await agree(token)
        values = {"satisfied": "y", "match": 3}
        sent = await client(link=token).post("/v1/answer/submit", json={"values": values}, headers=ANY)
        assert sent.status_code == 200
        [mine] = [
            each
            for each in (await manager.get("/v1/responses", params={"wave": made["id"], "limit": "50"})).json()["items"]
            if each["graduate_id"] == link["graduate_id"]
        ]
        # the first took 90 seconds, the second 110, the others 300 or somewhat more
        await taken({0: 90, 1: 110}.get(at, 300 + at), mine["id"])
        assert at == 19 or await flagged() == []
    assert await flagged() == [["speeder"]]


CONTRADICTING: Json = {
    "title": {"zh": "现状", "en": "Now"},
    "pages": [
        {
            "id": "all",
            "questions": [
                {
                    "id": "now", "type": "single_choice", "required": True, "text": {"zh": "现状", "en": "Now"},
                    "options": [
                        {"value": word, "text": {"zh": word, "en": word}} for word in ("employed", "seeking")
                    ],
                    "measure": {"id": "situation"},
                }
            ],
        }
    ],
}  # fmt: skip


@pytest.mark.parametrize(("anonymity", "flags"), [("identified", ["contradicts_registration"]), ("pseudonymous", [])])
async def test_what_contradicts_the_registration_is_said_where_answers_are_identified_alone(
    client: Client, manager: httpx.AsyncClient, situate: Keep, registration_event: Any, school: str,
    graduates: list[UUID], plan: Json, runner: Any, agree: Any, anonymity: str, flags: list[str],
) -> None:  # fmt: skip
    await situate([registration_event(school, each, destination_code="10") for each in graduates])
    made = (await manager.post("/v1/questionnaires", json=CONTRADICTING)).json()
    assert (await manager.post(f"/v1/questionnaires/{made['id']}/publish", headers=ANY)).status_code == 200
    asked = plan | {"questionnaire_id": made["id"], "anonymity": anonymity}
    wave = (await manager.post("/v1/waves", json=asked)).json()
    await manager.post(f"/v1/waves/{wave['id']}/invitations", json={"channel": "link"})
    while await runner.run_once():
        pass
    [link, *_] = (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"]
    token = link["link"].split("#")[1]
    await agree(token)
    sent = await client(link=token).post("/v1/answer/submit", json={"values": {"now": "seeking"}}, headers=ANY)
    assert sent.status_code == 200, sent.text
    [found] = (await manager.get("/v1/responses", params={"wave": wave["id"]})).json()["items"]
    assert found["flags"] == flags
    assert (await manager.get(f"/v1/responses/{found['id']}")).json()["flags"] == flags
