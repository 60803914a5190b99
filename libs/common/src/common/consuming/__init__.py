"""Consuming: batches of events, retried, bisected and dead-lettered by the type of the error."""

from common.consuming.consumer import Consumer
from common.consuming.dead_letters import replay_dead_letters
from common.consuming.member import StalledConsumerError
from common.consuming.progress import OnProgress, PartitionProgress
from common.consuming.retrying import Handle

__all__ = ["Consumer", "Handle", "OnProgress", "PartitionProgress", "StalledConsumerError", "replay_dead_letters"]
