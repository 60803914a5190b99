"""Handlers of the events about graduates: of all of them, and of those that say who is erased."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from common.contracts import IncomingEvent
from common.contracts.graduate import EVENTS, erased_among
from common.database import UnitOfWork
from common.identifiers import GraduateId
from common.sql import Connection

Apply = Callable[[UnitOfWork, Sequence[IncomingEvent]], Awaitable[None]]
"""Applies events of its types, in the transaction of the batch; whatever comes again, or late, changes nothing."""


def of_graduates(apply: Apply) -> Mapping[str, Apply]:
    """The handler of every event about a graduate: each of them may be the one that says that the person is erased."""
    return dict.fromkeys((each.name for each in EVENTS), apply)


def erasing(erase: Callable[[Connection, Sequence[GraduateId]], Awaitable[None]]) -> Apply:
    """A handler that erases what an area holds about graduates who are erased, by the ids in their order."""

    async def erase_all(unit: UnitOfWork, events: Sequence[IncomingEvent]) -> None:
        if erased := erased_among(event.data for event in events):
            await erase(unit.connection, [*map(GraduateId, erased)])

    return erase_all
