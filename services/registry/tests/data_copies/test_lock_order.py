"""A copy that is asked for, or made, meets the erasure of its person: one waits for the other, never in a circle."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest

from common.auth import SYSTEM, Principal, Role
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.identifiers import GraduateId, OperationId
from common.operations import OperationRunner
from common.operations.storage import close_to_cancelling
from registry.data_copies import commands
from registry.data_copies.storage import copies
from registry.graduates.storage import locks
from registry.graduates.storage.erasing import erase
from testing.collisions import Act, meet


async def erased(unit: UnitOfWork, *, cipher: FieldCipher, graduate_id: GraduateId) -> None:
    await locks.lock_graduates(unit.connection, [graduate_id])
    await erase(unit.connection, cipher, graduate_id, SYSTEM)


async def made(unit: UnitOfWork, *, operation_id: OperationId) -> None:
    copy = await copies.find(unit.connection, operation_id)
    assert copy is not None
    await commands.made(unit, copy=copy, fields=["entry"])
    await close_to_cancelling(unit.connection, operation_id)


@pytest.fixture
async def acts(
    own: httpx.AsyncClient, worker: OperationRunner, cipher: FieldCipher, graduate: Mapping[str, Any]
) -> Mapping[str, Act]:
    """The acts on a copy that is there, which a new one would replace."""
    graduate_id = GraduateId(UUID(graduate["id"]))
    operation = (await own.post("/v1/data-copies")).json()["id"]
    await worker.run_once()
    caller = Principal("oneself", Role.GRADUATE, graduate_id=graduate_id)

    async def asked(unit: UnitOfWork) -> None:
        await commands.ask(UnitOfWork(unit.connection, caller.actor, unit.correlation_id), caller=caller, cipher=cipher)

    return {
        "ask": asked,
        "make": partial(made, operation_id=OperationId(UUID(operation))),
        "erase": partial(erased, cipher=cipher, graduate_id=graduate_id),
    }


@pytest.mark.parametrize(("first", "second"), [("ask", "erase"), ("make", "erase"), ("make", "ask")])
async def test_acts_on_a_copy_wait_in_one_order(
    database: Database, acts: Mapping[str, Act], first: str, second: str
) -> None:
    await meet(database, acts[first], acts[second])
