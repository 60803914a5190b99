"""Files beside the database: there before the row that names them, gone after it, and never the other way round."""

import asyncio
import os
import sys
from functools import partial
from typing import Any

import papers
import pytest
from papers import CONTENT, name_paper

from common.auth import SYSTEM
from common.crypto import UndecryptableError
from common.errors import NotFound
from common.files import MAX_FILE
from common.objects import ObjectName, Objects, Stored
from common.objects import objects as objects_module
from common.objects.storage import StoredTooLongAgo
from common.objects.store import ObjectsUnavailable, Store
from testing.waiting import eventually

OVERDUE = "UPDATE objects SET due_at = due_at - interval '61 minutes' WHERE state = 'pending'"
PAPER = Stored("application/pdf", CONTENT)


async def missing(objects: Objects, name: ObjectName) -> bool:
    try:
        await objects.get(name)
    except NotFound:
        return True
    return False


async def test_a_file_is_read_as_long_as_a_row_names_it_and_then_nothing_of_it_is_left(archive: Any) -> None:
    objects = archive.objects
    name = await objects.put(CONTENT, "application/pdf")
    assert await missing(objects, name)
    await archive.database.act(SYSTEM, partial(name_paper, number=1, name=name))
    assert await objects.get(name) == PAPER
    sealed = await archive.store.get(name)
    assert sealed is not None
    assert "张三".encode() not in sealed
    newer = await archive.put(1, b"%PDF newer")
    assert await missing(objects, name)
    await objects.sweep()
    assert (await archive.stored(), await archive.rows()) == ({newer.hex}, {newer: "kept"})
    await archive.remove(1)
    await objects.sweep()
    assert (await archive.stored(), await archive.rows(), await archive.store.get(newer)) == (set(), {}, None)


async def test_what_nothing_names_in_time_is_deleted_and_can_be_named_no_more(archive: Any) -> None:
    name, other = [await archive.objects.put(CONTENT, "application/pdf") for _ in range(2)]
    await archive.objects.sweep()
    assert await archive.stored() == {name.hex, other.hex}
    await archive.change(OVERDUE)
    # even before it is deleted
    with pytest.raises(StoredTooLongAgo):
        await archive.database.act(SYSTEM, partial(name_paper, number=1, name=name))
    await archive.objects.sweep()
    assert (await archive.stored(), await archive.rows(), await archive.named()) == (set(), {}, set())
    with pytest.raises(StoredTooLongAgo):
        await archive.database.act(SYSTEM, partial(name_paper, number=1, name=other))


async def test_a_file_that_an_act_is_about_to_name_outlives_its_time(archive: Any) -> None:
    name = await archive.objects.put(CONTENT, "application/pdf")
    async with archive.database.transaction(SYSTEM) as unit:
        await name_paper(unit, 1, name)
        sweeping = asyncio.create_task(archive.objects.sweep())
        await sweeping
        await unit.commit()
    await archive.change("UPDATE objects SET due_at = now() - interval '1 hour', state = 'dropped'")
    # a mistake of an area: the row of the paper stands, so PostgreSQL keeps the file
    await archive.objects.sweep()
    assert (await archive.stored(), await archive.rows()) == ({name.hex}, {name: "dropped"})
    await archive.change("DELETE FROM papers")
    await archive.objects.sweep()
    assert (await archive.stored(), await archive.rows()) == (set(), {})


async def test_a_deletion_that_is_broken_off_is_done_again(archive: Any, monkeypatch: Any) -> None:
    name = await archive.objects.put(CONTENT, "application/pdf")
    await archive.change(OVERDUE)
    delete = Store.delete

    async def broken_off(self: Store, deleted: Any) -> None:
        await delete(self, deleted)
        raise ObjectsUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(Store, "delete", broken_off)
        with pytest.raises(ObjectsUnavailable):
            await archive.objects.sweep()
    assert (await archive.stored(), await archive.rows()) == (set(), {name: "pending"})
    with pytest.raises(StoredTooLongAgo):
        await archive.database.act(SYSTEM, partial(name_paper, number=1, name=name))
    await archive.objects.sweep()
    assert await archive.rows() == {}


async def test_a_file_in_the_place_of_another_or_altered_or_lost_is_not_given(archive: Any) -> None:
    one, other = await archive.put(1, CONTENT), await archive.put(2, b"%PDF other")
    sealed = await archive.store.get(other)
    for wrong in (sealed, sealed[:-1] + bytes([sealed[-1] ^ 1]), b""):
        await archive.store.put(one, wrong)
        with pytest.raises(UndecryptableError):
            await archive.objects.get(one)
    await archive.store.delete(one)
    with pytest.raises(ObjectsUnavailable):
        await archive.objects.get(one)
    with pytest.raises(ValueError, match="33554432"):
        await archive.objects.put(b"x" * (MAX_FILE + 1), "text/plain")


async def test_one_whose_turn_does_not_come_is_put_off(archive: Any, monkeypatch: Any) -> None:
    name = await archive.put(1, CONTENT)
    monkeypatch.setattr(objects_module, "READ_SECONDS", 0.2)
    get, may_end = Store.get, asyncio.Event()

    async def hang(self: Store, name: Any) -> bytes | None:
        await may_end.wait()
        return await get(self, name)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "get", hang)
        found = await asyncio.gather(*(archive.objects.get(name) for _ in range(5)), return_exceptions=True)
    assert [type(each) for each in found] == [ObjectsUnavailable] * 5
    monkeypatch.setattr(objects_module, "READ_SECONDS", 20)
    assert await asyncio.gather(*(archive.objects.get(name) for _ in range(5))) == [PAPER] * 5


async def some_are(archive: Any, state: str) -> bool:
    return state in (await archive.rows()).values()


async def test_whoever_is_killed_leaves_no_half_file_and_none_that_is_not_deleted(archive: Any) -> None:
    # with a file in the store that no paper names yet; with one that none names any more
    for state in ("pending", "dropped"):
        command = (sys.executable, papers.__file__, archive.url, str(archive.keyring), archive.address)
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env={**os.environ})
        assert process.stdout is not None
        async with asyncio.timeout(60):
            for _ in range(3):
                assert await process.stdout.readline()
        await eventually(partial(some_are, archive, state), every=0.001, describe=f"a file that is {state}")
        process.kill()
        await process.wait()
        for name in await archive.named():
            assert await archive.objects.get(name) == PAPER
        assert await archive.stored() <= {name.hex for name in await archive.rows()}
    await archive.change(OVERDUE)
    await archive.objects.sweep()
    named = await archive.named()
    assert (await archive.stored(), set(await archive.rows())) == ({name.hex for name in named}, named)
    if archive.store.folder is not None:
        assert len([each for each in archive.store.folder.rglob("*") if each.is_file()]) == 2
