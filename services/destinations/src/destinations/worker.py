"""What the worker runs beside the relay: the consumer of the roster, imports, and the broom."""

import asyncio
from collections.abc import Sequence
from functools import partial

from common.auth import SYSTEM
from common.consuming import Consumer
from common.crypto import FieldCipher
from common.database import Database
from common.errors import TransientError
from common.http import purge_idempotency_keys
from common.observability import logger
from common.operations import OperationRunner, purge_operations
from common.service_process import Background
from destinations.registrations.imports.importing import KIND, import_registrations
from destinations.roster.registry import registry_client
from destinations.settings import Settings
from destinations.subscriptions import GROUP, TOPICS, apply_batch

SWEEP_SECONDS = 600.0
"""Keys are kept for a day and operations for a week: minutes do not matter."""

_log = logger(__name__)


def background(settings: Settings, database: Database) -> Sequence[Background]:
    """The parts of a worker; any number of workers may run."""
    consumer = Consumer(database, settings, GROUP, TOPICS, partial(apply_batch, database))
    return [
        Background("roster", consumer.run, consumer.not_ready),
        Background("operations", partial(run_operations, settings, database)),
        Background("sweep", partial(sweep_for_ever, database)),
    ]


async def run_operations(settings: Settings, database: Database) -> None:
    """Runs imports until cancelled."""
    async with registry_client(settings) as registry:
        handlers = {KIND: partial(import_registrations, registry=registry)}
        await OperationRunner(database, handlers, cipher=FieldCipher.load(settings.keyring_file)).run()


async def sweep_for_ever(database: Database) -> None:
    """Deletes expired keys, uploads and reports, now and then."""
    while True:
        try:
            await sweep(database)
        except TransientError:
            _log.warning("Sweeping waits for the database")
        await asyncio.sleep(SWEEP_SECONDS)


async def sweep(database: Database) -> None:
    """Deletes what has expired."""
    async with database.transaction(SYSTEM) as unit:
        await purge_idempotency_keys(unit.connection)
        await purge_operations(unit.connection)
        await unit.commit()
