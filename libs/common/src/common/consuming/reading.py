"""Decodes records: handled, ignored (type not subscribed), undecodable."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from aiokafka import ConsumerRecord

from common.contracts.catalogue import EVENT_TYPES
from common.contracts.envelope import IncomingEvent, UnreadableEventError, event_type_of, from_message
from common.kafka import in_contract
from common.observability import counter
from common.settings import ServiceSettings

Place = tuple[str, int, int]
"""Topic of the contract, partition, offset."""

_unknown = counter("consumer_unknown_events_total", "Events of a type that this group does not handle", ["group"])


@dataclass
class Batch:
    """Records as they came, sorted by what becomes of them."""

    records: dict[Place, ConsumerRecord] = field(default_factory=dict)
    events: list[IncomingEvent] = field(default_factory=list)
    broken: list[tuple[Place, UnreadableEventError]] = field(default_factory=list)

    def record_of(self, event: IncomingEvent) -> ConsumerRecord:
        """The record that an event of this batch was read from."""
        return self.records[place_of(event)]

    def without(self, topics: Collection[str]) -> "Batch":
        """What is not of these topics."""
        return Batch(
            {place: record for place, record in self.records.items() if place[0] not in topics},
            [event for event in self.events if event.topic not in topics],
            [(place, error) for place, error in self.broken if place[0] not in topics],
        )


def read_batch(
    settings: ServiceSettings, group: str, types: Collection[str], records: Iterable[ConsumerRecord]
) -> Batch:
    """Reads records in order. Types outside `types` are counted and dropped: acknowledged, that is."""
    batch = Batch()
    for record in records:
        place = (in_contract(settings, record.topic), record.partition, record.offset)
        batch.records[place] = record
        named = event_type_of(record.headers)
        if named is not None and named not in types:
            _unknown.labels(group).inc()
            continue
        try:
            batch.events.append(read_record(settings, record))
        except UnreadableEventError as error:
            batch.broken.append((place, error))
    return batch


def read_record(settings: ServiceSettings, record: ConsumerRecord) -> IncomingEvent:
    """One record as an event; raises UnreadableEventError."""
    return from_message(
        topic=in_contract(settings, record.topic),
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        headers=record.headers,
        body=record.value,
    )


def place_of(event: IncomingEvent) -> Place:
    """Where the event was read."""
    return event.topic, event.partition, event.offset


def types_of(topics: Collection[str]) -> frozenset[str]:
    """All event types of the topics."""
    return frozenset(name for name, described in EVENT_TYPES.items() if described.topic in topics)
