"""How far a consumer is, per partition: what the watermark and the watchdog are made from."""

import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from common import clock
from common.contracts.envelope import IncomingEvent
from common.kafka import answered, in_contract
from common.settings import ServiceSettings

_POSITION_SECONDS = 1.0


@dataclass(frozen=True)
class PartitionProgress:
    """One partition as this consumer knows it. `topic` is the contract's name.

    Everything written to the partition before `known_at` has an offset below `end`. So with `applied >= end` all of it
    is applied; else what was recorded up to `last_recorded_at` is.
    """

    topic: str
    partition: int
    applied: int
    end: int
    known_at: datetime
    last_recorded_at: datetime | None

    @property
    def caught_up(self) -> bool:
        """Whether everything that is known to be there is applied."""
        return self.applied >= self.end


OnProgress = Callable[[Sequence[PartitionProgress]], Awaitable[None]]


@dataclass
class _Known:
    polled: float
    polled_before: float


class Tracker:
    """Watches one member's partitions, whichever it has. Of topics in `paused` nothing is expected."""

    def __init__(self, settings: ServiceSettings, client: AIOKafkaConsumer, paused: Set[str]) -> None:
        self._settings = settings
        self._client = client
        self._paused = paused
        self._known: dict[TopicPartition, _Known] = {}
        self._recorded: dict[TopicPartition, datetime] = {}
        self._moved_at = time.monotonic()
        self._began_at = clock.now()

    def look(self) -> None:
        """Notes when the broker last said where the partitions end; to be called in every cycle.

        The answer before the last one counts as the instant: the last request was sent after it came, so what the
        broker said cannot be older, however long this process took to read it.
        """
        for partition in self._client.assignment():
            polled = self._client.last_poll_timestamp(partition)
            if polled is None:
                continue
            known = self._known.get(partition)
            if known is None:
                self._known[partition] = _Known(polled, 0.0)
            elif polled > known.polled:
                self._known[partition] = _Known(polled, known.polled)

    def applied(self, records: Collection[ConsumerRecord], events: Sequence[IncomingEvent]) -> None:
        """Notes a batch that is done."""
        if records:
            self._moved_at = time.monotonic()
        prefix = self._settings.topic_prefix
        for event in events:
            self._recorded[TopicPartition(f"{prefix}{event.topic}", event.partition)] = event.recorded_at

    def forget(self, partitions: Set[TopicPartition]) -> None:
        """Ends what is known to be recorded: they are read from an earlier place, or by others."""
        for partition in partitions:
            self._recorded.pop(partition, None)

    async def report(self) -> list[PartitionProgress]:
        """All partitions whose end is known by now."""
        assigned = self._client.assignment()
        found = []
        for partition in sorted(assigned & self._known.keys()):
            known, end = self._known[partition], self._client.highwater(partition)
            if known.polled_before and end is not None:
                position = self._client.position(partition)
                applied = int(await answered(position, _POSITION_SECONDS, "position of a partition"))
                known_at, recorded = clock.moved(known.polled_before / 1000), self._recorded.get(partition)
                topic = in_contract(self._settings, partition.topic)
                found.append(PartitionProgress(topic, partition.partition, applied, end, known_at, recorded))
        self._known = {partition: known for partition, known in self._known.items() if partition in assigned}
        if not self.waiting(found):
            self._moved_at = time.monotonic()
        return found

    def waiting(self, progress: Collection[PartitionProgress]) -> int:
        """How many partitions have something left that could be applied."""
        return sum(not each.caught_up and each.topic not in self._paused for each in progress)

    def stalled_for(self) -> float:
        """Seconds since a batch was done or nothing was left to do."""
        return time.monotonic() - self._moved_at

    def silent_for(self) -> float:
        """Seconds since the broker said anything about any partition that is read; 0 without such."""
        assigned = self._client.assignment() - self._client.paused()
        heard = [clock.moved(known.polled / 1000) for partition, known in self._known.items() if partition in assigned]
        return (clock.now() - max([self._began_at, *heard])).total_seconds() if assigned else 0.0


def lag(progress: Sequence[PartitionProgress]) -> Mapping[str, int]:
    """Events not applied, by topic."""
    waiting: dict[str, int] = {}
    for each in progress:
        waiting[each.topic] = waiting.get(each.topic, 0) + max(0, each.end - each.applied)
    return waiting
