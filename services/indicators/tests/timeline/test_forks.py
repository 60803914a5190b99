"""Another event under a stored key and sequence is refused, wherever it would be dropped without a word."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from common.auth import SYSTEM
from common.consuming.forks import Fork
from common.contracts.envelope import IncomingEvent
from common.contracts.organisation import UnitKind
from common.database import Database
from common.errors import Forked
from indicators.areas import FACTS, FIGURES, RESPONSES
from indicators.settings import Settings
from indicators.timeline.verify import verify_figures
from testing.databases import ServiceDatabase, committed

Applied = Callable[[Iterable[IncomingEvent]], Awaitable[None]]
JUNE = date(2024, 6, 1)


@pytest.fixture
def told(new_school: Any) -> Any:
    """A school with one event of each kind: unit, roster, destination, response, fact."""
    school = new_school()
    school.described()
    someone = school.enters()
    school.goes(someone, "10", JUNE)
    school.answers(someone, uuid4(), "requested")
    school.is_said(someone, uuid4(), JUNE)
    return school


@pytest.mark.parametrize("index", range(5), ids=["unit", "roster", "destination", "response", "fact"])
async def test_another_event_under_a_stored_sequence_is_refused(apply: Applied, told: Any, index: int) -> None:
    await apply(told.events)
    await apply(told.events)
    fork = replace(told.events[index], id=uuid4())
    with pytest.raises(Forked):
        await apply([fork])
    # also where what comes after it in the batch would hide it
    later = replace(fork, id=uuid4(), sequence=2)
    with pytest.raises(Forked):
        await apply([fork, later])
    await apply([*told.events, later])


async def test_the_units_of_a_school_share_its_sequences(apply: Applied, told: Any) -> None:
    school = told.events[0]
    college = replace(
        school, id=uuid4(), data=school.data.model_copy(update={"unit_kind": UnitKind.COLLEGE, "code": "C01"})
    )
    await apply([school])
    with pytest.raises(Forked):
        await apply([college])
    await apply([school, replace(college, sequence=2)])


@pytest.mark.parametrize("index", range(5), ids=["unit", "roster", "destination", "response", "fact"])
async def test_two_events_of_one_sequence_in_a_batch_are_refused(apply: Applied, told: Any, index: int) -> None:
    with pytest.raises(Forked):
        await apply([*told.events, replace(told.events[index], id=uuid4())])


async def test_a_unit_that_an_image_before_has_written_is_no_fork(
    apply: Applied, told: Any, database: Database
) -> None:
    unit = told.events[0]
    await apply([unit])
    async with committed(database) as connection:
        # its statement knows no event
        await connection.execute(text("UPDATE units SET sequence = 2 WHERE school_code = :s"), {"s": told.code})
    await apply([replace(unit, id=uuid4(), sequence=2)])


STATED: Sequence[tuple[str, str, str]] = (
    ("units", "name", "Another"),
    ("roster_versions", "college_code", "C9"),
    ("destination_versions", "destination_code", "801"),
    ("response_versions", "state", "submitted"),
    ("fact_versions", "place_code", "410105"),
)


@pytest.mark.parametrize("index", range(5), ids=["unit", "roster", "destination", "response", "fact"])
async def test_what_the_owner_does_not_have_gives_way_to_what_it_has(
    apply: Applied, told: Any, database: Database, stored: ServiceDatabase, index: int
) -> None:
    lost, (table, column, word) = told.events[index], STATED[index]
    had = replace(lost, id=uuid4(), data=lost.data.model_copy(update={column: word}))
    await apply(told.events)
    # what the owner has does not give way to itself
    await drop(database, stored, lost)
    with pytest.raises(Forked):
        await apply([had])
    await drop(database, stored, had)
    assert await verify_figures(database, told.code) == []
    await apply([had])
    for again in (lost, replace(had, id=uuid4())):
        with pytest.raises(Forked):
            await apply([again])
    assert await verify_figures(database, told.code) == []
    async with database.reading() as connection:
        stated = text(f"SELECT {column} FROM {table} WHERE school_code = :s")
        assert await connection.scalars(stated, {"s": told.code}) == [word]


async def drop(database: Database, stored: ServiceDatabase, owned: IncomingEvent) -> None:
    """Lets whatever is stored under the sequence of an event that the owner has give way to it."""
    dropping = {**FIGURES.drop, **RESPONSES.drop, **FACTS.drop}[owned.topic]
    fork = Fork(owned.topic, owned.school_code, owned.key, owned.sequence, owned.id)
    async with database.transaction(SYSTEM) as unit:
        await dropping(unit, Settings(database_url=stored.app_url), fork)
        await unit.commit()
