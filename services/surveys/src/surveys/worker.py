"""What the worker runs beside the relay: the consumer of registry's events, long work, and tidying up."""

from collections.abc import Sequence

from common.consuming import Consumer
from common.contracts.catalogue import SUBSCRIPTIONS
from common.crypto import FieldCipher
from common.database import Database
from common.operations import OperationRunner
from common.service_process import Background
from common.service_process.housekeeping import housekeeping
from common.settings import ServiceSettings
from surveys.invitations.operations import KIND, inviting
from surveys.roster.subscriptions import keeping_the_roster

ROSTER_GROUP = "quxiang.surveys.roster"


def background(settings: ServiceSettings, database: Database) -> Sequence[Background]:
    """The parts of a worker; any number of workers may run."""
    roster = Consumer(database, settings, ROSTER_GROUP, SUBSCRIPTIONS[ROSTER_GROUP], keeping_the_roster(database))
    cipher = FieldCipher.load(settings.keyring_file)
    operations = OperationRunner(database, {KIND: inviting(cipher)}, cipher=cipher)
    return [
        Background("roster", roster.run, roster.not_ready),
        Background("operations", operations.run),
        housekeeping(database),
    ]
