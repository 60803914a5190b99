"""A cycle whose editions are taken by hand."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from cycles import Cycle

from common.database import Database
from indicators.tracking.operations import Editions


@pytest.fixture
async def cycle(new_school: Any, apply: Any, database: Database) -> AsyncIterator[Cycle]:
    """40 graduates: 26 of college C0, 14 of C1, all in employment."""
    school = new_school()
    school.described("410000")
    people = [school.enters(college_code="C0" if at < 26 else "C1", sex_code=str(1 + at % 2)) for at in range(40)]
    for person in people:
        school.goes(person, "10", date(2024, 6, 1))
    found = Cycle(school, people)
    await apply([*school.events, *found.asked()])
    yield found
    # what a test left due is nothing to the next one
    await Editions(database).take_due()
