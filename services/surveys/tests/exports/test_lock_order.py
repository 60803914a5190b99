"""Acts on exports meet on the same rows: one order of locks."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest
from exported import exported

from common.auth import EVERYTHING, Principal, Role
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import Versions
from common.operations import OperationRunner
from surveys.exports import commands
from surveys.exports.domain.plan import ExportId
from surveys.exports.storage import requests
from testing.collisions import TIMES, Act, meet_all

Json = dict[str, Any]
ANY = Versions(any=True)
pytestmark = pytest.mark.timeout(1_800 if TIMES > 1 else 300)

PAIRS = (
    ("approve", "approve"),
    ("approve", "refuse"),
    ("approve", "withdraw"),
    ("refuse", "withdraw"),
    ("fetch", "fetch"),
    ("fetch", "give back"),
    ("fetch", "delete"),
)


@pytest.fixture
def plan(plan: Json) -> Json:
    """A wave that may show persons."""
    return plan | {"anonymity": "identified"}


@pytest.fixture
async def acts(
    manager: httpx.AsyncClient, worker: OperationRunner, answered: Json, cipher: FieldCipher, school: str,
    rows: Callable[..., Awaitable[list[Json]]], broken: Any,
) -> dict[str, Act]:  # fmt: skip
    """On a request that is open, and on a file that can be fetched once."""
    body = {"identified": True, "reason": "回访需要"}
    path, headers = f"/v1/waves/{answered['id']}/exports", {"X-Purpose": "support"}
    asked = (await manager.post(path, json=body, headers=headers)).json()
    done = await exported(manager, worker, answered["id"])
    made = UUID(done["result"]["export_id"])
    [kept] = await rows("SELECT * FROM exports WHERE id = :id", id=made)
    [asker] = await rows("SELECT requested_by FROM exports WHERE id = :id", id=UUID(asked["id"]))
    officer = Principal(subject="who decides", role=Role.SCHOOL_OFFICER, school_code=school)
    who_asked = Principal(subject=asker["requested_by"], role=Role.SURVEY_MANAGER, school_code=school)
    # as one with the persons, which is given once
    sealed = requests.sealed(cipher, requests.REASON_FIELD, made, "回访需要")
    restricted = "identified = true, state = 'approved', purpose = 'support', decided_by = 'who decides'"
    decided = "reason_cipher = :sealed, decided_at = now()"
    await broken(f"UPDATE exports SET {restricted}, {decided} WHERE id = :id", id=made, sealed=sealed)
    deciding: Json = {"cipher": cipher, "export_id": ExportId(UUID(asked["id"])), "expected": ANY}

    async def take(unit: UnitOfWork) -> None:
        export = await requests.find(unit.connection, cipher, EVERYTHING, ExportId(made))
        assert export is not None
        await requests.take(unit.connection, export)

    return {
        "approve": partial(commands.approve, caller=officer, **deciding),
        "refuse": partial(commands.refuse, caller=officer, reason="不必要", **deciding),
        "withdraw": partial(commands.withdraw, caller=who_asked, **deciding),
        "fetch": take,
        "give back": lambda unit: requests.give_back(unit.connection, ExportId(made)),
        "delete": lambda unit: requests.delete_file(unit.connection, made, kept["operation_id"]),
    }


async def test_acts_that_lock_the_same_rows_never_wait_in_a_circle(database: Database, acts: dict[str, Act]) -> None:
    await meet_all(database, acts, PAIRS)
