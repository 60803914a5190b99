"""A season whose second round of self-checks is today, entries of its ledger, and samples."""

from datetime import timedelta
from typing import Any

import httpx
from desks import Desk
from sqlalchemy import text

from common import clock
from common.auth import SYSTEM
from common.clock import TODAY_SQL
from common.database import Database

_SEASON = text(
    """
    INSERT INTO seasons (school_code, cohort, version, levels, evidence, changes_until, coverage_by, report_by,
                         closes_on, graduation_day, rounds)
    SELECT '10001', 2024, 1, '{college,school}', 'none', CAST(:today AS date), CAST(:today AS date),
           CAST(:report_by AS date), CAST(:today AS date) + 30, CAST(:today AS date) - 90, CAST(:rounds AS jsonb)
    """
)
ENTRY = {"round": 2, "method": "document", "result": "correct"}


async def in_second_round(database: Database, *, report_in: int = 0) -> None:
    """The cohort 2024 of school 10001, with its first round last month, and reports due in so many days."""
    today = clock.today()
    rounds = (
        f'[{{"round": 1, "from": "{today - timedelta(40)}", "to": "{today - timedelta(30)}"}},'
        f' {{"round": 2, "from": "{today - timedelta(1)}", "to": "{today}"}}]'
    )
    async with database.transaction(SYSTEM) as unit:
        values = {"today": today, "report_by": today + timedelta(report_in), "rounds": rounds}
        await unit.connection.execute(_SEASON, values)
        await unit.commit()


async def enter(desk: Desk, graduate_id: Any, **given: Any) -> httpx.Response:
    """Enters what was found about a graduate, by default that a document says the same."""
    return await desk.post("/v1/ledger-entries", {"graduate_id": str(graduate_id)} | ENTRY | given)


async def look_again(desk: Desk, entry: httpx.Response, **changes: Any) -> httpx.Response:
    """Looks again at the version of an entry that an answer shows."""
    headers = desk.headers | {"If-Match": entry.headers["etag"]}
    return await desk.http.patch(f"/v1/ledger-entries/{entry.json()['id']}", json=changes, headers=headers)


async def draw(desk: Desk, size: int = 1, **given: Any) -> httpx.Response:
    """Draws a sample of the cohort 2024."""
    return await desk.post("/v1/samples", {"school_code": "10001", "cohort": 2024, "size": size} | given)


async def in_province(database: Database, province: str = "410000") -> None:
    """Says in which province the school is."""
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.execute(
            text("INSERT INTO roster_schools (school_code, province_code, sequence) VALUES ('10001', :province, 1)"),
            {"province": province},
        )
        await unit.commit()


def closed_ago(ago: str) -> str:
    """The statement by which all days of seasons lie so far back."""
    days = ("changes_until", "coverage_by", "report_by", "closes_on", "graduation_day")
    return f"UPDATE seasons SET {', '.join(f'{each} = {TODAY_SQL} - interval {ago!r}' for each in days)}"
