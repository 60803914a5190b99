"""The one table event type → handler, and the transaction that a batch is applied in."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy.ext.asyncio import AsyncConnection

from common.auth import SYSTEM
from common.contracts import graduate, organisation
from common.contracts.catalogue import SUBSCRIPTIONS
from common.contracts.envelope import IncomingEvent
from common.database import Database
from destinations.roster import arrivals

Apply = Callable[[AsyncConnection, Iterable[IncomingEvent]], Awaitable[None]]

GROUP = "quxiang.destinations.roster"
TOPICS = SUBSCRIPTIONS[GROUP]

HANDLERS: Mapping[Apply, frozenset[str]] = MappingProxyType(
    {
        arrivals.keep_units: frozenset({organisation.CHANGED}),
        arrivals.keep_graduates: frozenset({graduate.REGISTERED, graduate.CHANGED, graduate.WITHDRAWN}),
    }
)


async def apply_batch(database: Database, events: Sequence[IncomingEvent]) -> None:
    """One transaction per batch; whatever comes again, or late, changes nothing."""
    async with database.transaction(SYSTEM) as unit:
        for apply, types in HANDLERS.items():
            await apply(unit.connection, [event for event in events if event.type in types])
        await unit.commit()
