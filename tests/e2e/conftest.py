"""One school that is filled in all services, for the tests of scopes."""

import pytest
from campus import Campus
from known_school import Known, known_school


@pytest.fixture(scope="module")
async def known(campus: Campus, new_school: str) -> Known:
    return await known_school(campus, new_school)
