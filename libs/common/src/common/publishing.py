"""Publishing: a producer that is given up with the first connection it loses.

A producer's id is unique in one cluster. One that lived on over a wipe of the broker's data would go on under an id
that the new cluster gives to another producer, and the broker would take that one's events for repetitions and drop
them. A broker cannot be wiped without its connections closing, so a producer never outlives one.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.structs import RecordMetadata

from common.kafka import START_SECONDS, BrokerUnavailableError, answered, producer_options, stopped
from common.settings import ServiceSettings

SEND_SECONDS = 10.0

_WATCH_SECONDS = 0.05
"""Shorter than any broker needs to come back, and than aiokafka waits before it connects again."""


@dataclass(frozen=True)
class Message:
    """One message; `topic` is the broker's name of it."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int
    headers: Sequence[tuple[str, bytes]]


class Publisher:
    """Sends messages and waits for the acknowledgement of all. After an error it must not be used again."""

    def __init__(self, client: AIOKafkaProducer) -> None:
        self._client = client
        self._connections: set[Any] = set()

    async def send(self, messages: Sequence[Message]) -> Sequence[RecordMetadata]:
        """Returns when all are acknowledged, in order per partition; raises BrokerUnavailableError, outcome unknown.

        Gives the acknowledgements, in the order of the messages.
        """
        self.require_connected()
        sending = asyncio.ensure_future(self._sent(messages))
        try:
            return await self._watched(sending)
        except (KafkaError, OSError, asyncio.InvalidStateError) as error:
            raise BrokerUnavailableError("acknowledgement of messages") from error
        finally:
            sending.cancel()

    def require_connected(self) -> None:
        """Raises BrokerUnavailableError if a connection that was open before is not any more."""
        held = self._client.client._conns
        # the first connection is closed by the client itself once it knows the brokers
        self._connections |= {connection for (node, _), connection in held.items() if node != "bootstrap"}
        if not all(connection.connected() for connection in self._connections):
            raise BrokerUnavailableError("a connection that was lost")

    async def _watched(self, sending: "asyncio.Future[Sequence[RecordMetadata]]") -> Sequence[RecordMetadata]:
        deadline = time.monotonic() + SEND_SECONDS
        while not sending.done():
            await asyncio.wait({sending}, timeout=_WATCH_SECONDS)
            if not sending.done():
                self.require_connected()
                if time.monotonic() > deadline:
                    raise BrokerUnavailableError("acknowledgement of messages")
        if sending.cancelled():
            raise BrokerUnavailableError("a client that was stopped")
        return sending.result()

    async def _sent(self, messages: Sequence[Message]) -> Sequence[RecordMetadata]:
        acknowledgements = [
            await self._client.send(
                each.topic, key=each.key, value=each.value, partition=each.partition, headers=list(each.headers)
            )
            for each in messages
        ]
        return await asyncio.gather(*acknowledgements)


@asynccontextmanager
async def publisher(settings: ServiceSettings) -> AsyncIterator[Publisher]:
    """A connected publisher; what it has not sent at the end is dropped, never flushed."""
    client = AIOKafkaProducer(**producer_options(settings))
    try:
        await answered(client.start(), START_SECONDS, "start of producer")
        yield Publisher(client)
    finally:
        # `stop` would flush to a broker that may be another one by now; the outbox sends again
        client._closed = True
        if client._sender.sender_task is not None:
            await stopped(client._sender.close(), "producer")
        await stopped(client.client.close(), "producer's connection")
