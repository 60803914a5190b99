"""Consumers in tests: a handler with rules, and events and messages put into the registration topic by hand."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid4

from common.consuming import Consumer
from common.contracts import IncomingEvent
from common.contracts.catalogue import dead_letter_topic
from common.contracts.envelope import StoredEvent, to_headers
from common.contracts.registration import TOPIC
from common.database import Database
from common.kafka import consumer, on_wire
from common.publishing import Message, publisher
from common.settings import ServiceSettings
from testing.messaging import destination_event

GROUP = "quxiang.indicators.figures"


class Applied:
    """A handler that keeps what it was given, after the rules of a test."""

    def __init__(self, *rules: Callable[[Sequence[IncomingEvent]], None]) -> None:
        self.rules = list(rules)
        self.events: list[IncomingEvent] = []
        self.batches: list[int] = []

    async def __call__(self, events: Sequence[IncomingEvent]) -> None:
        for rule in self.rules:
            rule(events)
        self.batches.append(len(events))
        self.events += events

    @property
    def sequences(self) -> list[int]:
        return sorted(event.sequence for event in self.events)


def stored(sequence: int, **changes: Any) -> StoredEvent:
    event = destination_event(sequence=sequence, **changes)
    return StoredEvent(
        event_id=uuid4(),
        topic=event.topic,
        key=event.key,
        sequence=sequence,
        type=event.type,
        school_code=event.school_code,
        decided_on=None,
        recorded_at=event.data.recorded_at,
        position=sequence,
        data=event.data.model_dump_json(),
        correlation_id=None,
        traceparent=None,
    )


async def publish(settings: ServiceSettings, *events: StoredEvent) -> None:
    messages = [
        Message(
            topic=on_wire(settings, event.topic),
            key=event.key.encode(),
            value=event.data.encode(),
            partition=0,
            headers=to_headers(event, "destinations", "http://127.0.0.1:8002"),
        )
        for event in events
    ]
    async with publisher(settings) as client:
        await client.send(messages)


async def publish_raw(
    settings: ServiceSettings, key: bytes | None, value: bytes | None, headers: dict[str, bytes]
) -> None:
    async with publisher(settings) as client:
        await client.send([Message(on_wire(settings, TOPIC), key, value, 0, list(headers.items()))])


def consuming(
    database: Database, settings: ServiceSettings, handler: Applied, **options: Any
) -> Callable[[], Awaitable[None]]:
    return Consumer(database, settings, GROUP, [TOPIC], handler, **options).run


async def dead_letters(settings: ServiceSettings, expected: int) -> list[Any]:
    found: list[Any] = []
    async with consumer(settings, f"letters-{uuid4()}", [dead_letter_topic(TOPIC, GROUP)]) as client:
        async with asyncio.timeout(20):
            while len(found) < expected:
                for records in (await client.getmany(timeout_ms=100)).values():
                    found += records
    return found
