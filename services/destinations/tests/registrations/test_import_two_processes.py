"""Two processes share the parts of a file of registrations; each part is stored once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Any

from office import FULL, Office, announced_token, counts, faults, stored

from common.crypto import FieldCipher
from common.database import Database
from common.imports import run_import
from common.operations import OperationContext, OperationRunner
from common.operations.helping import Assigned
from common.operations.storage import Claimed
from destinations.registrations.imports.operations import KIND, registration_import
from destinations.registry_client import Registry
from destinations.settings import Settings
from testing.helping import helped

CHUNK = 3
ROWS = 24


async def test_both_store_parts_of_a_file(
    office: Office, database: Database, registry: Registry, settings: Settings
) -> None:
    cipher = FieldCipher.load(settings.keyring_file)
    kind, theirs = replace(registration_import(registry, cipher), chunk_rows=CHUNK), list[int]()

    async def work(claimed: Claimed, assigned: Assigned) -> None:
        parts = assigned.parts

        async def watched() -> AsyncIterator[tuple[int, Any]]:
            async for part in parts():
                theirs.append(part[0])
                yield part

        assigned.parts = watched  # type: ignore[method-assign, assignment]
        await run_import(kind, OperationContext(claimed, database.patient, cipher, assigned=assigned))

    rows = [office.row(**FULL) for _ in range(ROWS)]
    rows[10]["学号"] = rows[1]["学号"]
    rows[20] |= {"毕业去向类别代码": None, "毕业去向": "没有"}
    async with helped(work) as helper:
        handlers = {KIND: partial(run_import, kind)}
        office.runner = OperationRunner(database.patient, handlers, cipher=cipher, helper=helper)
        operation = await office.send(rows, on_error="skip")
        again = await office.send(rows, on_error="skip")
    assert 0 < len(theirs) < 2 * ROWS // CHUNK
    assert (operation["state"], counts(operation), counts(again)) == ("succeeded", (22, 0, 0, 2), (0, 0, 22, 2))
    assert faults(operation) == faults(again)
    assert [(row, rule) for row, _, rule in faults(operation)][:1] == [(12, "duplicate_in_file")]
    assert len(await office.registrations()) == ROWS - 2 == len(await stored(database, "SELECT 1 FROM outbox"))
    assert operation["result"]["change_token"] == await announced_token(database)
