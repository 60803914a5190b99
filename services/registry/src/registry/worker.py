"""What the worker runs beside the relay: roster imports, and the removal of what has expired."""

from collections.abc import Sequence
from functools import partial

from common.crypto import FieldCipher
from common.database import Database
from common.imports import run_import
from common.operations import OperationRunner
from common.service_process import Background
from common.service_process.housekeeping import housekeeping
from common.settings import ServiceSettings
from registry.graduates.imports.operations import EMPTY_RESULT, KIND, roster_import


def background(settings: ServiceSettings, database: Database) -> Sequence[Background]:
    """The parts of a worker; any number of workers may run."""
    cipher = FieldCipher.load(settings.keyring_file)
    runner = OperationRunner(
        database,
        {KIND: partial(run_import, roster_import(cipher))},
        cipher=cipher,
        empty_results={KIND: EMPTY_RESULT},
        concurrency=settings.operations_at_once,
    )
    return [Background("operations", runner.run), housekeeping(database)]
