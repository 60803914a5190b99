"""Links end: revoked by the survey team, or expired with the wave."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx

from common.crypto import FieldCipher
from common.database import Database
from surveys.answers.commands import close_due_waves

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Moved = Callable[[str, str], Awaitable[None]]

ANY = {"If-Match": "*"}
ANSWERS: Json = {"satisfied": "y", "match": 4}
OVER = "closes_at = statement_timestamp() - interval '1 second'"
ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 6


async def revoke(team: httpx.AsyncClient, made: Json, **headers: str) -> httpx.Response:
    return await team.post(f"/v1/invitations/{made['id']}/revoke", headers=headers)


async def submit(holder: httpx.AsyncClient) -> httpx.Response:
    return await holder.post("/v1/answer/submit", json={"values": ANSWERS}, headers=ANY)


async def states(manager: httpx.AsyncClient, wave: Json) -> dict[str, str]:
    items = (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"]
    return {each["id"]: each["state"] for each in items}


async def test_a_revoked_link_opens_nothing_and_leaves_its_trail(
    client: Client, manager: httpx.AsyncClient, wave: Json, invited: list[Json], agreed: list[str], rows: Rows
) -> None:
    revoked = await revoke(manager, invited[0], **{"Idempotency-Key": "once"})
    assert (revoked.status_code, revoked.json()["state"], revoked.json()["link"]) == (200, "revoked", None)
    again = await revoke(manager, invited[0], **{"Idempotency-Key": "once"})
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (revoked.json(), "true")
    holder = client(link=agreed[0])
    for call in (holder.get("/v1/answer"), submit(holder), holder.post("/v1/answer/reopen", headers=ANY)):
        refused = await call
        assert (refused.status_code, refused.json()["code"]) == (401, "link_refused")
    second = await revoke(manager, invited[0])
    assert (second.status_code, second.json()["state"], second.json()["allowed_transitions"]) == (409, "revoked", [])
    found = await rows("SELECT role, school_code FROM audit_entries WHERE action = 'invitation.revoke' "
                       "AND object_id = :id", id=invited[0]["id"])  # fmt: skip
    assert found == [{"role": "survey_manager", "school_code": wave["school_code"]}]


async def test_only_managers_of_the_school_revoke_and_only_what_is_unanswered(
    client: Client, manager: httpx.AsyncClient, wave: Json, invited: list[Json], agreed: list[str], school: str
) -> None:
    for team, status in (
        (client("survey_manager", school="10002"), 404),
        (client("counsellor", school=school, class_="1"), 404),
        (client("interviewer", school=school), 404),
        (client("graduate", graduate=invited[0]["graduate_id"]), 404),
    ):
        assert (await revoke(team, invited[0])).status_code == status
    assert (await revoke(manager, {"id": str(uuid4())})).status_code == 404
    assert (await submit(client(link=agreed[0]))).status_code == 200
    assert (await revoke(manager, invited[0])).json()["state"] == "submitted"
    for team, made in ((client("school_officer", school=school), invited[1]), (client("admin"), invited[2])):
        assert (await revoke(team, made)).status_code == 200
    assert sorted((await states(manager, wave)).values()) == ["revoked", "revoked", "submitted"]


async def test_the_end_of_a_wave_ends_links_that_nobody_has_answered(
    client: Client, manager: httpx.AsyncClient, wave: Json, invited: list[Json], tokens: list[str], agree: Any,
    moved: Moved, database: Database, cipher: FieldCipher, rows: Rows,
) -> None:  # fmt: skip
    for token in tokens[:2]:
        await agree(token)
    assert (await submit(client(link=tokens[0]))).status_code == 200
    for page, values in (("work", {"satisfied": "y"}), ("study", {"match": 4})):
        saved = await client(link=tokens[1]).put(f"/v1/answer/pages/{page}", json={"values": values}, headers=ANY)
        assert saved.status_code == 200
    assert (await revoke(manager, invited[1])).status_code == 200
    await moved(wave["id"], OVER)
    await asyncio.gather(*(close_due_waves(database.patient, cipher) for _ in range(2)))
    found = await states(manager, wave)
    assert [found[each["id"]] for each in invited] == ["submitted", "revoked", "expired"]
    assert await rows("SELECT state FROM responses WHERE wave_id = :id ORDER BY state", id=wave["id"]) == [
        {"state": "open"},
        {"state": "submitted"},
    ]
    assert (await client(link=tokens[2]).get("/v1/answer")).status_code == 401
    # what was filled in can be taken back all the same
    assert (await client(link=tokens[1]).post("/v1/answer/withdraw")).status_code == 204
    assert (await states(manager, wave))[invited[1]["id"]] == "revoked"
    late = await revoke(manager, invited[2])
    assert (late.status_code, late.json()["state"]) == (409, "expired")


async def test_of_a_revocation_and_a_submission_one_wins(
    client: Client, manager: httpx.AsyncClient, plan: Json, graduates: Any, runner: Any, agree: Any
) -> None:
    won = set()
    for _ in range(ROUNDS):
        wave = (await manager.post("/v1/waves", json=plan)).json()
        await manager.post(f"/v1/waves/{wave['id']}/invitations", json={"channel": "link"})
        await runner.run_once()
        made = (await manager.get(f"/v1/waves/{wave['id']}/invitations")).json()["items"][0]
        token = made["link"].split("#")[1]
        await agree(token)
        barrier = asyncio.Barrier(2)

        async def revoking(made: Json = made, barrier: asyncio.Barrier = barrier) -> int:
            await barrier.wait()
            return (await revoke(manager, made)).status_code

        async def submitting(token: str = token, barrier: asyncio.Barrier = barrier) -> int:
            await barrier.wait()
            return (await submit(client(link=token))).status_code

        ends = tuple(await asyncio.gather(revoking(), submitting()))
        assert ends in {(200, 401), (409, 200)}
        state = {(200, 401): "revoked", (409, 200): "submitted"}[ends]
        assert (await states(manager, wave))[made["id"]] == state
        won.add(state)
    assert won
