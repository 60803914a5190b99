"""Registry's events → rows of the roster."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import GraduateData
from common.contracts.organisation import OrganisationData, UnitKind
from destinations.roster import storage


async def keep_graduates(connection: AsyncConnection, events: Iterable[IncomingEvent]) -> None:
    """Keeps the newest state of each graduate."""
    await storage.keep_graduates(connection, [_graduate(event) for event in events])


async def keep_units(connection: AsyncConnection, events: Iterable[IncomingEvent]) -> None:
    """Keeps the province of each school; the other units are of no use here."""
    rows = [_school(event) for event in events if _unit(event).unit_kind == UnitKind.SCHOOL]
    await storage.keep_schools(connection, rows)


def _graduate(event: IncomingEvent) -> dict[str, Any]:
    data = event.data
    assert isinstance(data, GraduateData)
    told = {name: getattr(data, name) for name in storage.GRADUATE_COLUMNS if name not in {"sequence", "status"}}
    return told | {"sequence": event.sequence, "status": str(data.status)}


def _school(event: IncomingEvent) -> dict[str, Any]:
    unit = _unit(event)
    return {"school_code": unit.school_code, "province_code": unit.province_code, "sequence": event.sequence}


def _unit(event: IncomingEvent) -> OrganisationData:
    assert isinstance(event.data, OrganisationData)
    return event.data
