"""Sending stored events in position order; shared by the relay and by `replay`."""

import asyncio
from collections.abc import Sequence
from functools import lru_cache

from aiokafka import AIOKafkaProducer

from common.contracts.envelope import StoredEvent, to_headers
from common.kafka import SEND_SECONDS, answered, on_wire, partition_for, schema_base
from common.settings import ServiceSettings

_partition = lru_cache(maxsize=8_192)(partition_for)


async def send(client: AIOKafkaProducer, settings: ServiceSettings, events: Sequence[StoredEvent]) -> None:
    """Returns when the broker has acknowledged all; raises BrokerUnavailableError, and then the outcome is unknown."""
    await answered(_sent(client, settings, events), SEND_SECONDS, "acknowledgement of events")


async def _sent(client: AIOKafkaProducer, settings: ServiceSettings, events: Sequence[StoredEvent]) -> None:
    acknowledgements = [await _enqueued(client, settings, event) for event in events]
    await asyncio.gather(*acknowledgements)


async def _enqueued(
    client: AIOKafkaProducer, settings: ServiceSettings, event: StoredEvent
) -> "asyncio.Future[object]":
    return await client.send(  # type: ignore[no-any-return]
        on_wire(settings, event.topic),
        key=event.key.encode(),
        value=event.data.encode(),
        partition=_partition(event.school_code, settings.partitions),
        headers=to_headers(event, settings.service, schema_base(settings)),
    )
