from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx

from common.contracts.response import WITHDRAWN

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

ANY = {"If-Match": "*"}


async def answered(holder: httpx.AsyncClient) -> None:
    """A complete answer, submitted."""
    for page, values in (("work", {"satisfied": "y"}), ("study", {"match": 4})):
        await holder.put(f"/v1/answer/pages/{page}", json={"values": values}, headers=ANY)
    assert (await holder.post("/v1/answer/submit", headers=ANY)).status_code == 200


async def test_a_withdrawn_response_is_erased_and_announced(
    client: Client, agreed: list[str], graduates: list[UUID], school: str, rows: Rows
) -> None:
    await answered(client(link=agreed[0]))
    owner = client("graduate", graduate=graduates[0])
    mine = (await owner.get("/v1/responses")).json()["items"]
    assert [(each["graduate_id"], each["state"]) for each in mine] == [(str(graduates[0]), "submitted")]
    path, version = f"/v1/responses/{mine[0]['id']}/withdraw", mine[0]["version"]
    assert (await owner.post(path)).status_code == 428
    done = await owner.post(path, headers={"If-Match": f'"{version}"'})
    assert (done.status_code, done.json()["state"], done.json()["version"]) == (200, "withdrawn", version + 1)
    assert await rows("SELECT page_id FROM response_pages WHERE response_id = :id", id=mine[0]["id"]) == []
    found = await rows("SELECT type, data FROM outbox WHERE key = :key AND sequence = 3", key=str(graduates[0]))
    assert (found[0]["type"], found[0]["data"]["state"]) == (WITHDRAWN, "withdrawn")
    again = await owner.post(path, headers={"If-Match": "*"})
    assert (again.status_code, again.json()["state"], again.json()["allowed_transitions"]) == (409, "withdrawn", [])


async def test_nobody_sees_or_withdraws_the_response_of_somebody_else(
    client: Client, agreed: list[str], graduates: list[UUID], school: str
) -> None:
    await answered(client(link=agreed[0]))
    [mine] = (await client("graduate", graduate=graduates[0]).get("/v1/responses")).json()["items"]
    strangers = [client("graduate", graduate=uuid4()), client("survey_manager", school="99998")]
    for stranger in strangers:
        assert (await stranger.get("/v1/responses")).json()["items"] == []
        assert (await stranger.get("/v1/responses", params={"school": school})).json()["items"] == []
        assert (await stranger.get(f"/v1/responses/{mine['id']}")).status_code == 404
        assert (await stranger.post(f"/v1/responses/{mine['id']}/withdraw")).status_code == 404
    officer = client("school_officer", school=school)
    assert (await officer.post(f"/v1/responses/{mine['id']}/withdraw")).status_code == 403
    assert (await client("employer", employer=graduates[0]).get("/v1/responses")).status_code == 403


async def test_responses_of_one_wave_are_listed_page_by_page(
    client: Client, manager: httpx.AsyncClient, wave: Json, plan: Json, tokens: list[str]
) -> None:
    for token in tokens:
        await client(link=token).get("/v1/answer")
    other = (await manager.post("/v1/waves", json=plan)).json()
    seen, path = [], f"/v1/responses?limit=2&wave={wave['id']}"
    while path:
        answer = await manager.get(path)
        seen += [each["wave_id"] for each in answer.json()["items"]]
        path = answer.links.get("next", {}).get("url", "")
    assert seen == [wave["id"]] * 3
    assert (await manager.get("/v1/responses", params={"wave": other["id"]})).json()["items"] == []
