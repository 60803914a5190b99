"""What the worker runs beside the relay: the consumer of the roster, and imports."""

from collections.abc import Sequence
from functools import partial

from common.consuming import Consumer
from common.database import Database
from common.service_process import Background
from destinations.settings import DestinationsSettings
from destinations.subscriptions import GROUP, TOPICS, apply_batch


def background(settings: DestinationsSettings, database: Database) -> Sequence[Background]:
    """The parts of a worker; any number of workers may run."""
    consumer = Consumer(database, settings, GROUP, TOPICS, partial(apply_batch, database))
    return [Background("roster", consumer.run, consumer.not_ready)]
