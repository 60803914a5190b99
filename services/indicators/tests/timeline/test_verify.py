"""Verify finds planted corruption; rebuild mends it while the service runs."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from common.contracts.envelope import IncomingEvent
from common.database import Database
from indicators.timeline.rebuild import rebuild, rebuild_school
from indicators.timeline.verify import verify_figures
from testing.databases import ServiceDatabase, committed

Applied = Callable[[Iterable[IncomingEvent]], Awaitable[None]]
JUNE = date(2024, 6, 1)


def lived(school: Any) -> None:
    for number in range(40):
        someone = school.enters(college_code=f"C{number % 3}", sex_code=str(1 + number % 2))
        if number % 4:
            school.goes(someone, "10", date(2024, 6, 1 + number % 20), employer_nature_code="39")
        if number % 8 == 1:
            school.goes(someone, "801", date(2024, 7, 1 + number % 20))


async def corrupt(stored: ServiceDatabase, statement: str, school: str) -> None:
    database = Database.connect(stored.owner_url)
    async with committed(database) as connection:
        assert await connection.affected(text(statement), {"school": school})
    await database.dispose()


@pytest.mark.parametrize(
    ("check", "statement"),
    [
        (
            "cells",
            "UPDATE cells SET graduates = graduates + 1 WHERE school_code = :school AND dimension = 'sex'",
        ),
        ("cells", "DELETE FROM cells WHERE school_code = :school AND dimension = 'total' AND destination_code = '801'"),
        ("spans", "UPDATE spans SET destination_code = '11' WHERE school_code = :school AND destination_code = '801'"),
        ("spans", "DELETE FROM spans WHERE school_code = :school AND to_day < 'infinity'"),
        ("spans", "UPDATE spans SET from_day = from_day + 1 WHERE school_code = :school AND destination_code = '801'"),
        ("spans", "DELETE FROM destination_versions WHERE school_code = :school AND destination_code = '801'"),
        ("spans", "UPDATE roster_versions SET status = 'withdrawn' WHERE school_code = :school AND sex_code = '2'"),
    ],
)
async def test_planted_corruption_is_found_and_mended(
    database: Database, stored: ServiceDatabase, apply: Applied, school: Any, check: str, statement: str
) -> None:
    lived(school)
    await apply(school.events)
    assert await verify_figures(database, school.code) == []
    await corrupt(stored, statement, school.code)
    assert check in {difference.check for difference in await verify_figures(database, school.code)}
    await rebuild(database, 12, school.code)
    assert await verify_figures(database, school.code) == []


async def test_rebuilding_beside_the_fold_loses_nothing(database: Database, apply: Applied, school: Any) -> None:
    lived(school)
    events = school.events

    async def folding() -> None:
        for start in range(0, len(events), 5):
            await apply(events[start : start + 5])

    async def rebuilding() -> None:
        for _ in range(5):
            await rebuild_school(database, 12, school.code)

    await asyncio.gather(folding(), rebuilding(), rebuilding())
    assert await verify_figures(database, school.code) == []
    async with database.reading() as connection:
        total = await connection.scalar(
            text("SELECT sum(graduates) FROM cells WHERE school_code = :s AND dimension = 'total'"), {"s": school.code}
        )
    assert total == 40


async def test_a_rebuild_is_recorded(database: Database, apply: Applied, school: Any) -> None:
    school.enters()
    await apply(school.events)
    await rebuild(database, 12, school.code)
    async with database.reading() as connection:
        actions = await connection.scalars(
            text("SELECT action FROM audit_entries WHERE object_id = :s"), {"s": school.code}
        )
        assert list(actions) == ["figures_rebuilt"]
