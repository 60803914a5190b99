"""Past its day an answer loses the person: what was answered stays, what it gave to measures is taken back."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from common.crypto import FieldCipher
from common.database import Database
from surveys.answers.commands import close_due_waves, end_past
from surveys.answers.storage.detaching import DETACHED_FIELD, past
from surveys.settings import Settings

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Moved = Callable[[str, str], Awaitable[None]]

ANY = {"If-Match": "*"}
SAID = "SELECT type, data -> 'values' AS given FROM outbox WHERE key = :key AND topic = :topic ORDER BY sequence"
MEASURES, RESPONSES = "quxiang.internal.surveys.measure.v1", "quxiang.surveys.response.v1"
COMPLETE: Json = {"satisfied": "y", "match": 4}


@pytest.fixture
def ended(wave: Json, moved: Moved, database: Database, cipher: FieldCipher) -> Callable[[str], Awaitable[None]]:
    """Let the wave have closed so long ago."""

    async def end(ago: str) -> None:
        then = f"statement_timestamp() - interval '{ago}'"
        await moved(wave["id"], f"opens_at = {then} - interval '1 day', closes_at = {then}")
        await close_due_waves(database, cipher)

    return end


async def test_an_answer_past_its_day_is_kept_without_the_person(
    client: Client,
    database: Database,
    settings: Settings,
    wave: Json,
    agreed: list[str],
    graduates: list[UUID],
    ended: Callable[[str], Awaitable[None]],
    rows: Rows,
) -> None:
    cipher = FieldCipher.load(settings.keyring_file)
    submitted, drafted = (client(link=token) for token in agreed[:2])
    assert (await submitted.post("/v1/answer/submit", json={"values": COMPLETE}, headers=ANY)).status_code == 200
    draft = {"values": {"comment": "金丝雀"}}
    assert (await drafted.put("/v1/answer/pages/work", json=draft, headers=ANY)).status_code == 200
    # the shipped statement says 36 months
    await ended("35 months")
    assert await end_past(database, cipher) == 0
    await ended("37 months")
    async with database.reading() as connection:
        assert (await past(connection))[0] == 3
    assert sum(await asyncio.gather(*(end_past(database.patient, cipher) for _ in range(2)))) == 3
    assert await end_past(database, cipher) == 0
    [kept] = await rows("SELECT * FROM detached_answers WHERE wave_id = :wave", wave=wave["id"])
    assert json.loads(cipher.decrypt(DETACHED_FIELD, kept["id"], kept["values_ciphertext"])) == COMPLETE
    assert not {"graduate_id", "response_id", "recorded_at"} & kept.keys()
    found = await rows("SELECT id, state FROM responses WHERE wave_id = :wave ORDER BY graduate_id", wave=wave["id"])
    assert [each["state"] for each in found] == ["submitted", "open", "open"]
    for table in ("submitted_contents", "response_pages"):
        left = f"SELECT FROM {table} WHERE response_id = ANY(CAST(:ids AS uuid[]))"
        assert await rows(left, ids=[each["id"] for each in found]) == []
    assert [each["given"] for each in await rows(SAID, key=str(graduates[0]), topic=MEASURES)] == [[], []]
    # the response counts on
    said = [each["type"] for each in await rows(SAID, key=str(graduates[0]), topic=RESPONSES)]
    assert said == ["quxiang.response.requested", "quxiang.response.submitted"]
    receipts = "SELECT FROM response_consents WHERE graduate_id = ANY(CAST(:ids AS uuid[]))"
    assert len(await rows(receipts, ids=graduates)) == 3


async def test_how_long_is_what_was_agreed_to(
    client: Client,
    manager: httpx.AsyncClient,
    database: Database,
    settings: Settings,
    tokens: list[str],
    ended: Callable[[str], Awaitable[None]],
    wave: Json,
    rows: Rows,
) -> None:
    words = {"zh": "文字", "en": "Words"}
    said = {**dict.fromkeys(("text", "purposes", "contact"), words), "retention_months": 6}
    path = (await manager.post("/v1/privacy-statements", json=said)).headers["Location"]
    assert (await manager.post(f"{path}/publish", headers=ANY)).status_code == 200
    holder = client(link=tokens[0])
    body = {"statement_version": 1, "agreed": True, "sensitive": False}
    assert (await holder.put("/v1/answer/consent", json=body, headers=ANY)).status_code == 200
    assert (await holder.post("/v1/answer/submit", json={"values": COMPLETE}, headers=ANY)).status_code == 200
    # longer for others, not for who has agreed
    await manager.patch(path, json={"retention_months": 84}, headers=ANY)
    assert (await manager.post(f"{path}/publish", headers=ANY)).status_code == 200
    await ended("7 months")
    assert await end_past(database, FieldCipher.load(settings.keyring_file)) == 1
    assert len(await rows("SELECT FROM detached_answers WHERE wave_id = :wave", wave=wave["id"])) == 1
    assert (await client(link=tokens[0]).post("/v1/answer/withdraw")).status_code == 204
