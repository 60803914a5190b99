"""Files of answers: which are taken, whose they are, and that they go with the answer."""

import asyncio
import io
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image

from common.contracts.envelope import IncomingEvent
from common.crypto import FieldCipher
from common.database import Database
from common.objects import ObjectName, Objects
from common.objects.store import open_store
from surveys.settings import Settings

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Keep = Callable[[Sequence[IncomingEvent]], Awaitable[None]]

ANY = {"If-Match": "*"}
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF"
)
QUESTION: Json = {"id": "proof", "type": "file", "text": {"zh": "证明", "en": "Proof"}}
STATES = "SELECT state FROM objects ORDER BY name"


@pytest.fixture
async def published(manager: httpx.AsyncClient, questionnaire: Json) -> str:
    pages = [{"id": "only", "questions": [QUESTION]}]
    made = (await manager.post("/v1/questionnaires", json={**questionnaire, "pages": pages})).json()
    answer = await manager.post(f"/v1/questionnaires/{made['id']}/publish", headers=ANY)
    assert answer.status_code == 200, answer.text
    return str(made["id"])


async def send(holder: httpx.AsyncClient, content: bytes = PDF, key: str | None = None) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return await holder.post("/v1/answer/files", files={"file": ("a.pdf", content)}, headers=headers)


async def save(holder: httpx.AsyncClient, file_id: str | None) -> httpx.Response:
    values = {"proof": file_id and {"file_id": file_id}}
    return await holder.put("/v1/answer/pages/only", json={"values": values}, headers=ANY)


async def states(rows: Rows, *graduates: UUID) -> list[str]:
    query = """
        SELECT objects.state FROM objects JOIN response_files USING (name) JOIN responses ON response_id = responses.id
         WHERE graduate_id = ANY(CAST(:ids AS uuid[]))
    """
    return [each["state"] for each in await rows(query, ids=list(graduates))]


async def test_a_file_is_named_by_the_answer_that_it_was_sent_with(
    client: Client, agreed: list[str], graduates: list[UUID], rows: Rows
) -> None:
    mine, other = (client(link=token) for token in agreed[:2])
    sent, again = await send(mine, key="file"), await send(mine, key="file")
    assert (sent.status_code, again.json()) == (201, sent.json()), sent.text
    file_id = sent.json()["id"]
    assert (await save(mine, file_id)).json()["values"] == {"proof": {"file_id": file_id}}
    for wrong in (await save(other, file_id), await save(mine, str(uuid4()))):
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/values/proof/file_id")
    path = f"/v1/graduates/{graduates[0]}/data"
    records = (await client("graduate", graduate=graduates[0]).get(path)).json()["records"]
    assert [(each["id"], each["media_type"]) for each in records["responses"][0]["files"]] == [
        (file_id, "application/pdf")
    ]
    assert await states(rows, graduates[0]) == ["kept"]


async def test_a_picture_is_kept_without_its_notes(
    client: Client, agreed: list[str], rows: Rows, settings: Settings, database: Database
) -> None:
    holder = client(link=agreed[0])
    store = open_store(settings.objects, settings.service)
    objects = Objects(database, FieldCipher.load(settings.keyring_file), store)
    exif, made = Image.Exif(), io.BytesIO()
    exif[0x010F] = "Telephone of somebody"
    image = Image.effect_noise((40, 30), 90.0)
    image.save(made, "JPEG", exif=exif, comment=b"my home")
    sent = await send(holder, made.getvalue() + b"after the end")
    [kept] = await rows("SELECT name FROM response_files WHERE id = :id", id=sent.json()["id"])
    stored = (await objects.get(ObjectName(kept["name"]))).content
    assert not any(note in stored for note in (b"Telephone", b"my home", b"after the end"))
    before, after = (Image.open(io.BytesIO(each)) for each in (made.getvalue(), stored))
    assert (after.format, after.tobytes()) == ("JPEG", before.tobytes())
    encrypted = PDF.replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt 3 0 R")
    for wrong, code in (
        (made.getvalue()[:200], "picture_broken"),
        (PDF[:60], "unreadable"),
        (encrypted, "encrypted"),
    ):
        refused = await send(holder, wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text


async def test_what_is_no_such_file_is_refused(client: Client, tokens: list[str], agree: Any) -> None:
    holder = client(link=tokens[0])
    early = await send(holder)
    assert (early.status_code, early.json()["code"]) == (409, "consent_required")
    await agree(tokens[0])
    assert (await send(holder, b"MZ and no picture")).status_code in {415, 422}
    large = await send(holder, PDF + b" " * 5 * 1024 * 1024)
    assert (large.status_code, large.json()["code"]) == (422, "file_too_large")
    assert (await send(client(link="A" * 22))).status_code == 401
    sent = [await send(holder) for _ in range(10)]
    assert {each.status_code for each in sent} == {201}
    many = await send(holder)
    assert (many.status_code, many.json()["code"]) == (409, "too_many_files")


async def test_files_go_with_the_answer_and_with_the_person(
    client: Client,
    agreed: list[str],
    graduates: list[UUID],
    school: str,
    keep: Keep,
    graduate_event: Callable[..., IncomingEvent],
    rows: Rows,
) -> None:
    holders = [client(link=token) for token in agreed]
    names = []
    for holder, graduate_id in zip(holders, graduates, strict=True):
        file_id = (await send(holder)).json()["id"]
        await save(holder, file_id)
        names += await rows("SELECT name FROM response_files WHERE id = :id", id=file_id)
        assert await states(rows, graduate_id) == ["kept"]
    assert (await holders[0].post("/v1/answer/withdraw")).status_code == 204
    await keep([graduate_event(school, graduates[1], sequence=2, erased=True)])
    assert await states(rows, *graduates) == ["kept"]
    found = [await rows("SELECT state FROM objects WHERE name = :name", name=each["name"]) for each in names]
    assert found == [[{"state": "dropped"}], [{"state": "dropped"}], [{"state": "kept"}]]


async def test_of_many_files_at_once_ten_are_kept(client: Client, agreed: list[str]) -> None:
    holder = client(link=agreed[0])
    for _ in range(8):
        assert (await send(holder)).status_code == 201
    answers = await asyncio.gather(*(send(holder) for _ in range(2)), *(send(holder) for _ in range(2)))
    kept = [each.status_code for each in answers if each.status_code == 201]
    assert len(kept) <= 2
