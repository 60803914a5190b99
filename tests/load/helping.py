"""The second process of an import that is measured alone: `python -m tests.load.helping URL KEYRING SOCKET`."""

import asyncio
import socket
import sys
from functools import partial
from pathlib import Path

from common.crypto import FieldCipher
from common.database import Database
from common.imports import run_import
from common.operations import OperationContext
from common.operations.helping import Assigned, help_out
from common.operations.storage import Claimed
from common.service_process.running import tune_garbage_collector
from registry.graduates.imports.operations import KIND, roster_import


async def main() -> None:
    """Helps until the other end is closed."""
    url, ring, descriptor = sys.argv[1:]
    database, cipher = Database.connect(url), FieldCipher.load(Path(ring))
    handlers = {KIND: partial(run_import, roster_import(cipher))}
    tune_garbage_collector()

    async def work(claimed: Claimed, assigned: Assigned) -> None:
        await handlers[claimed.kind](OperationContext(claimed, database.patient, cipher, assigned=assigned))

    await help_out(socket.socket(fileno=int(descriptor)), work)
    await database.dispose()


if __name__ == "__main__":
    asyncio.run(main())
