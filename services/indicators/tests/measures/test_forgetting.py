"""After an answer is taken back none of its values is in any table, nor if the topic is read again."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from common.contracts.envelope import IncomingEvent
from common.database import Database
from common.service_process import Runtime
from indicators.app import COMPOSITION
from indicators.areas import FACTS, FIGURES, MEASURES, RESPONSES
from indicators.settings import Settings
from indicators.tracking.operations import Editions
from testing.databases import service_database

WAGE, GROWN = 317_300, 318_900
"""Of the only one who earns so much."""


async def tables_with(database: Database, *values: int) -> set[str]:
    """The tables in which one of the numbers stands anywhere."""
    found = set()
    async with database.reading() as connection:
        names = await connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for name in names:
            query = f"SELECT count(*) FROM {name} AS stored WHERE stored::text ~ '({'|'.join(map(str, values))})'"
            if await connection.scalar(text(query)):
                found.add(name)
    return found


async def test_nothing_is_left_of_an_answer_that_is_taken_back(
    apply: Callable[[Iterable[IncomingEvent]], Awaitable[None]], new_school: Any, database: Database
) -> None:
    school = new_school()
    school.described("410000")
    people = [school.enters(college_code="C1") for _ in range(12)]
    own = uuid4()
    for person in people[1:]:
        school.gives(uuid4(), 1, {"situation": "employed", "salary": 5_000}, graduate_id=person)
    for version, wage in ((1, WAGE), (2, GROWN)):
        school.gives(own, version, {"situation": "employed", "salary": wage}, graduate_id=people[0])
    school.closes(uuid4())
    await apply(school.events)
    assert await tables_with(database, WAGE, GROWN) == {"measure_answers"}
    assert await Editions(database).take_due() == 1
    # an edition is of the answers, and has no value of one
    assert await tables_with(database, WAGE, GROWN) == {"measure_answers"}

    taken_back = [school.gives(own, 2, None, graduate_id=people[0]), school.closes(uuid4())]
    await apply(taken_back)
    assert await Editions(database).take_due() == 1
    assert await tables_with(database, WAGE, GROWN) == set()
    # what was sent before comes again, as it is at the broker for seven days
    await apply(school.events)
    assert await tables_with(database, WAGE, GROWN) == set()


IN_ORDER: dict[str, Callable[[list[IncomingEvent]], list[list[IncomingEvent]]]] = {
    "at once": lambda events: [events],
    "one by one": lambda events: [[each] for each in events],
    "the last first": lambda events: [[each] for each in reversed(events)],
}


@pytest.mark.parametrize("order", IN_ORDER)
async def test_the_topic_read_into_an_empty_database_leaves_nothing_either(order: str, new_school: Any) -> None:
    school = new_school()
    school.described("410000")
    person, employer, own, said = school.enters(), uuid4(), uuid4(), uuid4()
    school.gives(own, 1, {"situation": "employed", "salary": WAGE}, graduate_id=person)
    school.gives(said, 1, {"rehire": "yes"}, employer_id=employer, levels={"senior": {"ethics": 73}})
    school.gives(own, 2, {"situation": "employed", "salary": GROWN}, graduate_id=person)
    school.gives(own, 2, None, graduate_id=person)
    school.gives(said, 1, None, employer_id=employer)
    async with service_database("indicators") as found:
        database = Database.connect(found.app_url)
        runtime = Runtime(Settings(database_url=found.app_url), database)
        try:
            for batch in IN_ORDER[order](school.events):
                for subscription in (FIGURES, RESPONSES, FACTS, MEASURES):
                    await COMPOSITION.handle(subscription, runtime)(batch)
            assert await tables_with(database, WAGE, GROWN) == set()
            async with database.reading() as connection:
                kept = await connection.execute(
                    text("SELECT measured, by_level, measured_since, by_level_since FROM measure_answers")
                )
            assert [tuple(row) for row in kept] == [(None,) * 4] * 2
        finally:
            await database.dispose()
