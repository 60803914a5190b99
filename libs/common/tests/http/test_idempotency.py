"""The same request twice is done once, also at the same time, also when the first one is killed half-way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx
import pytest
from fastapi import Response
from pydantic import BaseModel
from sqlalchemy import Column, Integer, Table, Text, text

from common.auth import SYSTEM, Caller, Principal, Role, TokenVerifier
from common.crypto import FieldCipher, KeyRing
from common.database import Database, UnitOfWork, new_metadata, uuid_key
from common.errors import NotFound
from common.http import Db, IdempotencyKey, Router, StrictModel, answer, create_app, resource
from common.observability.metrics import REGISTRY
from common.once import Answered, Once, idempotency_table, purge_idempotency_keys
from common.settings import ServiceSettings
from testing.databases import service_database
from testing.http import serving
from testing.tokens import TokenMint
from testing.waiting import eventually

METADATA = new_metadata()
idempotency_table(METADATA)
Table("notes", METADATA, uuid_key(), Column("body", Text, nullable=False), Column("version", Integer, nullable=False))


class NewNote(StrictModel):
    body: str


class Note(BaseModel):
    id: str
    body: str
    version: int


class Gate:
    """Lets a test hold a command half-way."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()


async def write(unit: UnitOfWork, *, body: str, gate: Gate) -> Note:
    statement = text("INSERT INTO notes (body, version) VALUES (:body, 1) RETURNING id")
    identifier = str(await unit.connection.scalar(statement, {"body": body}))
    gate.reached.set()
    await gate.open.wait()
    if body == "broken":
        raise RuntimeError
    return Note(id=identifier, body=body, version=1)


async def read(database: Database, caller: Principal, done: Answered) -> Note:
    if caller.role is not Role.ADMIN:
        raise NotFound
    async with database.reading() as connection:
        row = (await connection.execute(text("SELECT * FROM notes WHERE id = :id"), {"id": done.object_id})).one()
    return Note(id=str(row.id), body=row.body, version=row.version)


def router(gate: Gate) -> Router:
    made = Router(prefix="/v1/notes")

    async def written(database: Database, caller: Principal, body: str, once: Once | None) -> Response:
        return await answer(
            database.act(caller.actor, partial(write, body=body, gate=gate), once),
            show=lambda note: resource(note, note.version, 201, f"/v1/notes/{note.id}"),
            again=lambda done: read(database, caller, done),
        )

    @made.post("", status_code=201, response_model=Note)
    async def create_note(*, caller: Caller, database: Db, body: NewNote, once: IdempotencyKey) -> Response:
        return await written(database, caller, body.body, once)

    @made.post("/elsewhere", status_code=201, response_model=Note)
    async def create_note_elsewhere(*, caller: Caller, database: Db, body: NewNote, once: IdempotencyKey) -> Response:
        return await written(database, caller, body.body, once)

    @made.post("/blank", status_code=201, response_model=Note)
    async def create_blank_note(*, caller: Caller, database: Db, once: IdempotencyKey) -> Response:
        return await written(database, caller, "", once)

    return made


class Notes:
    """The running application with its database."""

    def __init__(self, address: str, database: Database, gate: Gate, mint: TokenMint) -> None:
        self.address, self.database, self.gate, self.mint = address, database, gate, mint

    async def post(
        self, key: str | None, body: Any, *, path: str = "", subject: str = "s", role: str = "admin"
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.mint.token(role, subject=subject)}"}
        async with httpx.AsyncClient(base_url=self.address, timeout=30) as client:
            given = {} if key is None else {"Idempotency-Key": key}
            return await client.post(f"/v1/notes{path}", json=body, headers={**headers, **given})

    async def count(self) -> int:
        async with self.database.reading() as connection:
            return int(await connection.scalar(text("SELECT count(*) FROM notes")) or 0)


@pytest.fixture
async def notes(mint: TokenMint) -> AsyncIterator[Notes]:
    async with service_database("edge", METADATA) as found:
        database = Database.connect(found.app_url)
        settings = ServiceSettings(service="edge", database_url=found.app_url, **mint.settings)
        gate = Gate()
        app = create_app(
            title="Notes",
            settings=settings,
            routers=[router(gate)],
            verifier=TokenVerifier(settings),
            database=database,
            cipher=FieldCipher(KeyRing.generate()),
        )
        async with serving(app) as address:
            yield Notes(address, database, gate, mint)
        await database.dispose()


async def test_a_repetition_is_answered_from_the_first_time(notes: Notes) -> None:
    first = await notes.post("k1", {"body": "a"})
    again = await notes.post("k1", {"body": "a"})
    assert (first.status_code, first.json(), first.headers["location"]) == (
        again.status_code, again.json(), again.headers["location"],
    )  # fmt: skip
    assert first.headers["etag"] == again.headers["etag"]
    assert again.headers["idempotency-replayed"] == "true"
    assert await notes.count() == 1


async def test_the_payload_is_compared_as_json_not_as_text(notes: Notes) -> None:
    await notes.post("k1", {"body": "张"})
    headers = {"Authorization": f"Bearer {notes.mint.token('admin', subject='s')}", "Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=notes.address) as client:
        spaced = b'{ "body" : "\\u5f20" }'
        again = await client.post("/v1/notes", content=spaced, headers={**headers, "Idempotency-Key": "k1"})
    assert again.headers["idempotency-replayed"] == "true"


async def test_another_payload_under_the_same_key_is_refused(notes: Notes) -> None:
    await notes.post("k1", {"body": "a"})
    other = await notes.post("k1", {"body": "b"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await notes.count() == 1


async def test_a_key_counts_for_its_caller_and_path_only(notes: Notes) -> None:
    await notes.post("k1", {"body": "a"})
    await notes.post("k1", {"body": "a"}, subject="other")
    await notes.post("k1", {"body": "a"}, path="/elsewhere")
    await notes.post(None, {"body": "a"})
    assert await notes.count() == 4


async def test_at_the_same_time_one_is_done_and_the_other_told_to_wait(notes: Notes) -> None:
    notes.gate.open.clear()
    first = asyncio.create_task(notes.post("k1", {"body": "a"}))
    await notes.gate.reached.wait()
    second = await notes.post("k1", {"body": "a"})
    assert (second.status_code, second.json()["code"]) == (409, "request_in_progress")
    assert second.headers["retry-after"] == "1"
    notes.gate.open.set()
    assert (await first).status_code == 201
    assert (await notes.post("k1", {"body": "a"})).json() == (await first).json()
    assert await notes.count() == 1


async def test_of_many_at_once_exactly_one_is_done(notes: Notes) -> None:
    answers = await asyncio.gather(*(notes.post("k1", {"body": "a"}) for _ in range(20)))
    assert {each.status_code for each in answers} <= {201, 409}
    assert len({each.json()["id"] for each in answers if each.status_code == 201}) == 1
    assert await notes.count() == 1


@asynccontextmanager
async def half_sent(notes: Notes, path: str, key: str) -> AsyncIterator[None]:
    """A request whose client never sends the rest of the body it has announced."""
    _, writer = await asyncio.open_connection(*notes.address.removeprefix("http://").split(":"))
    token = notes.mint.token("admin", subject="s")
    head = f"POST /v1/notes{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
    writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{".encode())
    await writer.drain()
    try:
        yield
    finally:
        writer.close()


async def test_a_client_that_sends_slowly_holds_no_transaction(notes: Notes) -> None:
    before = in_progress()
    async with half_sent(notes, "/blank", "k1"):
        await eventually(lambda: in_progress() > before)
        assert (await notes.post("k1", {}, path="/blank")).status_code == 201


def in_progress() -> float:
    return float(REGISTRY.get_sample_value("quxiang_http_requests_in_progress") or 0)


async def test_what_failed_is_not_remembered(notes: Notes) -> None:
    assert (await notes.post("k1", {"body": "broken"})).status_code == 500
    assert (await notes.post("k1", {"body": "fine"})).status_code == 201
    assert await notes.count() == 1


async def test_a_lock_that_another_act_holds_is_answered_as_busy_and_leaves_the_key_free(notes: Notes) -> None:
    async with notes.database.transaction(SYSTEM) as other:
        await other.connection.execute(text("LOCK TABLE notes IN EXCLUSIVE MODE"))
        refused = await notes.post("k1", {"body": "a"})
    assert (refused.status_code, refused.json()["code"]) == (503, "busy")
    assert refused.headers["retry-after"] == "1"
    done = await notes.post("k1", {"body": "a"})
    assert (done.status_code, "idempotency-replayed" in done.headers) == (201, False)
    assert await notes.count() == 1


async def test_a_repetition_shows_no_more_than_the_caller_may_see_now(notes: Notes) -> None:
    await notes.post("k1", {"body": "a"})
    assert (await notes.post("k1", {"body": "a"}, role="auditor")).status_code == 404


AGE = """
INSERT INTO idempotency_keys SELECT subject, method, path, :key, payload_hash, status, location, object_id, version,
    clock_timestamp() - interval '25 hours' FROM idempotency_keys LIMIT 1
"""


async def test_a_key_is_free_again_after_a_day(notes: Notes) -> None:
    await notes.post("k1", {"body": "a"})
    for key in ("old", "forgotten"):
        async with notes.database.transaction(SYSTEM) as unit:
            await unit.connection.execute(text(AGE), {"key": key})
            await unit.commit()
    assert (await notes.post("old", {"body": "z"})).status_code == 201
    async with notes.database.transaction(SYSTEM) as unit:
        assert await purge_idempotency_keys(unit.connection) == 1
        await unit.commit()
    assert (await notes.post("old", {"body": "z"})).headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("key", ["", "a b", "x" * 256])
async def test_a_key_that_is_none_is_refused(notes: Notes, key: str) -> None:
    response = await notes.post(key, {"body": "a"})
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "Idempotency-Key"
