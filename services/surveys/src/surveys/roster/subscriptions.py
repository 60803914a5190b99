"""Registry's events become the roster: one transaction for a batch."""

from collections.abc import Iterable, Sequence

from common.auth import SYSTEM
from common.consuming import Handle
from common.contracts import IncomingEvent
from common.contracts.graduate import GraduateData
from common.contracts.organisation import OrganisationData, UnitKind
from common.database import Database
from surveys.roster import storage
from surveys.roster.storage import Row


def keeping_the_roster(database: Database) -> Handle:
    """The handler of both topics of registry."""

    async def keep(events: Sequence[IncomingEvent]) -> None:
        async with database.transaction(SYSTEM) as unit:
            await storage.keep_graduates(unit.connection, graduate_rows(events))
            await storage.keep_schools(unit.connection, school_rows(events))
            await unit.commit()

    return keep


def graduate_rows(events: Iterable[IncomingEvent]) -> list[Row]:
    """The newest state of every graduate in the batch."""
    rows: dict[str, Row] = {}
    for event in events:
        if isinstance(event.data, GraduateData) and event.sequence > rows.get(event.key, {"sequence": 0})["sequence"]:
            rows[event.key] = _graduate_row(event, event.data)
    return [rows[key] for key in sorted(rows)]


def school_rows(events: Iterable[IncomingEvent]) -> list[Row]:
    """Every school in the batch: its own newest event for the names, any unit's for how far it is known."""
    rows: dict[str, Row] = {}
    for event in sorted(events, key=lambda each: each.sequence):
        if isinstance(event.data, OrganisationData):
            row = rows.setdefault(event.key, _school_row(event.key))
            row["sequence"] = event.sequence
            if event.data.unit_kind == UnitKind.SCHOOL:
                row |= {"name": event.data.name, "name_en": event.data.name_en, "name_sequence": event.sequence}
    return [rows[key] for key in sorted(rows)]


def _graduate_row(event: IncomingEvent, data: GraduateData) -> Row:
    return {
        "graduate_id": data.graduate_id,
        "school_code": data.school_code,
        "cohort": data.cohort,
        "status": str(data.status),
        "sequence": event.sequence,
    }


def _school_row(school_code: str) -> Row:
    return {"school_code": school_code, "name": None, "name_en": None, "name_sequence": 0, "sequence": 0}
