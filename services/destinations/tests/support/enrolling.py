"""Graduates as registry knows them, and their way into the roster of this service."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from common.auth import SYSTEM
from common.contracts import graduate
from common.contracts.envelope import IncomingEvent
from common.contracts.graduate import GraduateData
from common.database import Database
from common.identifiers import GraduateId
from destinations.roster import storage as roster
from destinations.roster.domain import GRADUATE_FIELDS, Graduate, RosterEntry


def roster_entry(graduate_id: GraduateId | None = None, *, sequence: int = 1, **given: Any) -> RosterEntry:
    """The entry of a graduate of college C01 of school 10001 in class K1, but for what is given."""
    usual: dict[str, Any] = {
        "school_code": "10001",
        "cohort": 2024,
        "college_code": "C01",
        "major_code": "M01",
        "class_code": "K1",
        "education_level_code": "31",
        "status": "registered",
        "training_mode_code": "1",
    }
    usual["counted"] = given.get("status", "registered") in {"registered", "completed"}
    return RosterEntry(Graduate(graduate_id or GraduateId(uuid4()), **usual | given), sequence)


def erasure(graduate_id: GraduateId, *, sequence: int = 2, **given: Any) -> IncomingEvent:
    """The event by which registry says that the graduate of such an entry is erased."""
    entry = roster_entry(graduate_id, **given).graduate
    said = {name: getattr(entry, name) for name in GRADUATE_FIELDS} | {"erased": True}
    now = datetime.now(UTC)
    data = GraduateData(graduate_id=graduate_id, version=sequence, recorded_at=now, **said)
    return IncomingEvent(
        id=uuid4(),
        type=graduate.ERASED,
        topic=graduate.TOPIC,
        key=str(graduate_id),
        sequence=sequence,
        school_code=entry.school_code,
        decided_on=None,
        recorded_at=now,
        position=sequence,
        data=data,
        partition=0,
        offset=sequence,
    )


def answered(entry: RosterEntry) -> dict[str, Any]:
    """The entry as registry answers it over HTTP."""
    graduate_id = str(entry.graduate.id)
    said = {field.name: getattr(entry.graduate, field.name) for field in fields(Graduate)}
    return {**said, "id": graduate_id, "graduate_id": graduate_id, "sequence": entry.sequence}


@dataclass
class Enrolment:
    """Puts graduates into the roster, as registry's events would."""

    database: Database

    async def __call__(self, graduate_id: GraduateId | None = None, **given: Any) -> GraduateId:
        return await self.keep(roster_entry(graduate_id, **given))

    async def keep(self, entry: RosterEntry) -> GraduateId:
        async with self.database.transaction(SYSTEM) as unit:
            await roster.keep_graduates(unit.connection, [entry])
            await unit.commit()
        return entry.graduate.id
