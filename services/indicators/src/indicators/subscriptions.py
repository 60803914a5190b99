"""The one table topic → handler, and the transaction that a batch is applied in."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType

import asyncpg

from common.auth import SYSTEM
from common.contracts import graduate, organisation, registration, response
from common.contracts.catalogue import SUBSCRIPTIONS
from common.contracts.envelope import IncomingEvent
from common.database import Database
from common.kafka import partition_for
from indicators.organisation import storage as units
from indicators.responses import storage as responses
from indicators.timeline import arrivals as timelines
from indicators.timeline.storage import lock_partitions

Apply = Callable[[asyncpg.Connection, Sequence[IncomingEvent]], Awaitable[None]]

GROUP = "quxiang.indicators.figures"
TOPICS = SUBSCRIPTIONS[GROUP]

HANDLERS: Mapping[Apply, frozenset[str]] = MappingProxyType(
    {
        units.apply: frozenset({organisation.TOPIC}),
        timelines.apply: frozenset({graduate.TOPIC, registration.TOPIC}),
        responses.apply: frozenset({response.TOPIC}),
    }
)
"""Which topics a handler takes together; graduates and destinations are folded as one set."""


async def apply_batch(database: Database, partitions: int, events: Sequence[IncomingEvent]) -> None:
    """One transaction per batch, under the locks of its partitions: two workers with the same partition take turns."""
    async with database.transaction(SYSTEM) as unit:
        await lock_partitions(unit.connection, {partition_for(event.school_code, partitions) for event in events})
        connection = await unit.driver_connection()
        for apply, topics in HANDLERS.items():
            await apply(connection, [event for event in events if event.topic in topics])
        await unit.commit()
