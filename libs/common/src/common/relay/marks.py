"""Marks: how far each partition of a service's own topics is known to hold nothing that its outbox lacks.

Without them a comparison reads all that was sent in the minutes before, which after an import are hundreds of thousands
of events. A mark moves over a record only from the one before it, so it never passes what another database has written.
"""

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.structs import RecordMetadata


class Mark(NamedTuple):
    """The last record that is known. A topic that was made anew has another one there, or none."""

    offset: int
    milliseconds: int

    def is_at(self, record: ConsumerRecord) -> bool:
        """True if the record is the very one that was marked."""
        return self == (record.offset, record.timestamp)


class Marks:
    """The marks of one leader; what is not known has none, and gets none from what is placed after it.

    `following` says of each partition which offset comes after what is known.
    """

    def __init__(
        self, last: Mapping[TopicPartition, Mark] | None = None, following: Mapping[TopicPartition, int] | None = None
    ) -> None:
        self._last, self._following = dict(last or {}), dict(following or {})
        self.has_moved = bool(last)

    def move(self, placed: Iterable[RecordMetadata]) -> None:
        """Takes in what the broker has acknowledged, in the order of its offsets."""
        for each in placed:
            partition = TopicPartition(each.topic, each.partition)
            if self._following.get(partition) == each.offset:
                self._following[partition] = each.offset + 1
                self._last[partition] = Mark(each.offset, each.timestamp)
                self.has_moved = True

    def taken(self) -> str:
        """The marks as they are stored; from now on they have not moved."""
        self.has_moved = False
        return json.dumps([[*partition, *mark] for partition, mark in self._last.items()])


def stored_marks(text: str | None) -> Mapping[TopicPartition, Mark]:
    """The marks that were stored, by the partition's name at the broker."""
    return {TopicPartition(topic, partition): Mark(*mark) for topic, partition, *mark in json.loads(text or "[]")}
