"""Consuming: batches of events, retried, bisected and dead-lettered by the type of the error."""

from common.consuming.consumer import Consumer
from common.consuming.dead_letter_topics import replay_dead_letters
from common.consuming.dead_letters import Newest, open_letters
from common.consuming.feed import Feed
from common.consuming.member import StalledConsumerError
from common.consuming.progress import OnProgress, PartitionProgress
from common.consuming.retrying import Handle
from common.consuming.table import dead_letter_table

__all__ = [
    "Consumer",
    "Feed",
    "Handle",
    "Newest",
    "OnProgress",
    "PartitionProgress",
    "StalledConsumerError",
    "dead_letter_table",
    "open_letters",
    "replay_dead_letters",
]
