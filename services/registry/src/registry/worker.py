"""What the worker runs beside the relay: roster imports, and the removal of what has expired."""

from collections.abc import Sequence

from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from common.service_process import Background
from common.service_process.housekeeping import housekeeping
from common.settings import ServiceSettings
from registry.rosters.operation import EMPTY_RESULT, KIND, RosterOperation


def background(settings: ServiceSettings, database: Database) -> Sequence[Background]:
    """The parts of a worker; any number of workers may run."""
    cipher = FieldCipher.load(settings.keyring_file)
    handlers = {KIND: RosterOperation(cipher)}
    runner = OperationRunner(database, handlers, cipher=cipher, empty_results={KIND: EMPTY_RESULT})
    return [Background("operations", runner.run), housekeeping(database)]
