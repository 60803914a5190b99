"""Of each answer the newest is stored, whatever the order of delivery, and nothing of one that is taken back."""

import itertools
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from common.contracts.envelope import IncomingEvent
from common.database import Database
from common.errors import Forked
from indicators.measures.domain import WrongValue

Applied = Callable[[Iterable[IncomingEvent]], Awaitable[None]]
Stored = Callable[[UUID], Awaitable[Any]]


@pytest.fixture
def answer(database: Database) -> Stored:
    """The row of an answer, its values as they are read."""

    async def found(response_id: UUID) -> Any:
        async with database.reading() as connection:
            query = text("SELECT * FROM measure_answers WHERE response_id = :id")
            row = (await connection.execute(query, {"id": response_id})).one_or_none()
        return row and (row.response_version, row.withdrawn, row.measured, row.by_level)

    return found


async def test_values_are_stored_by_measure(apply: Applied, answer: Stored, new_school: Any) -> None:
    school, response_id = new_school(), uuid4()
    values = {"salary": 6_500, "worked_12m": True, "situation": "employed", "ability_gaps": ["learning", "other"]}
    await apply([school.gives(response_id, 3, values)])
    assert await answer(response_id) == (3, False, values, {})


async def test_an_employer_has_levels_and_hires(
    apply: Applied, answer: Stored, new_school: Any, database: Database
) -> None:
    school, response_id, employer = new_school(), uuid4(), uuid4()
    await apply(
        [school.gives(response_id, 1, {"rehire": "yes"}, employer_id=employer, levels={"senior": {"ethics": 75}})]
    )
    assert await answer(response_id) == (1, False, {"rehire": "yes"}, {"senior": {"ethics": 75}})
    async with database.reading() as connection:
        query = text("SELECT employer_id, graduate_id, year, cycle, hires FROM measure_answers WHERE response_id = :id")
        assert tuple((await connection.execute(query, {"id": response_id})).one()) == (employer, None, 2025, None, 9)


async def test_no_order_and_no_repetition_brings_a_withdrawn_value_back(
    apply: Applied, answer: Stored, new_school: Any
) -> None:
    school, person = new_school(), uuid4()
    for order in itertools.permutations(range(3)):
        response_id = uuid4()
        events = [
            school.gives(response_id, 2, {"salary": 6_500}, graduate_id=person),
            school.gives(response_id, 3, {"salary": 7_000}, graduate_id=person),
            school.gives(response_id, 3, None, graduate_id=person),
        ]
        for place in (*order, *order):
            await apply([events[place]])
        assert await answer(response_id) == (3, True, None, None), order


async def test_a_batch_keeps_the_newest(apply: Applied, answer: Stored, new_school: Any) -> None:
    school, person, here, there = new_school(), uuid4(), uuid4(), uuid4()
    await apply(
        [
            school.gives(here, 5, {"salary": 5_000}, graduate_id=person),
            school.gives(here, 4, {"salary": 4_000}, graduate_id=person),
            school.gives(there, 1, {"salary": 1_000}, graduate_id=person),
            school.gives(there, 2, None, graduate_id=person),
        ]
    )
    assert await answer(here) == (5, False, {"salary": 5_000}, {})
    assert await answer(there) == (2, True, None, None)


async def test_an_answer_that_is_included_again_comes_back_under_a_new_version(
    apply: Applied, answer: Stored, new_school: Any
) -> None:
    school, response_id, person = new_school(), uuid4(), uuid4()
    for version, values in ((1, {"salary": 6_500}), (2, None), (3, {"salary": 6_500})):
        await apply([school.gives(response_id, version, values, graduate_id=person)])
    assert await answer(response_id) == (3, False, {"salary": 6_500}, {})


async def test_an_event_that_was_emptied_before_it_came_again_brings_nothing(
    apply: Applied, answer: Stored, new_school: Any
) -> None:
    school, response_id, person = new_school(), uuid4(), uuid4()
    await apply([school.gives(response_id, 1, {}, graduate_id=person)])
    assert await answer(response_id) == (1, False, {}, {})
    await apply([school.gives(response_id, 2, None, graduate_id=person)])
    assert await answer(response_id) == (2, True, None, None)


async def test_a_wrong_value_stores_nothing(apply: Applied, answer: Stored, new_school: Any) -> None:
    school, response_id, other = new_school(), uuid4(), uuid4()
    events = [school.gives(response_id, 1, {"salary": -1}), school.gives(other, 1, {"salary": 1_000})]
    with pytest.raises(WrongValue):
        await apply(events)
    assert (await answer(response_id), await answer(other)) == (None, None)


async def test_another_event_under_a_stored_sequence_is_refused(apply: Applied, new_school: Any) -> None:
    school, response_id, person = new_school(), uuid4(), uuid4()
    await apply([school.gives(response_id, 1, {"salary": 6_500}, graduate_id=person)])
    school.events.pop()
    with pytest.raises(Forked):
        await apply([school.gives(response_id, 2, {"salary": 7_000}, graduate_id=person)])
    wave = uuid4()
    await apply([school.closes(wave)])
    school.events.pop()
    with pytest.raises(Forked):
        await apply([school.closes(wave)])


async def test_a_wave_is_closed_once(apply: Applied, new_school: Any, database: Database) -> None:
    school, wave = new_school(), uuid4()
    await apply([school.closes(wave), school.closes(wave)])
    await apply(school.events)
    async with database.reading() as connection:
        query = text("SELECT cohort, cycle, year, audience, event_sequence FROM closed_waves WHERE wave_id = :id")
        found = await connection.execute(query, {"id": wave})
    assert [tuple(row) for row in found] == [(2024, 1, None, "graduates", 1)]


async def test_employers_have_versions_of_their_own(apply: Applied, new_school: Any, database: Database) -> None:
    school, employer, wave = new_school(), uuid4(), uuid4()
    for state in ("requested", "submitted", "withdrawn"):
        school.employer_answers(employer, wave, state, hires=9)
    await apply(school.events[::-1])
    await apply(school.events)
    async with database.reading() as connection:
        query = text(
            "SELECT sequence, state, hires, year FROM employer_response_versions WHERE employer_id = :id ORDER BY 1"
        )
        found = await connection.execute(query, {"id": employer})
    assert [tuple(row) for row in found] == [
        (1, "requested", 9, 2025),
        (2, "submitted", 9, 2025),
        (3, "withdrawn", 9, 2025),
    ]
    school.events.pop()
    with pytest.raises(Forked):
        await apply([school.employer_answers(employer, wave, "submitted")])


async def test_the_copy_of_a_persons_data_has_the_answer(apply: Applied, new_school: Any, client: Any) -> None:
    school = new_school()
    person = school.enters()
    school.gives(uuid4(), 1, {"salary": 6_500}, graduate_id=person)
    await apply(school.events)
    async with client("graduate", graduate=person) as own:
        [record] = (await own.get(f"/v1/graduates/{person}/data")).json()["records"]["measures"]
    assert (record["measured"], record["cycle"]) == ({"salary": 6_500}, 1)
