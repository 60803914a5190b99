"""What the worker runs beside the relay: the consumer of the roster, imports, and the removal of what has expired."""

from collections.abc import Sequence
from functools import partial

from common.consuming import Consumer
from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from common.service_process import Background
from common.service_process.housekeeping import housekeeping
from destinations.registrations.imports.importing import EMPTY_RESULT, KIND, import_registrations
from destinations.registry_client import registry_client
from destinations.roster.subscriptions import GROUP, TOPICS, apply_batch
from destinations.settings import Settings


def background(settings: Settings, database: Database) -> Sequence[Background]:
    """The parts of a worker; any number of workers may run."""
    consumer = Consumer(database, settings, GROUP, TOPICS, partial(apply_batch, database))
    return [
        Background("roster", consumer.run, consumer.not_ready),
        Background("operations", partial(run_operations, settings, database)),
        housekeeping(database),
    ]


async def run_operations(settings: Settings, database: Database) -> None:
    """Runs imports until cancelled."""
    async with registry_client(settings) as registry:
        handlers = {KIND: partial(import_registrations, registry=registry)}
        cipher = FieldCipher.load(settings.keyring_file)
        await OperationRunner(database, handlers, cipher=cipher, empty_results={KIND: EMPTY_RESULT}).run()
