"""The end of a wave submits what is complete, gives up what is edited, and is announced after the last answer."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
import pytest

from common.auth import SYSTEM
from common.canonical import canonical
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import WaveId
from surveys.answers.commands import close_due_waves
from surveys.waves import storage as waves

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Moved = Callable[[str, str], Awaitable[None]]

ANY = {"If-Match": "*"}
COMPLETE: Json = {"satisfied": "y", "match": 4}
OVER = "closes_at = statement_timestamp() - interval '1 second'"
ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 6
SAID = """
    SELECT type, key FROM outbox WHERE school_code = :school AND type <> 'quxiang.response.requested' ORDER BY id
"""
FROZEN = """
    SELECT graduate_id, state, salt, digest FROM frozen_rows JOIN responses ON id = response_id
     WHERE frozen_rows.wave_id = :id
"""
STATES = "SELECT graduate_id, state, completed_by, version FROM responses WHERE wave_id = :id ORDER BY graduate_id"


@pytest.fixture
def plan(plan: Json) -> Json:
    """A wave whose answers may be edited until it closes."""
    return plan | {"edit_hours": None}


async def save(holder: httpx.AsyncClient, page: str, values: Json) -> int:
    answer = await holder.put(f"/v1/answer/pages/{page}", json={"values": values}, headers=ANY)
    return answer.status_code


@pytest.fixture
async def left(client: Client, agreed: list[str]) -> list[httpx.AsyncClient]:
    """Holders who have left a complete answer, one that lacks what is required, and one that is edited."""
    holders = [client(link=token) for token in agreed]
    assert await save(holders[0], "work", {"satisfied": "y"}) == await save(holders[0], "study", {"match": 4}) == 200
    assert await save(holders[1], "work", {"satisfied": "y"}) == 200
    sent = await holders[2].post("/v1/answer/submit", json={"values": COMPLETE}, headers=ANY)
    assert sent.status_code == 200
    assert (await holders[2].post("/v1/answer/reopen", headers=ANY)).status_code == 200
    assert await save(holders[2], "work", {"satisfied": "n"}) == 200
    return holders


async def test_the_end_submits_what_is_complete_and_gives_up_what_is_edited(
    left: list[httpx.AsyncClient],
    manager: httpx.AsyncClient,
    school: str,
    graduates: list[UUID],
    wave: Json,
    moved: Moved,
    database: Database,
    cipher: FieldCipher,
    rows: Rows,
) -> None:
    await moved(wave["id"], OVER)
    # the second worker finds nothing to do, whichever comes first
    await asyncio.gather(*(close_due_waves(database.patient, cipher) for _ in range(2)))
    found = [(row["graduate_id"], row["state"], row["completed_by"]) for row in await rows(STATES, id=wave["id"])]
    assert found == [
        (graduates[0], "submitted", "close"),
        (graduates[1], "open", None),
        (graduates[2], "submitted", "respondent"),
    ]
    said = [(row["type"].removeprefix("quxiang."), row["key"]) for row in await rows(SAID, school=school)]
    first, last = str(graduates[0]), str(graduates[2])
    assert said == [
        ("response.submitted", last), ("measure.recorded", last),
        ("response.submitted", first), ("measure.recorded", first), ("wave.closed", wave["id"]),
    ]  # fmt: skip
    shown = (await manager.get("/v1/responses", params={"wave": wave["id"]})).json()["items"]
    assert sorted(each["completed_by"] or "" for each in shown) == ["", "close", "respondent"]
    assert (await manager.get(f"/v1/waves/{wave['id']}")).json()["phase"] == "closed"


async def test_a_close_that_was_broken_off_is_gone_on_with(
    left: list[httpx.AsyncClient],
    manager: httpx.AsyncClient,
    wave: Json,
    moved: Moved,
    database: Database,
    cipher: FieldCipher,
    rows: Rows,
) -> None:
    await moved(wave["id"], OVER)
    async with database.transaction(SYSTEM) as unit:
        await waves.begin_closing(unit.connection, WaveId(UUID(wave["id"])))
        await unit.commit()
    # whatever the clock says, nothing is saved from here on
    await moved(wave["id"], "closes_at = statement_timestamp() + interval '1 hour'")
    assert (await manager.get(f"/v1/waves/{wave['id']}")).json()["phase"] == "closing"
    assert await save(left[1], "study", {"match": 4}) == 401
    assert (await manager.post(f"/v1/waves/{wave['id']}/freeze", headers=ANY)).json()["code"] == "not_closed"
    await moved(wave["id"], OVER)
    await close_due_waves(database, cipher)
    assert [row["state"] for row in await rows(STATES, id=wave["id"])] == ["submitted", "open", "submitted"]


async def test_a_submission_and_the_close_end_with_one_submission(
    client: Client, agreed: list[str], wave: Json, moved: Moved, database: Database, cipher: FieldCipher,
    school: str, rows: Rows,
) -> None:  # fmt: skip
    holders = [client(link=token) for token in agreed]
    for holder in holders:
        assert await save(holder, "work", {"satisfied": "y"}) == await save(holder, "study", {"match": 4}) == 200
    await moved(wave["id"], "closes_at = statement_timestamp() + interval '50 milliseconds'")
    sent = [holder.post("/v1/answer/submit", headers=ANY) for holder in holders]
    late = [close_due_waves(database.patient, cipher) for _ in range(2)]
    statuses = {answer.status_code for answer in await asyncio.gather(*sent)}
    await moved(wave["id"], OVER)
    await asyncio.gather(*late)
    assert statuses <= {200, 401}
    assert {row["state"] for row in await rows(STATES, id=wave["id"])} == {"submitted"}
    said = [row["type"] for row in await rows(SAID, school=school)]
    assert (said.count("quxiang.response.submitted"), said[-1]) == (3, "quxiang.wave.closed")


@pytest.fixture
async def closed(
    left: list[httpx.AsyncClient], wave: Json, moved: Moved, database: Database, cipher: FieldCipher
) -> str:
    """A wave that is closed, with two answers."""
    await moved(wave["id"], OVER)
    await close_due_waves(database, cipher)
    return str(wave["id"])


async def test_the_hash_of_a_frozen_wave_is_over_the_digests_of_its_answers(
    manager: httpx.AsyncClient, closed: str, cipher: FieldCipher, rows: Rows
) -> None:
    answer = await manager.post(f"/v1/waves/{closed}/freeze", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["phase"], answer.json()["withdrawn_after_freeze"]) == (200, "frozen", 0)
    kept = await rows("SELECT * FROM frozen_rows WHERE wave_id = :id", id=closed)
    digests = sorted(row["digest"] for row in kept)
    assert len(kept) == 2
    assert answer.json()["dataset_hash"] == sha256(b"".join(digests)).hexdigest()
    for row in kept:
        [content] = await rows("SELECT * FROM submitted_contents WHERE response_id = :id", id=row["response_id"])
        record = f"{row['response_id']}/{content['version']}"
        sealed = cipher.decrypt("submitted_contents.values", record, content["values_ciphertext"])
        assert sealed
        whole = {"completeness": "core", "mode": "api", "response_id": str(row["response_id"]), "values": COMPLETE}
        written = canonical(whole | {"version": content["version"]})
        assert sha256(row["salt"] + written).digest() == row["digest"]


async def test_after_the_freeze_answers_are_withdrawn_or_erased_and_nothing_else(
    left: list[httpx.AsyncClient], manager: httpx.AsyncClient, closed: str, rows: Rows,
    school: str, keep: Any, graduate_event: Any,
) -> None:  # fmt: skip
    frozen = (await manager.post(f"/v1/waves/{closed}/freeze", headers=ANY)).json()
    for sent in (
        manager.post(f"/v1/waves/{closed}/freeze", headers=ANY),
        manager.patch(f"/v1/waves/{closed}", json={"closes_at": "2190-01-01T00:00:00Z"}, headers=ANY),
        manager.post(f"/v1/waves/{closed}/invitations", json={"channel": "link"}),
    ):
        refused = await sent
        assert (refused.status_code, refused.json()["code"]) == (409, "frozen")
    assert (await left[0].post("/v1/answer/withdraw")).status_code == 204
    after = (await manager.get(f"/v1/waves/{closed}")).json()
    assert (after["withdrawn_after_freeze"], after["dataset_hash"]) == (1, frozen["dataset_hash"])
    kept = await rows(FROZEN, id=closed)
    assert sorted((row["state"], row["salt"] is None) for row in kept) == [("submitted", False), ("withdrawn", True)]
    [standing] = [row["graduate_id"] for row in kept if row["state"] == "submitted"]
    await keep([graduate_event(school, standing, sequence=2, erased=True)])
    kept = await rows(FROZEN, id=closed)
    # with them what an erased person had answered could be guessed
    assert sorted((row["state"], row["salt"]) for row in kept) == [("submitted", None), ("withdrawn", None)]
    assert sha256(b"".join(sorted(row["digest"] for row in kept))).hexdigest() == frozen["dataset_hash"]


async def test_of_a_freeze_and_a_withdrawal_the_first_counts(
    client: Client, manager: httpx.AsyncClient, plan: Json, graduates: list[UUID], runner: Any, agree: Any,
    moved: Moved, database: Database, cipher: FieldCipher, rows: Rows,
) -> None:  # fmt: skip
    for _ in range(ROUNDS):
        wave = (await manager.post("/v1/waves", json=plan)).json()["id"]
        await manager.post(f"/v1/waves/{wave}/invitations", json={"channel": "link"})
        await runner.run_once()
        items = (await manager.get(f"/v1/waves/{wave}/invitations")).json()["items"]
        token = items[0]["link"].split("#")[1]
        await agree(token)
        holder = client(link=token)
        await holder.post("/v1/answer/submit", json={"values": COMPLETE}, headers=ANY)
        await moved(wave, OVER)
        await close_due_waves(database, cipher)
        barrier = asyncio.Barrier(2)

        async def freeze(wave: str = wave, barrier: asyncio.Barrier = barrier) -> httpx.Response:
            await barrier.wait()
            return await manager.post(f"/v1/waves/{wave}/freeze", headers=ANY)

        async def withdraw(holder: httpx.AsyncClient = holder, barrier: asyncio.Barrier = barrier) -> httpx.Response:
            await barrier.wait()
            return await holder.post("/v1/answer/withdraw")

        frozen, withdrawn = await asyncio.gather(freeze(), withdraw())
        assert (frozen.status_code, withdrawn.status_code) == (200, 204), frozen.text
        kept = await rows("SELECT salt, digest FROM frozen_rows WHERE wave_id = :id", id=wave)
        assert [row["salt"] for row in kept] in ([], [None])
        shown = (await manager.get(f"/v1/waves/{wave}")).json()
        assert shown["withdrawn_after_freeze"] == len(kept)
        assert shown["dataset_hash"] == sha256(b"".join(row["digest"] for row in kept)).hexdigest()
