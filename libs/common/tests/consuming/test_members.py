"""Several members of one group: who gets what, and what happens when one is killed."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from common.consuming import Consumer, PartitionProgress
from common.contracts import IncomingEvent
from common.contracts.graduate import TOPIC as GRADUATES
from common.contracts.registration import TOPIC as REGISTRATIONS
from common.database import Database
from common.settings import ServiceSettings
from testing.messaging import running
from testing.waiting import eventually

GROUP = "quxiang.indicators.figures"
REPLACED_WITHIN = 60.0
"""After 6 s on a machine with nothing else to do; without a session it would be 300 s."""


class Watching:
    """A member that applies nothing and tells which partitions it has."""

    def __init__(self, database: Database, settings: ServiceSettings) -> None:
        topics = [REGISTRATIONS, GRADUATES]
        self.consumer = Consumer(database, settings, GROUP, topics, self._ignore, on_progress=self._remember)
        self.partitions: dict[str, list[int]] = {}

    async def _ignore(self, _events: Sequence[IncomingEvent]) -> None:
        return

    async def _remember(self, progress: Sequence[PartitionProgress]) -> None:
        self.partitions = {}
        for each in progress:
            self.partitions.setdefault(each.topic, []).append(each.partition)


async def test_a_member_has_the_same_partitions_of_all_topics(database: Database, settings: ServiceSettings) -> None:
    members = [Watching(database, settings) for _ in range(2)]
    async with running(*(member.consumer.run for member in members)):
        await eventually(lambda: _shared(members) == [0, 1, 2], within=30)
        assert all(member.partitions[REGISTRATIONS] == member.partitions[GRADUATES] for member in members)


async def test_a_killed_member_is_replaced_after_its_session(database: Database, settings: ServiceSettings) -> None:
    member = Watching(database, settings)
    async with _other_member(settings) as other, running(member.consumer.run):
        await eventually(lambda: 0 < len(member.partitions.get(REGISTRATIONS, [])) < settings.partitions, within=30)
        other.kill()
        await eventually(lambda: member.partitions.get(REGISTRATIONS) == [0, 1, 2], within=REPLACED_WITHIN)


def _shared(members: Sequence[Watching]) -> list[int]:
    return sorted(partition for member in members for partition in member.partitions.get(REGISTRATIONS, []))


@asynccontextmanager
async def _other_member(settings: ServiceSettings) -> AsyncIterator[asyncio.subprocess.Process]:
    script = str(Path(__file__).with_name("consumer_process.py"))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, script, GROUP, stdin=pipe, stdout=pipe)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(settings.model_dump_json().encode())
        process.stdin.close()
        async with asyncio.timeout(30):
            while b"ready" not in await process.stdout.readline():
                continue
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
