"""What the worker runs beside the relay: the consumer of all figures, and the announcements of moved groups."""

from collections.abc import Sequence
from functools import partial

from common.consuming import Consumer
from common.database import Database
from common.periodic import every
from common.service_process import Background
from common.service_process.housekeeping import timetable
from indicators.progress.storage import report
from indicators.rates.announcements import EVERY, announce_moved_groups
from indicators.settings import Settings
from indicators.subscriptions import GROUP, TOPICS, apply_batch


def background(settings: Settings, database: Database) -> Sequence[Background]:
    """The parts of a worker; any number of workers may run, partitions are shared out among them."""
    consumer = Consumer(
        database,
        settings,
        GROUP,
        TOPICS,
        partial(apply_batch, database, settings.partitions),
        on_progress=partial(report, database),
    )
    return [
        Background("figures", consumer.run, consumer.not_ready),
        timetable(database, [every(EVERY, partial(announce_moved_groups, database))]),
    ]
