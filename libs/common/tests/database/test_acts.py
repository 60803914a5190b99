"""One frame around every command: it holds the key, remembers what came of it, commits, or leaves nothing."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import pytest
from sqlalchemy import Column, Integer, Text, text
from sqlalchemy import Table as SqlTable

from common.auth.principal import Actor
from common.codes import CodeEntry, CodeLists
from common.database import Database, DatabaseUnavailable, UnitOfWork, new_metadata, uuid_key
from common.errors import Busy
from common.once import AlreadyAnswered, Once, RequestInProgress, idempotency_table
from testing.databases import ServiceDatabase, service_database, sessions_at_a_lock

ACTOR = Actor("s", "admin")
METADATA = new_metadata()
idempotency_table(METADATA)
SqlTable("notes", METADATA, uuid_key(), Column("body", Text, nullable=False), Column("version", Integer))


@dataclass(frozen=True)
class Note:
    id: str
    version: int


def once(key: str = "k", payload: bytes = b"p") -> Once:
    return Once("POST", "/v1/notes", key, payload)


async def write(unit: UnitOfWork, *, body: str = "a") -> Note:
    statement = text("INSERT INTO notes (body, version) VALUES (:body, 1) RETURNING id")
    return Note(str(await unit.connection.scalar(statement, {"body": body})), 1)


async def touch(unit: UnitOfWork) -> None:
    await unit.connection.execute(text("UPDATE notes SET version = version + 1"))


@pytest.fixture
async def addresses() -> AsyncIterator[ServiceDatabase]:
    async with service_database("acts", METADATA) as found:
        yield found


@pytest.fixture
async def database(addresses: ServiceDatabase) -> AsyncIterator[Database]:
    database = Database.connect(addresses.app_url)
    yield database
    await database.dispose()


@asynccontextmanager
async def held(database: Database) -> AsyncIterator[None]:
    """All notes are locked by another act."""
    async with database.transaction(ACTOR) as unit:
        await touch(unit)
        yield


async def count(database: Database) -> int:
    async with database.reading() as connection:
        return int(await connection.scalar(text("SELECT count(*) FROM notes")) or 0)


async def test_what_an_act_returns_is_committed_and_remembered(database: Database) -> None:
    note = await database.act(ACTOR, write, once())
    with pytest.raises(AlreadyAnswered) as again:
        await database.act(ACTOR, write, once())
    answered = again.value.answered
    assert (answered.object_id, answered.version) == (note.id, 1)
    assert await count(database) == 1


async def test_an_act_asks_the_code_lists_of_its_beginning(database: Database) -> None:
    """What it judges by one version it stores under the name of that version."""
    added = CodeEntry("47", "低空经济", None, None, None, "a notice", verified=False)

    async def judge_twice(_unit: UnitOfWork) -> list[str]:
        before = CodeLists.load().version
        CodeLists.use({"industry": [added]}, CodeLists.turn())
        return [before, CodeLists.load().version]

    first, second = await database.act(ACTOR, judge_twice)
    assert first == second == CodeLists.of_release().version
    assert CodeLists.load().version != first


async def test_without_a_key_an_act_may_return_anything(database: Database) -> None:
    await database.act(ACTOR, touch)
    assert (await database.act(ACTOR, partial(write, body="b"))).version == 1


async def test_an_act_that_raises_leaves_neither_row_nor_key(database: Database) -> None:
    async def fail(unit: UnitOfWork) -> Note:
        await write(unit)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.act(ACTOR, fail, once())
    assert await count(database) == 0
    await database.act(ACTOR, write, once())


async def test_a_commit_that_fails_is_never_success(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_unit: UnitOfWork) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(UnitOfWork, "commit", broken)
        with pytest.raises(DatabaseUnavailable):
            await database.act(ACTOR, write, once())
    assert await count(database) == 0


async def test_a_key_in_use_is_refused_at_once_and_free_after_the_act(database: Database) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def slow(unit: UnitOfWork) -> Note:
        reached.set()
        await go_on.wait()
        return await write(unit)

    first = asyncio.create_task(database.act(ACTOR, slow, once()))
    await reached.wait()
    with pytest.raises(RequestInProgress):
        await database.act(ACTOR, write, once())
    go_on.set()
    await first
    with pytest.raises(AlreadyAnswered):
        await database.act(ACTOR, write, once())


async def test_a_lock_is_waited_for_half_a_second(database: Database) -> None:
    await database.act(ACTOR, write)
    async with held(database):
        began = time.monotonic()
        with pytest.raises(Busy):
            await database.act(ACTOR, touch)
        assert time.monotonic() - began > 0.4
    await database.act(ACTOR, touch)


async def test_long_work_waits_as_long_as_it_takes(database: Database, addresses: ServiceDatabase) -> None:
    await database.act(ACTOR, write)
    async with held(database):
        waiting = asyncio.create_task(database.patient.act(ACTOR, touch))
        await sessions_at_a_lock(addresses, 1, seconds=0.8)
        assert not waiting.done()
    await waiting
