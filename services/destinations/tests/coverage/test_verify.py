from typing import Any
from uuid import uuid4

import pytest
from acting import COLLEGE, UNIT, act, approved, graduate_role, register
from describing import entered
from sqlalchemy import text

from common.database import Database
from common.identifiers import GraduateId
from destinations.registrations.domain.lifecycle import Action
from destinations.settings import Settings
from destinations.verification import verify_coverage, verify_roster, verify_rows
from testing.databases import committed

CHECKS = (verify_rows, verify_roster, verify_coverage)


async def found(database: Database, settings: Settings) -> dict[str, tuple[int, int]]:
    verified = [await check(database, settings) for check in CHECKS]
    return {each.check: (each.compared, each.differences) for each in verified}


@pytest.fixture
async def people(database: Database, enter: Any) -> list[GraduateId]:
    """Three graduates, one approved, one submitted and returned, one unregistered; one was of another college."""
    people = [GraduateId(uuid4()) for _ in range(3)]
    await enter(*(entered(each, 1, college_code="C09") for each in people[:1]))
    await enter(*(entered(each, 2) for each in people))
    drafted = await register(database, graduate_role(people[1]), people[1], UNIT)
    await act(database, await act(database, drafted, Action.SUBMIT), Action.RETURN, COLLEGE)
    await approved(database, graduate_id=people[0])
    return people


async def test_what_fits_together_is_clean(database: Database, settings: Settings, people: list[GraduateId]) -> None:
    assert await found(database, settings) == {"current_rows": (2, 0), "roster": (3, 0), "coverage": (1, 0)}


@pytest.mark.parametrize(
    ("broken", "by"),
    [
        ("UPDATE registrations SET cohort = 2020", {"current_rows": 2}),
        ("UPDATE registrations SET written_by = 'x', reviewed_by_school = NULL", {"current_rows": 2}),
        ("UPDATE registrations SET late_reason = 'dispute' WHERE stage = 'returned'", {"current_rows": 1}),
        ("UPDATE registrations SET evidence_complete = NULL", {"current_rows": 2, "coverage": 1}),
        (
            "UPDATE registrations SET confirmation = 'confirmed' WHERE confirmation IS NOT NULL",
            {"current_rows": 1, "coverage": 1},
        ),
        ("UPDATE roster_graduates SET college_code = 'C09'", {"roster": 3, "coverage": 1}),
        ("UPDATE roster_graduates SET sequence = 3, event_sequence = 3, counted_sequence = 3", {"roster": 3}),
        ("UPDATE roster_graduates SET counted = false", {"roster": 3, "coverage": 1}),
    ],
)
async def test_what_differs_is_found(
    database: Database, settings: Settings, people: list[GraduateId], broken: str, by: dict[str, int]
) -> None:
    async with committed(database) as connection:
        await connection.execute(text(broken))
    differing = {check: differences for check, (_, differences) in (await found(database, settings)).items()}
    assert differing == {"current_rows": 0, "roster": 0, "coverage": 0} | by


async def test_an_entry_from_an_answer_needs_no_version_yet(database: Database, settings: Settings, enrol: Any) -> None:
    await enrol()
    assert (await verify_roster(database, settings)).differences == 0
