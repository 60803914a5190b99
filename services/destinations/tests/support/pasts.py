"""A school's cohort of 2024 whose past is told by instants."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
from acting import SEEKING, approved, rows
from books import Book
from describing import entered
from desks import Desk

from common.consuming import Handle
from common.contracts.envelope import IncomingEvent
from common.database import Database
from common.identifiers import GraduateId
from destinations.registrations.domain.content import Destination


@dataclass
class Past:
    """What happened to the cohort, and when."""

    database: Database
    owner: asyncpg.Connection
    book: Book
    apply: Handle
    keep: Handle
    desk: Desk

    async def season(self, since: datetime, cohort: int = 2024) -> None:
        """The first settings of the season, saved then."""
        path, headers = f"/v1/seasons/10001/{cohort}", self.desk.headers | {"If-Match": '"0"'}
        saved = await self.desk.http.put(path, json={}, headers=headers)
        assert saved.status_code == 200, saved.text
        await self.owner.execute("UPDATE season_versions SET recorded_at = $1 WHERE cohort = $2", since, cohort)

    async def told(self, event: IncomingEvent, *, arrives: bool = True) -> IncomingEvent:
        """Registry has said it; it arrives here at once, or later by `arrived`."""
        self.book.told.append(event)
        if arrives:
            await self.arrived(event)
        return event

    async def arrived(self, event: IncomingEvent) -> None:
        await self.apply([event])
        await self.keep([event])

    async def enter(self, at: datetime, **given: Any) -> GraduateId:
        """A graduate enters the roster."""
        person = GraduateId(uuid4())
        usual: dict[str, Any] = {"class_code": "K1", "counted": True}
        await self.told(entered(person, 1, recorded_at=at, **usual | given))
        return person

    async def approve(self, person: GraduateId, at: datetime, content: Destination = SEEKING) -> None:
        """The graduate registers, and is approved at all levels, all of it then."""
        await approved(self.database, content, graduate_id=person, sequence=0)
        await self.recorded(person, at)

    async def recorded(self, person: GraduateId, at: datetime) -> None:
        """Everything that was recorded about a graduate was recorded then."""
        await self.owner.execute("UPDATE registration_versions SET recorded_at = $1 WHERE graduate_id = $2", at, person)

    async def spread(self, person: GraduateId, first: datetime, apart: timedelta) -> None:
        """The versions that were recorded now about a graduate were so far apart, from the first one on."""
        said = "UPDATE registration_versions SET recorded_at = $1::timestamptz + version * $2::interval"
        await self.owner.execute(f"{said} WHERE graduate_id = $3 AND recorded_at > '2025-01-01'", first, apart, person)

    async def report(self, period: str) -> dict[str, Any]:
        """The report of a period, or of a free report's id, as the school reads it."""
        found = await self.desk.get("/v1/monitoring-reports", school="10001", period=period)
        assert found.status_code == 200, found.text
        (report,) = found.json()["items"]
        return dict(report)

    async def count(self, table: str) -> int:
        return int((await rows(self.database, f"SELECT count(*) FROM {table}"))[0][0])
