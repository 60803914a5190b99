"""A member of a group in a process of its own, that prints when it has partitions and then only waits to be killed."""

import asyncio
import sys
from collections.abc import Sequence

from common.consuming import Consumer
from common.contracts import IncomingEvent
from common.contracts.graduate import TOPIC as GRADUATES
from common.contracts.registration import TOPIC as REGISTRATIONS
from common.database import Database
from common.settings import ServiceSettings


async def ignore(_events: Sequence[IncomingEvent]) -> None:
    return


async def main() -> None:
    settings = ServiceSettings.model_validate_json(sys.stdin.read())
    group = sys.argv[1]
    consumer = Consumer(Database.connect(settings), settings, group, [REGISTRATIONS, GRADUATES], ignore)
    running = asyncio.ensure_future(consumer.run())
    while await consumer.not_ready():
        await asyncio.wait({running}, timeout=0.05)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await running


if __name__ == "__main__":
    asyncio.run(main())
