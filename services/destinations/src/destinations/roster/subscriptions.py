"""Registry's events → the roster: handlers by event type, and the transaction of a batch."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy.ext.asyncio import AsyncConnection

from common.auth import SYSTEM
from common.contracts import graduate, organisation
from common.contracts.catalogue import SUBSCRIPTIONS
from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import GraduateData
from common.contracts.organisation import OrganisationData, UnitKind
from common.database import Database
from common.identifiers import GraduateId, ProvinceCode, SchoolCode
from destinations.roster import storage
from destinations.roster.domain import GRADUATE_FIELDS, Graduate, RosterEntry, SchoolEntry

Apply = Callable[[AsyncConnection, Iterable[IncomingEvent]], Awaitable[None]]

GROUP = "quxiang.destinations.roster"
TOPICS = SUBSCRIPTIONS[GROUP]


async def keep_graduates(connection: AsyncConnection, events: Iterable[IncomingEvent]) -> None:
    """Keeps the newest state of each graduate."""
    entries = []
    for event in events:
        assert isinstance(event.data, GraduateData)
        stated = event.data.model_dump(include=set(GRADUATE_FIELDS))
        entries.append(RosterEntry(Graduate(GraduateId(event.data.graduate_id), **stated), event.sequence))
    await storage.keep_graduates(connection, entries)


async def keep_schools(connection: AsyncConnection, events: Iterable[IncomingEvent]) -> None:
    """Keeps the province of each school; the other units are of no use here."""
    entries = []
    for event in events:
        unit = event.data
        assert isinstance(unit, OrganisationData)
        if unit.unit_kind == UnitKind.SCHOOL:
            province_code = ProvinceCode(unit.province_code) if unit.province_code else None
            entries.append(SchoolEntry(SchoolCode(unit.school_code), province_code, event.sequence))
    await storage.keep_schools(connection, entries)


HANDLERS: Mapping[Apply, frozenset[str]] = MappingProxyType(
    {
        keep_schools: frozenset({organisation.CHANGED}),
        keep_graduates: frozenset({graduate.REGISTERED, graduate.CHANGED, graduate.WITHDRAWN}),
    }
)


async def apply_batch(database: Database, events: Sequence[IncomingEvent]) -> None:
    """Applies a batch in one transaction; events that come again, or late, change nothing."""
    async with database.transaction(SYSTEM) as unit:
        for apply, types in HANDLERS.items():
            await apply(unit.connection, [event for event in events if event.type in types])
        await unit.commit()
