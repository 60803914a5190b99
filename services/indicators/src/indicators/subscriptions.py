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
from indicators.organisation import subscriptions as units
from indicators.responses import subscriptions as responses
from indicators.timeline import subscriptions as timelines
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
    """Applies the events in one transaction, under the locks of their partitions.

    So two workers that hold the same partition for a while take turns.
    """
    async with database.transaction(SYSTEM) as unit:
        await lock_partitions(unit.connection, {partition_for(event.school_code, partitions) for event in events})
        connection = await unit.driver_connection()
        for apply, topics in HANDLERS.items():
            await apply(connection, [event for event in events if event.topic in topics])
        await unit.commit()
