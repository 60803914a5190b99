"""The next generation is computed beside the present one, says what it would change, and schools are switched to it."""

import asyncio
import os
import random
import signal
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import text
from structlog.testing import capture_logs

from common.contracts.envelope import IncomingEvent
from common.database import Database
from common.identifiers import Cohort, SchoolCode
from indicators.maintenance import run_rebuild
from indicators.settings import Settings
from indicators.timeline.beside import compute_beside, cut_over, schools_beside
from indicators.timeline.compared import Change, Counted, changes
from indicators.timeline.verify import verify_figures
from testing.databases import ServiceDatabase, committed

Applied = Callable[[Iterable[IncomingEvent]], Awaitable[None]]
PARTITIONS, SCHOOL = 12, SchoolCode("90001")
MAY, JUNE, OPEN = date(2024, 5, 2), date(2024, 6, 3), date.max
ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 12

_FORGOTTEN = "DELETE FROM destination_versions WHERE school_code = :school AND destination_code = '11'"
_EARLIER = "UPDATE destination_versions SET decided_on = '2024-05-02' WHERE school_code = :school AND sequence = 1"


def graduates_of(school: Any) -> list[Any]:
    """Four: two employed, one at study, one of whom nothing is known."""
    people = [school.enters(college_code="C01", sex_code=sex) for sex in "1122"]
    for someone, code in zip(people, ("10", "11", "801"), strict=False):
        school.goes(someone, code, JUNE)
    return people


async def planted(stored: ServiceDatabase, school: str, statement: str) -> None:
    """What the versions say from now on, as if other rules read them."""
    database = Database.connect(stored.owner_url)
    async with committed(database) as connection:
        assert await connection.affected(text(statement), {"school": school})
    await database.dispose()


async def stands(database: Database, school: str) -> list[Any]:
    """Spans and cells of a school, but for who and when."""
    spans = (
        "SELECT graduate_id, from_day, to_day, destination_code FROM spans WHERE school_code = :school ORDER BY 1, 2"
    )
    cells = """
        SELECT dimension, value, destination_code, graduates FROM cells
        WHERE school_code = :school AND graduates <> 0 ORDER BY 1, 2, 3
    """
    async with database.reading() as connection:
        return [
            tuple(row)
            for statement in (spans, cells)
            for row in await connection.execute(text(statement), {"school": school})
        ]


async def run(database: Database, school: str | None, *words: str) -> tuple[int, Sequence[MutableMapping[str, Any]]]:
    """The exit code of `rebuild` with these options, and its log lines."""
    parsed = Namespace(school=school, beside="beside" in words, cut_over="cut_over" in words)
    with capture_logs() as lines:
        code = await run_rebuild(Settings(database_url="", partitions=PARTITIONS), database, parsed)
    return code, lines


def test_a_group_says_the_measures_that_differ_and_codes_where_none_does() -> None:
    counted = partial(Counted, Cohort(2024), OPEN, "college", "C01")
    change = partial(Change, SCHOOL, Cohort(2024), OPEN, "college", "C01")
    moved = [counted("10", False, 3, 2), counted("70", False, 1, 2)]
    said = [(each.measure, each.before, each.after) for each in changes(SCHOOL, moved)]
    assert ("placement_rate", "3/4 = 75.00", "2/4 = 50.00") in said
    assert not [name for name, _, _ in said if name.startswith("destination")]
    inside = [counted("10", False, 3, 2), counted("11", False, 1, 2)]
    assert changes(SCHOOL, inside) == [
        change("destination 10", "3", "2"),
        change("destination 11", "1", "2"),
    ]


async def test_what_agrees_changes_nothing(database: Database, apply: Applied, school: Any) -> None:
    graduates_of(school)
    await apply(school.events)
    before = await stands(database, school.code)
    code, lines = await run(database, school.code, "beside")
    assert (code, [line for line in lines if line["log_level"] == "warning"]) == (0, [])
    assert await schools_beside(database) == [school.code]
    assert (await run(database, school.code, "cut_over"))[0] == 0
    assert await stands(database, school.code) == before
    assert await schools_beside(database) == []


async def test_figures_that_would_change_are_named_and_stay_until_the_school_is_switched(
    database: Database, stored: ServiceDatabase, apply: Applied, school: Any
) -> None:
    graduates_of(school)
    await apply(school.events)
    before = await stands(database, school.code)
    await planted(stored, school.code, _FORGOTTEN)
    code, lines = await run(database, school.code, "beside")
    assert code == 3
    total = [
        (line["as_of"], line["before"], line["after"])
        for line in lines
        if line["event"] == "Figure would change"
        and (line["dimension"], line["measure"]) == ("total", "placement_rate")
    ]
    # two employed and one at study of four; without the version one employed and one at study
    days = ("2024-08-31", "2024-12-31", "today")
    assert total == [(day, "3/4 = 75.00", "2/4 = 50.00") for day in days]
    (spans,) = [line for line in lines if line["event"] == "Spans would change"]
    assert (spans["cohort"], spans["graduates"], spans["to_day"]) == (2024, 1, "open")
    assert await stands(database, school.code) == before
    assert (await run(database, school.code, "cut_over"))[0] == 0
    assert await stands(database, school.code) != before
    assert await verify_figures(database, school.code) == []
    assert (await run(database, school.code, "beside"))[0] == 0
    await run(database, school.code, "cut_over")


async def test_a_past_day_alone_is_a_change(
    database: Database, stored: ServiceDatabase, apply: Applied, school: Any
) -> None:
    graduates_of(school)
    await apply(school.events)
    await planted(stored, school.code, _EARLIER)
    found = await compute_beside(database, school.code)
    assert found.figures == []
    assert [(each.graduates, each.from_day) for each in found.spans] == [(3, date(2023, 9, 1))]
    code, _ = await run(database, school.code, "beside", "cut_over")
    assert code == 0
    assert await verify_figures(database, school.code) == []


async def test_what_arrives_meanwhile_is_in_both_generations(
    database: Database, stored: ServiceDatabase, apply: Applied, school: Any
) -> None:
    people = graduates_of(school)
    await apply(school.events)
    await planted(stored, school.code, _FORGOTTEN)
    await compute_beside(database, school.code)
    said = len(school.events)
    school.goes(people[3], "10", JUNE)
    newcomer = school.enters(college_code="C02")
    school.goes(newcomer, "801", JUNE)
    await apply(school.events[said:])
    await planted(stored, school.code, _FORGOTTEN.replace("'11'", "'801'"))
    # who goes, who comes, and the one at study of whom a version is gone
    assert await cut_over(database, PARTITIONS, school.code) == 3
    assert await verify_figures(database, school.code) == []
    assert ("total", "", "10", 2) in await stands(database, school.code)
    assert await cut_over(database, PARTITIONS, school.code) is None


async def test_only_groups_whose_cells_change_are_announced(
    database: Database, stored: ServiceDatabase, apply: Applied, school: Any
) -> None:
    graduates_of(school)
    await apply(school.events)
    await planted(stored, school.code, _FORGOTTEN)
    await compute_beside(database, school.code)
    async with database.reading() as connection:
        last = await connection.scalar(text("SELECT coalesce(max(id), 0) FROM moved_groups"))
    await cut_over(database, PARTITIONS, school.code)
    moved = text("SELECT dimension, value FROM moved_groups WHERE id > :last AND school_code = :school ORDER BY 1, 2")
    async with database.reading() as connection:
        groups = [tuple(row) for row in await connection.execute(moved, {"last": last, "school": school.code})]
        trail = await connection.scalars(
            text("SELECT action FROM audit_entries WHERE object_id = :school"), {"school": school.code}
        )
    assert groups == [
        ("class", ""), ("college", "C01"), ("education_level_code", ""), ("major", ""), ("origin_province", ""),
        ("sex", "1"), ("total", ""),
    ]  # fmt: skip
    assert list(trail) == ["figures_rebuilt"]


async def test_nothing_beside_is_told_from_done(database: Database, school: Any) -> None:
    assert (await run(database, school.code, "cut_over"))[0] == 2


async def test_two_at_once_beside_the_fold_lose_nothing(database: Database, apply: Applied, school: Any) -> None:
    for number in range(40):
        someone = school.enters(college_code=f"C{number % 3}")
        if number % 4:
            school.goes(someone, "10", JUNE)
    events, patient = school.events, database.patient

    async def folding() -> None:
        for start in range(0, len(events), 5):
            await apply(events[start : start + 5])

    async def switching() -> None:
        for _ in range(ROUNDS // 2):
            await compute_beside(patient, school.code)
            await cut_over(patient, PARTITIONS, school.code)

    await asyncio.gather(folding(), switching(), switching())
    assert await verify_figures(database, school.code) == []
    assert ("total", "", "10", 30) in await stands(database, school.code)


async def test_a_switch_that_is_cut_off_leaves_the_school_whole(
    database: Database, stored: ServiceDatabase, apply: Applied, school: Any
) -> None:
    graduates_of(school)
    await apply(school.events)
    before = await stands(database, school.code)
    await planted(stored, school.code, _FORGOTTEN)
    await compute_beside(database, school.code)
    cut = 0
    for number in range(ROUNDS):
        task = asyncio.create_task(cut_over(database, PARTITIONS, school.code))
        await asyncio.sleep(0.04 * number / ROUNDS * random.random())
        task.cancel()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
        if await schools_beside(database) == []:
            break
        assert isinstance(ended, asyncio.CancelledError)
        cut += 1
        assert await stands(database, school.code) == before
    await cut_over(database, PARTITIONS, school.code)
    assert cut
    assert await verify_figures(database, school.code) == []


KILLED = """
import asyncio, os, signal
from common.database import Database
from indicators import maintenance
from indicators.settings import Settings
from indicators.timeline import beside
from argparse import Namespace

second = os.environ["SECOND"]
announce = beside.change_figures

async def struck(connection, *, moves):
    await announce(connection, moves=moves)
    if moves[0][0].school_code == second:
        os.kill(os.getpid(), signal.SIGKILL)

beside.change_figures = struck

async def work():
    settings = Settings()
    database = Database.connect(settings)
    await maintenance.run_rebuild(settings, database, Namespace(school=None, beside=False, cut_over=True))

asyncio.run(work())
"""


async def test_a_kill_between_schools_leaves_each_in_one_generation(
    database: Database, stored: ServiceDatabase, apply: Applied, new_school: Any
) -> None:
    schools = [new_school() for _ in range(3)]
    for each in schools:
        graduates_of(each)
        await apply(each.events)
    before = {each.code: await stands(database, each.code) for each in schools}
    for each in schools:
        await planted(stored, each.code, _FORGOTTEN)
        await compute_beside(database, each.code)
    first, second, third = (each.code for each in schools)
    surroundings = {"QUXIANG_DATABASE_URL": stored.app_url, "QUXIANG_PARTITIONS": f"{PARTITIONS}", "SECOND": second}
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, env={**os.environ, **surroundings})
    assert await worker.wait() == -signal.SIGKILL
    # the first is of the next generation, the others are as they were
    assert await verify_figures(database, first) == []
    assert {code: await stands(database, code) for code in (second, third)} == {
        code: before[code] for code in (second, third)
    }
    said = len(schools[1].events)
    schools[1].goes(schools[1].enters(), "10", MAY)
    await apply(schools[1].events[said:])
    assert await schools_beside(database) == [second, third]
    assert (await run(database, None, "cut_over"))[0] == 0
    assert [await verify_figures(database, each.code) for each in schools] == [[], [], []]
