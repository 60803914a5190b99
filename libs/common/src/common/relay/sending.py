"""Sending stored events in position order; shared by the relay and by `replay`."""

from collections.abc import Sequence
from functools import lru_cache

from aiokafka.structs import RecordMetadata

from common.contracts.envelope import StoredEvent, to_headers
from common.kafka import on_wire, partition_for, schema_base
from common.publishing import Message, Publisher
from common.settings import ServiceSettings

_partition = lru_cache(maxsize=8_192)(partition_for)


async def send(client: Publisher, settings: ServiceSettings, events: Sequence[StoredEvent]) -> Sequence[RecordMetadata]:
    """Returns when the broker has acknowledged all; raises BrokerUnavailableError, and then the outcome is unknown.

    Gives the acknowledgements, in the order of the events.
    """
    base = schema_base(settings)
    messages = [
        Message(
            topic=on_wire(settings, event.topic),
            key=event.key.encode(),
            value=event.data.encode(),
            partition=_partition(event.school_code, settings.partitions),
            headers=to_headers(event, settings.service, base),
        )
        for event in events
    ]
    return await client.send(messages)
