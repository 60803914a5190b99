"""A worker that is killed in the middle of a check loses nothing, and does nothing twice."""

import asyncio
import os
import signal
import sys

from acting import UNIT, approved, rows
from desks import Desk
from proofs import photographed
from sending import Checked, seen, send

from common.database import Database
from destinations.settings import Settings

WORKER = """
import asyncio, os, signal
from common.crypto import FieldCipher
from common.database import Database
from common.objects import Objects
from common.objects.store import open_store
from destinations.evidence.operations import check_waiting
from destinations.settings import Settings

class Struck(Objects):
    async def put(self, content, media_type):
        await super().put(content, media_type)
        os.kill(os.getpid(), signal.SIGKILL)

async def work():
    settings = Settings()
    database, cipher = Database.connect(settings), FieldCipher.load(settings.keyring_file)
    await check_waiting(database, Struck(database, cipher, open_store(settings.objects, "destinations")), cipher)

asyncio.run(work())
"""


async def test_a_check_that_was_killed_is_made_again(
    settings: Settings, database: Database, college: Desk, checked: Checked
) -> None:
    registration = await approved(database, UNIT)
    piece = await send(college, registration.id, photographed())
    surroundings = {
        "QUXIANG_DATABASE_URL": settings.database_url,
        "QUXIANG_KEYRING_FILE": f"{settings.keyring_file}",
        "QUXIANG_OBJECTS": settings.objects,
    }
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, env={**os.environ, **surroundings})
    assert await worker.wait() == -signal.SIGKILL
    states = "SELECT state, count(*) AS n FROM objects GROUP BY state ORDER BY state"
    # what the worker has stored and not named is swept within the hour
    assert [tuple(row) for row in await rows(database, states)] == [("kept", 1), ("pending", 1)]
    assert (await seen(college, piece)).json() == piece.json()

    assert await checked() == 1
    pending = (await seen(college, piece)).json()
    assert (pending["state"], pending["version"]) == ("pending", 2)
    assert [tuple(row) for row in await rows(database, states)] == [("dropped", 1), ("kept", 1), ("pending", 1)]
    acts = await rows(database, "SELECT action FROM audit_entries WHERE object_kind = 'evidence' ORDER BY recorded_at")
    assert [each.action for each in acts] == ["evidence.upload", "evidence.check"]
