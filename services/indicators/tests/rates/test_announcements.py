"""Groups that moved are announced once, together, under the school's sequence."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from typing import Any

from sqlalchemy import text

from common.contracts import rate
from common.contracts.envelope import IncomingEvent
from common.database import Database
from indicators.rates.announcements import announce_moved_groups
from indicators.timeline.rebuild import rebuild
from testing.databases import ServiceDatabase, committed

Applied = Callable[[Iterable[IncomingEvent]], Awaitable[None]]


async def announced(database: Database, school: str) -> list[Any]:
    async with database.reading() as connection:
        rows = await connection.execute(
            text("SELECT sequence, type, key, data FROM outbox WHERE school_code = :s ORDER BY id"), {"s": school}
        )
        return list(rows)


async def test_moved_groups_become_one_event_of_the_school(database: Database, apply: Applied, school: Any) -> None:
    await announce_moved_groups(database)
    someone = school.enters(college_code="C01", sex_code="2", education_level_code="33")
    await apply(school.events)
    await apply([school.goes(someone, "10", date(2024, 6, 1))])
    assert await announce_moved_groups(database) == 1
    assert await announce_moved_groups(database) == 0
    ((sequence, kind, key, data),) = await announced(database, school.code)
    assert (sequence, kind, key) == (1, rate.MOVED, school.code)
    groups = {(group["dimension"], group["value"]) for group in data["groups"]}
    assert groups == {
        ("total", None),
        ("college", "C01"),
        ("major", None),
        ("class", None),
        ("education_level", "bachelor"),
        ("education_level_code", "33"),
        ("sex", "2"),
        ("origin_province", None),
    }
    assert len(groups) == len(data["groups"])


async def test_what_moves_nothing_is_not_announced(database: Database, apply: Applied, school: Any) -> None:
    someone = school.enters()
    decision = school.goes(someone, "10", date(2024, 6, 1))
    await apply(school.events)
    await announce_moved_groups(database)
    await apply([decision, school.goes(someone, "10", date(2024, 6, 9))])
    assert await announce_moved_groups(database) == 0


async def test_a_rebuild_announces_what_it_corrects_and_nothing_else(
    database: Database, stored: ServiceDatabase, apply: Applied, school: Any
) -> None:
    for number in range(6):
        school.goes(school.enters(sex_code=str(1 + number % 2)), "10", date(2024, 6, 1))
    await apply(school.events)
    await announce_moved_groups(database)
    before = len(await announced(database, school.code))
    await rebuild(database, 12, school.code)
    assert await announce_moved_groups(database) == 0
    owner = Database.connect(stored.owner_url)
    async with committed(owner) as connection:
        wrong = "UPDATE cells SET graduates = 7 WHERE school_code = :s AND dimension = 'sex' AND value = '2'"
        await connection.execute(text(wrong), {"s": school.code})
    await owner.dispose()
    await rebuild(database, 12, school.code)
    assert await announce_moved_groups(database) == 1
    (event,) = (await announced(database, school.code))[before:]
    assert event.data["groups"] == [{"dimension": "sex", "value": "2"}]


async def test_sequences_of_a_school_go_on(database: Database, apply: Applied, school: Any) -> None:
    someone = school.enters()
    await apply(school.events)
    for day, code in enumerate(("10", "70", "801"), 1):
        await announce_moved_groups(database)
        await apply([school.goes(someone, code, date(2024, 6, day))])
    await announce_moved_groups(database)
    assert [row.sequence for row in await announced(database, school.code)] == [1, 2, 3, 4]
