"""A relay in a process of its own that is killed between the broker's acknowledgement and its own note of it."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from common.contracts.envelope import StoredEvent
from common.database import Database
from common.publishing import Publisher
from common.relay import relay, sending
from common.settings import ServiceSettings


async def _send_and_die(client: Publisher, settings: ServiceSettings, events: Sequence[StoredEvent]) -> None:
    await sending.send(client, settings, events)
    os.kill(os.getpid(), signal.SIGKILL)


async def main() -> None:
    settings = ServiceSettings.model_validate_json(sys.stdin.read())
    vars(relay)["send"] = _send_and_die
    await relay.Relay(Database.connect(settings), settings).run()


if __name__ == "__main__":
    asyncio.run(main())
