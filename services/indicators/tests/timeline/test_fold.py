"""The set-based fold on a real PostgreSQL: the same set of versions, however it comes, gives the same figures."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from common.contracts.envelope import IncomingEvent
from common.database import Database
from indicators.schemes.groupings import STORED_DIMENSIONS
from indicators.timeline.cells import SPAN_ROW, span_from
from indicators.timeline.domain import (
    OPEN,
    Destination,
    DestinationVersion,
    Groups,
    RosterVersion,
    province_of,
    timeline,
)
from indicators.timeline.subscriptions import batch_of
from testing.databases import committed

Applied = Callable[[Iterable[IncomingEvent]], Awaitable[None]]
JUNE = date(2024, 6, 1)


async def stored_cells(database: Database, school: str) -> Counter[tuple[Any, ...]]:
    async with database.reading() as connection:
        rows = await connection.execute(
            text(
                "SELECT cohort, dimension, value, destination_code, flexible, graduates FROM cells "
                "WHERE school_code = :school AND graduates <> 0"
            ),
            {"school": school},
        )
        return Counter({tuple(row[:5]): row[5] for row in rows})


async def stored_spans(database: Database, school: str) -> dict[UUID, tuple[Any, ...]]:
    async with database.reading() as connection:
        rows = await connection.driver.fetch(
            f"SELECT {SPAN_ROW} AS span FROM spans WHERE school_code = $1 ORDER BY graduate_id, from_day", school
        )
        found: dict[UUID, tuple[Any, ...]] = {}
        for row in rows:
            key, span = span_from(row["span"])
            found[key.graduate_id] = (*found.get(key.graduate_id, ()), span)
        return found


def pure_spans(events: Iterable[IncomingEvent]) -> dict[UUID, tuple[Any, ...]]:
    batch = batch_of(list(events))
    found: dict[UUID, tuple[Any, ...]] = {}
    for graduate_id in batch.touched:
        roster = [
            RosterVersion(
                v.sequence, v.decided_on, v.school_code, v.cohort, v.counted,
                Groups(
                    college_code=v.college_code, major_code=v.major_code, class_code=v.class_code,
                    education_level_code=v.education_level_code, sex_code=v.sex_code,
                    origin_place_code=v.origin_place_code, urban_rural=v.urban_rural, ethnicity_code=v.ethnicity_code,
                    hardship_code=v.hardship_code, training_mode_code=v.training_mode_code,
                    teacher_training_code=v.teacher_training_code, study_form=v.study_form,
                    origin_province_code=province_of(v.origin_place_code),
                ), v.generation,
            )
            for v in batch.roster if v.graduate_id == graduate_id
        ]  # fmt: skip
        decisions = [
            DestinationVersion(
                v.sequence, v.decided_on, v.state,
                Destination(
                    destination_code=v.destination_code, flexible=v.flexible,
                    employer_nature_code=v.employer_nature_code, industry_code=v.industry_code,
                    place_code=v.place_code, position_code=v.position_code, study_level_code=v.study_level_code,
                    abroad_country_code=v.abroad_country_code,
                ), v.generation,
            )
            for v in batch.destinations if v.graduate_id == graduate_id
        ]  # fmt: skip
        if spans := timeline(roster, decisions):
            found[graduate_id] = spans
    return found


def cells_by_recount(recount: Any, events: list[IncomingEvent], cohorts: Iterable[int]) -> Counter[tuple[Any, ...]]:
    expected: Counter[tuple[Any, ...]] = Counter()
    far = date(2200, 1, 1)
    for cohort in cohorts:
        for (code, flexible), number in recount(events, cohort, far).items():
            expected[(cohort, "total", "", code or "", flexible)] += number
        for dimension, column in STORED_DIMENSIONS.items():
            for (value, code, flexible), number in recount(events, cohort, far, column).items():
                expected[(cohort, dimension, value or "", code or "", flexible)] += number
    return expected


async def test_one_change_moves_a_graduate_from_one_cell_to_another(
    database: Database, apply: Applied, school: Any
) -> None:
    someone = school.enters(college_code="C01", sex_code="1")
    school.goes(someone, "70", JUNE)
    await apply(school.events)
    await apply([school.goes(someone, "10", JUNE + timedelta(days=9), employer_nature_code="39")])
    cells = await stored_cells(database, school.code)
    assert cells[(2024, "total", "", "10", False)] == 1
    assert cells[(2024, "college", "C01", "10", False)] == 1
    assert (2024, "total", "", "70", False) not in cells


async def test_a_destination_may_arrive_before_its_graduate(database: Database, apply: Applied, school: Any) -> None:
    someone = school.enters()
    decision = school.goes(someone, "10", JUNE)
    await apply([decision])
    assert await stored_spans(database, school.code) == {}
    await apply(school.events)
    assert [span.to_day for span in (await stored_spans(database, school.code))[someone]] == [JUNE, OPEN]


histories = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.integers(0, 40),
        st.sampled_from(["10", "12", "801", "70", "void", "withdraw", "return", "college", "cohort"]),
    ),
    min_size=1,
    max_size=60,
)


def lived(school: Any, history: list[tuple[int, int, str]]) -> None:
    graduates = [school.enters(college_code="C01", sex_code="1", origin_place_code="410102") for _ in range(8)]
    for number, days, act in history:
        who, day = graduates[number], JUNE + timedelta(days=days)
        match act:
            case "withdraw":
                school.enters(who, day=day, status="withdrawn", college_code="C01")
            case "return":
                school.enters(who, day=day, status="completed", college_code="C01")
            case "college":
                wide = {"urban_rural": "rural", "ethnicity_code": "03", "hardship_code": "2", "study_form": "1"}
                school.enters(who, day=day, college_code="C02", origin_place_code="110101", **wide)
            case "cohort":
                school.enters(who, day=day, cohort=2025)
            case "void":
                school.goes(who, "10", day, state="voided")
            case _:
                school.goes(who, act, day, place_code="410102", study_level_code="11" if act == "801" else None)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories, random=st.randoms(use_true_random=False), size=st.sampled_from([1, 3, 17, 5000]))
async def test_the_same_set_in_any_order_with_repeats_in_batches_of_any_size_gives_the_same_figures(
    database: Database, apply: Applied, new_school: Any, recount: Any, history: Any, random: Any, size: int
) -> None:
    school = new_school()
    lived(school, history)
    arriving = school.events + random.sample(school.events, k=len(school.events) // 2)
    random.shuffle(arriving)
    for start in range(0, len(arriving), size):
        await apply(arriving[start : start + size])
    assert await stored_spans(database, school.code) == pure_spans(school.events)
    assert await stored_cells(database, school.code) == cells_by_recount(recount, school.events, (2024, 2025))


async def test_a_batch_of_five_thousand_in_one_go_and_again(
    database: Database, apply: Applied, school: Any, recount: Any
) -> None:
    for number in range(2500):
        someone = school.enters(college_code=f"C{number % 7}", sex_code=str(1 + number % 2))
        school.goes(someone, ("10", "12", "801", "70")[number % 4], JUNE + timedelta(days=number % 50))
    await apply(school.events)
    once = await stored_cells(database, school.code)
    await apply(reversed(school.events))
    assert await stored_cells(database, school.code) == once == cells_by_recount(recount, school.events, [2024])


async def test_two_workers_with_the_same_partitions_take_turns(
    database: Database, apply: Applied, new_school: Any, recount: Any
) -> None:
    schools = [new_school() for _ in range(6)]
    for school in schools:
        lived(school, [(n % 8, n % 40, ("10", "70", "void", "college")[n % 4]) for n in range(60)])
    everything = [event for school in schools for event in school.events]

    async def worker(events: list[IncomingEvent], size: int) -> None:
        for start in range(0, len(events), size):
            await apply(events[start : start + size])

    await asyncio.gather(worker(everything, 50), worker(everything[::-1], 33), worker(everything, 7))
    for school in schools:
        assert await stored_cells(database, school.code) == cells_by_recount(recount, school.events, [2024])
        assert await stored_spans(database, school.code) == pure_spans(school.events)


async def test_two_workers_with_different_versions_of_the_same_graduates_lose_none(
    database: Database, apply: Applied, new_school: Any, recount: Any
) -> None:
    school = new_school()
    people = [school.enters(college_code="C01") for _ in range(5)]
    await apply(school.events)
    for number in range(120):
        school.goes(people[number % 5], ("10", "70", "801")[number % 3], JUNE + timedelta(days=number % 30))
    decisions = school.events[5:]

    async def worker(events: list[IncomingEvent]) -> None:
        for start in range(0, len(events), 3):
            await apply(events[start : start + 3])

    await asyncio.gather(*(worker(decisions[first::4]) for first in range(4)))
    assert await stored_cells(database, school.code) == cells_by_recount(recount, school.events, [2024])
    assert await stored_spans(database, school.code) == pure_spans(school.events)


async def test_a_cell_below_zero_is_refused(database: Database, apply: Applied, school: Any) -> None:
    someone = school.enters()
    await apply(school.events)
    async with committed(database) as connection:
        await connection.execute(text("UPDATE cells SET graduates = 0 WHERE school_code = :s"), {"s": school.code})
    with pytest.raises(Exception, match="ck_cells_not_negative"):
        await apply([school.goes(someone, "10", JUNE)])
