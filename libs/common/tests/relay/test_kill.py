"""What is left after `kill -9`: duplicates at most, never a loss."""

import asyncio
import signal
import sys
from pathlib import Path

from common.auth.principal import SYSTEM
from common.database import Database
from common.relay.relay import Relay
from common.settings import ServiceSettings
from testing.messaging import EventRecorder, destination_event, running

EVENTS = 10


async def test_a_relay_killed_after_sending_sends_again_and_loses_nothing(
    database: Database, settings: ServiceSettings
) -> None:
    async with database.transaction(SYSTEM) as work:
        for sequence in range(1, EVENTS + 1):
            await work.announce(destination_event(sequence=sequence))
        await work.commit()
    assert await _relay_killed(settings) == -signal.SIGKILL
    async with EventRecorder(settings).recording() as recorder, running(Relay(database, settings).run):
        events = await recorder.until(lambda found: len(found) == 2 * EVENTS)
    assert {event.sequence for event in events} == set(range(1, EVENTS + 1))
    assert len({(event.id, event.position) for event in events}) == EVENTS


async def _relay_killed(settings: ServiceSettings) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__).with_name("relay_process.py")), stdin=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(30):
        await process.communicate(settings.model_dump_json().encode())
    return process.returncode or 0
