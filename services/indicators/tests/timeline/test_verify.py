"""Verify finds planted corruption; rebuild mends it while the service runs."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from common.contracts.envelope import IncomingEvent
from common.database import Database
from indicators.timeline.rebuild import RENEWED_AT_A_TIME, rebuild, rebuild_school, renew_old_spans
from indicators.timeline.verify import verify_figures
from testing.databases import ServiceDatabase, committed

Applied = Callable[[Iterable[IncomingEvent]], Awaitable[None]]
NEW_COLUMNS = (
    "origin_place_code", "urban_rural", "ethnicity_code", "hardship_code", "training_mode_code",
    "teacher_training_code", "study_form", "roster_generation", "destination_generation",
)  # fmt: skip
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
        ("spans", "UPDATE roster_versions SET counted = false WHERE school_code = :school AND sex_code = '2'"),
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


LEFT = ("extended", "withdrawn", "deceased", "transferred")


async def test_events_that_say_who_counts_and_events_from_before_give_the_same_figures(
    database: Database, stored: ServiceDatabase, apply: Applied, new_school: Any
) -> None:
    """What the release before stored goes by the status too, when it is computed anew."""
    schools = saying, silent = new_school(), new_school()
    for school in schools:
        for number in range(24):
            moves: list[tuple[str, bool]] = [("registered", True), (LEFT[number % 4], False), ("completed", True)]
            someone = None
            for step, (status, counted) in enumerate(moves[: 1 + number % 3]):
                said = {"counted": counted} if school is saying else {}
                day = date(2024, 5, 1 + number + step)
                someone = school.enters(someone, day=day, status=status, college_code="C01", **said)
            school.goes(someone, "10", JUNE)
        await apply(school.events)
    forgotten = "UPDATE roster_versions SET counted = NULL WHERE school_code = :school"
    await corrupt(stored, forgotten, silent.code)
    figures = [await _spans_and_cells(database, school.code) for school in schools]
    assert figures[0] == figures[1]
    assert sum(figures[0][1].values()) > 0
    assert await verify_figures(database, silent.code) == []
    await rebuild(database, 12, silent.code)
    assert await _spans_and_cells(database, silent.code) == figures[0]


async def test_graduates_who_are_announced_once_more_move_no_figure(
    database: Database, apply: Applied, school: Any
) -> None:
    """With the day of before and a field that events lacked until then."""
    entered = [(school.enters(day=date(2024, 5, 1 + at), sex_code=str(1 + at % 2)), at) for at in range(6)]
    left, at = entered[0]
    school.enters(left, day=date(2024, 5, 20), sex_code=str(1 + at % 2), status="withdrawn", counted=False)
    for someone, _ in entered[1:]:
        school.goes(someone, "10", JUNE)
    await apply(school.events)
    before = await _spans_and_cells(database, school.code)
    said = len(school.events)
    school.enters(left, day=date(2024, 5, 20), sex_code="1", status="withdrawn", counted=False, urban_rural="rural")
    for someone, at in entered[1:]:
        school.enters(someone, day=date(2024, 5, 1 + at), sex_code=str(1 + at % 2), urban_rural="rural")
    await apply(school.events[said:])
    assert await _spans_and_cells(database, school.code) == before
    assert await verify_figures(database, school.code) == []
    stored = "SELECT urban_rural, count(*) FROM roster_versions WHERE school_code = :school GROUP BY 1 ORDER BY 1"
    async with database.reading() as connection:
        kept = [tuple(row) for row in await connection.execute(text(stored), {"school": school.code})]
    assert kept == [("rural", 6), (None, 7)]


async def test_spans_of_the_release_before_are_made_anew_and_move_no_figure(
    database: Database, stored: ServiceDatabase, apply: Applied, school: Any
) -> None:
    for number in range(RENEWED_AT_A_TIME + 20):
        someone = school.enters(sex_code=str(1 + number % 2), origin_place_code="410102", ethnicity_code="03")
        if number % 5 == 0:
            school.goes(someone, "10", JUNE)
    await apply(school.events)
    before = await _spans_and_cells(database, school.code)
    forgotten = ", ".join(f"{name} = NULL" for name in NEW_COLUMNS)
    await corrupt(stored, f"UPDATE spans SET {forgotten} WHERE school_code = :school", school.code)
    assert {each.check for each in await verify_figures(database, school.code)} == {"spans"}
    announced = await _moved_groups(database)
    async with asyncio.TaskGroup() as group:
        both = [group.create_task(renew_old_spans(database, 12)) for _ in range(2)]
    assert sum(each.result() for each in both) >= RENEWED_AT_A_TIME + 20
    assert await _spans_and_cells(database, school.code) == before
    assert await _moved_groups(database) == announced
    assert await renew_old_spans(database, 12) == 0
    assert await verify_figures(database, school.code) == []


async def _moved_groups(database: Database) -> int:
    async with database.reading() as connection:
        return int(await connection.scalar(text("SELECT count(*) FROM moved_groups")))


async def test_an_erasure_moves_no_figure_of_any_day(database: Database, apply: Applied, school: Any) -> None:
    lived(school)
    left = school.enters(day=date(2024, 5, 1))
    school.enters(left, day=date(2024, 5, 20), status="withdrawn", counted=False)
    await apply(school.events)
    before, said = await _spans_and_cells(database, school.code), len(school.events)
    for someone in {event.data.graduate_id for event in school.events}:
        school.is_erased(someone, date(2026, 9, 1))
    await apply(school.events[said:])
    assert await _spans_and_cells(database, school.code) == before
    assert await verify_figures(database, school.code) == []
    await rebuild(database, 12, school.code)
    assert await _spans_and_cells(database, school.code) == before


async def _spans_and_cells(database: Database, school: str) -> tuple[Counter[Any], Counter[Any]]:
    """Both without the school and without who it is about."""
    of_spans = "SELECT from_day, to_day, destination_code, college_code FROM spans WHERE school_code = :school"
    of_cells = "SELECT dimension, value, destination_code, graduates FROM cells WHERE school_code = :school"
    async with database.reading() as connection:
        spans = await connection.execute(text(of_spans), {"school": school})
        cells = await connection.execute(text(of_cells), {"school": school})
        return Counter(tuple(row) for row in spans), Counter({tuple(row[:3]): row[3] for row in cells if row[3]})


@pytest.mark.parametrize(
    ("said", "graduates"),
    [
        ({"status": "excluded", "counted": False}, 0),
        ({"status": "withdrawn", "counted": False, "education_level_code": "39"}, 0),
        ({"status": "a_word_of_tomorrow", "counted": True}, 1),
        ({"status": "a_word_of_tomorrow"}, 0),
    ],
)
async def test_a_status_of_a_later_release_is_counted_as_the_event_says(
    database: Database, apply: Applied, school: Any, said: dict[str, Any], graduates: int
) -> None:
    school.enters(**said)
    await apply(school.events)
    _, cells = await _spans_and_cells(database, school.code)
    assert cells["total", "", ""] == graduates
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
