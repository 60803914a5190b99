"""Employers in results: response rates while a wave is open, and figures by votes and by hires once it is closed."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from sqlalchemy import text

from common.crypto import FieldCipher
from common.database import Database
from surveys.answers.commands import close_due_waves
from surveys.results.commands import take_due
from testing.databases import committed

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Invite = Callable[[Json], Awaitable[dict[str, str]]]

ANY = {"If-Match": "*"}
AGREED = {"statement_version": 1, "agreed": True, "sensitive": False}
OVER = "closes_at = statement_timestamp() - interval '1 second'"
SCORES, HIRES = [5, 5, 4, 4, 2, 2], [10, 10, 1, 1, 4, 4]
"""Those of the contract: 3.67 alike, 4.13 by hires."""


async def hiring(manager: httpx.AsyncClient, school: str, database: Database, hires: list[int]) -> list[str]:
    made = []
    for at, count in enumerate(hires):
        body = {"school_code": school, "name": f"单位{at}"}
        made.append((await manager.post("/v1/employers", json=body)).json()["id"])
        said = (
            "UPDATE employers SET hires = jsonb_build_object('2024', CAST(:hires AS int)) WHERE id = CAST(:id AS uuid)"
        )
        async with committed(database) as connection:
            await connection.execute(text(said), {"id": made[-1], "hires": count})
    return made


async def submitted(holder: httpx.AsyncClient, ethics: int) -> None:
    assert (await holder.put("/v1/answer/consent", json=AGREED, headers=ANY)).status_code == 200
    sent = await holder.post("/v1/answer/submit", json={"values": {"ethics": ethics}}, headers=ANY)
    assert sent.status_code == 200, sent.text


async def table(manager: httpx.AsyncClient, wave: Json) -> Json:
    answer = await manager.get(f"/v1/waves/{wave['id']}/tables?question=ethics")
    assert answer.status_code == 200, answer.text
    [found] = answer.json()["observations"]
    return dict(found)


async def test_votes_alike_and_by_hires(
    client: Client, manager: httpx.AsyncClient, school: str, asking: Json, linked: Invite, database: Database,
    cipher: FieldCipher, moved: Any,
) -> None:  # fmt: skip
    made = await hiring(manager, school, database, [*HIRES, 7])
    wave = (await manager.post("/v1/waves", json=asking | {"population": {"kind": "hires", "cohorts": [2024]}})).json()
    tokens = await linked(wave)
    for employer, score in zip(made, SCORES, strict=False):
        await submitted(client(link=tokens[employer]), score)
    analysed = (await manager.get(f"/v1/waves/{wave['id']}/response-analysis")).json()["observations"]
    assert [(each["eligible"], each["submitted"], each["reached"]) for each in analysed] == [(7, 6, 1)]
    await moved(wave["id"], OVER)
    await close_due_waves(database, cipher)
    await take_due(database, cipher)
    found = await table(manager, wave)
    assert (found["n"], found["per_employer"], found["per_graduate"]) == (6, "3.67", "4.13")


async def test_answers_about_hires_are_one_vote_of_their_employer(
    client: Client, manager: httpx.AsyncClient, school: str, asking: Json, linked: Invite, database: Database,
    cipher: FieldCipher, moved: Any,
) -> None:  # fmt: skip
    made = await hiring(manager, school, database, [3] * 5)
    wave = (await manager.post("/v1/waves", json=asking | {"unit": "hire", "population": {"kind": "directory"}})).json()
    tokens = await linked(wave)
    # the first answers about two graduates, the others about one each
    for employer, scores in zip(made, ([5, 1], [5], [4], [4], [2]), strict=True):
        for score in scores:
            begun = (await client(link=tokens[employer]).post("/v1/answer/begin")).json()
            await submitted(client(link=begun["token"]), score)
    [analysed] = (await manager.get(f"/v1/waves/{wave['id']}/response-analysis")).json()["observations"]
    assert (analysed["eligible"], analysed["submitted"]) == (5, 5)
    await moved(wave["id"], OVER)
    await close_due_waves(database, cipher)
    await take_due(database, cipher)
    found = await table(manager, wave)
    # (3 + 5 + 4 + 4 + 2)/5 alike; (6 + 5 + 4 + 4 + 2)/6 by the graduates spoken for
    assert (found["per_employer"], found["per_graduate"]) == ("3.60", "3.50")
