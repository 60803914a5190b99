"""A new key of the ring seals reasons and answers anew; they read the same, and what was emptied stays empty."""

from dataclasses import replace

import asyncpg
import pytest
from acting import COLLEGE, act, approved, dispute, rows
from sqlalchemy import text

from common.auth import SYSTEM
from common.crypto import FieldCipher, KeyRing
from common.database import Database
from common.identifiers import GraduateId
from destinations.registrations.domain.lifecycle import Action
from destinations.tasks import commands, storage
from destinations.tasks.domain import TaskId

KEPT = "SELECT reason_cipher AS text FROM disputes UNION ALL SELECT answer_cipher FROM tasks WHERE outcome = 'kept'"


def ciphers() -> tuple[FieldCipher, FieldCipher]:
    """Of a ring's first key, and of its second, which reads what the first has sealed."""
    ring, other = KeyRing.generate("first"), KeyRing.generate("second")
    return FieldCipher(ring), FieldCipher(replace(ring, fields={**ring.fields, **other.fields}, current="second"))


async def answered(database: Database, cipher: FieldCipher) -> GraduateId:
    disputed = await dispute(database, await approved(database), cipher=cipher)
    graduate_id = disputed.registration.graduate.id
    async with database.transaction(COLLEGE.actor) as unit:
        [task] = await storage.of_graduate(unit.connection, cipher, graduate_id)
        await commands.answer(
            unit, caller=COLLEGE, cipher=cipher, task_id=TaskId(task.id), expected=1, content="已核对"
        )
        await unit.commit()
    return graduate_id


async def test_texts_are_sealed_anew_part_by_part(database: Database) -> None:
    first, second = ciphers()
    people = [await answered(database, first) for _ in range(3)]
    sealed = {row.text for row in await rows(database, KEPT)}
    assert [await storage.reseal_disputes(database, second, part=2) for _ in range(2)] == [3, 0]
    assert [await storage.reseal_answers(database, second, part=2) for _ in range(2)] == [3, 0]
    anew = {row.text for row in await rows(database, KEPT)}
    assert (len(anew), sealed & anew) == (6, set())
    assert all(each.startswith(second.wrapped_by("second")) for each in anew)
    async with database.reading() as connection:
        for graduate_id in people:
            [task] = await storage.of_graduate(connection, second, graduate_id)
            assert (task.reason, task.answer) == ("因故", "已核对")


async def test_nothing_else_is_replaced_by_it(database: Database) -> None:
    first, _ = ciphers()
    await answered(database, first)
    confirmed = await act(database, await approved(database), Action.CONFIRM)
    before = await rows(database, "SELECT * FROM disputes")
    refused = text(
        "SELECT reseal_disputes(array_fill(registration_id, ARRAY[2]), array_fill(version, ARRAY[2]),"
        " ARRAY['x', reason_cipher]::bytea[], ARRAY['y', NULL]::bytea[]) FROM disputes"
    )
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(refused)
        await unit.commit()
    assert await rows(database, "SELECT * FROM disputes") == before
    assert confirmed.registration.effective is not None
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await rows(database, "UPDATE disputes SET reason_cipher = NULL")
