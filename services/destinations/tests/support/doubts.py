"""What the tests of doubts begin with: a season in an open phase, or in one that a day sets, and open cases."""

from datetime import date, timedelta
from typing import Any

from desks import Desk

from common import clock
from common.auth import SYSTEM
from common.database import Database
from common.identifiers import Cohort, SchoolCode
from destinations.seasons import storage as seasons
from destinations.seasons.domain import ALWAYS, EvidenceRule, Level, Round, Settings

GRADUATION_DAY = date(2024, 6, 30)


async def set_season(
    database: Database,
    changes_until: int = 10,
    closes_on: int = 20,
    cohort: int = 2024,
    levels: tuple[Level, ...] = ALWAYS,
) -> None:
    """The season of a cohort of school 10001, whose last days are so many days from today."""
    today = clock.today()
    settings = Settings(
        levels=levels,
        evidence=EvidenceRule.NONE,
        changes_until=today + timedelta(changes_until),
        coverage_by=GRADUATION_DAY,
        report_by=GRADUATION_DAY,
        closes_on=today + timedelta(closes_on),
        graduation_day=GRADUATION_DAY,
        rounds=(Round(1, date(2024, 7, 1), date(2024, 7, 31)), Round(2, date(2024, 8, 15), date(2024, 8, 30))),
    )
    async with database.transaction(SYSTEM) as unit:
        before = await seasons.of(unit.connection, SchoolCode("10001"), Cohort(cohort))
        assert await seasons.save(unit.connection, before, settings, SYSTEM)
        await unit.commit()


async def cases_of(desk: Desk, **query: Any) -> list[dict[str, Any]]:
    """The cases that somebody sees."""
    answer = await desk.get("/v1/cases", **query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def decided(desk: Desk, case: dict[str, Any], act: str, body: Any = None) -> dict[str, Any]:
    """An act on a case at its newest version."""
    answer = await desk.post(f"/v1/cases/{case['id']}/{act}", body, **{"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
