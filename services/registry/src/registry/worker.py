"""What the worker runs beside the relay: roster imports, and the removal of what has expired."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from common.crypto import FieldCipher
from common.database import Database
from common.errors import TransientError
from common.http import purge_idempotency_keys
from common.observability import logger
from common.operations import OperationRunner, purge_operations
from common.service_process import Background
from common.settings import ServiceSettings
from registry.rosters.operation import KIND, RosterOperation

PURGE_SECONDS = 3600.0
"""Uploads expire after days and keys after one: an hour more does not matter."""

_log = logger(__name__)


def background(settings: ServiceSettings, database: Database) -> Sequence[Background]:
    """The parts of a worker; any number of workers may run."""
    cipher = FieldCipher.load(settings.keyring_file)
    runner = OperationRunner(database, {KIND: RosterOperation(cipher)}, cipher=cipher)
    return [Background("operations", runner.run), Background("expiry", lambda: _purge(database))]


async def _purge(database: Database) -> None:
    while True:
        try:
            async with database.engine.begin() as connection:
                await purge_operations(connection)
                await purge_idempotency_keys(connection)
        except TransientError as error:
            _log.warning("Expired rows stay for now", code=error.code)
        await asyncio.sleep(PURGE_SECONDS)
