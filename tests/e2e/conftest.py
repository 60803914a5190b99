"""One running stack for the tests of this folder, a school for each file, and one that is filled in all services."""

from collections.abc import AsyncIterator
from itertools import count

import httpx
import pytest
from campus import Campus
from direct import Direct
from known_school import Known, known_school

from common.settings import LOCAL_ISSUER
from testing.stack import Stack, running_stack

_schools = count(90001)


@pytest.fixture(scope="package")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    # no other issuer's tokens bear a clock that runs ahead
    async with running_stack(tmp_path_factory.mktemp("stack"), issuer=LOCAL_ISSUER) as running:
        yield running


@pytest.fixture(scope="package")
async def campus(stack: Stack) -> AsyncIterator[Campus]:
    async with httpx.AsyncClient(transport=Direct()) as client:
        yield Campus({name: stack.url(name) for name in stack.ports}, stack.mint, client)


@pytest.fixture(scope="module")
async def new_school(campus: Campus) -> str:
    """A school of Henan that nothing else uses."""
    code = str(next(_schools))
    await campus.create_school(code)
    return code


@pytest.fixture
async def another_school(campus: Campus) -> str:
    """One more school of Henan, for a single test."""
    code = str(next(_schools))
    await campus.create_school(code)
    return code


@pytest.fixture(scope="module")
async def known(campus: Campus, new_school: str) -> Known:
    return await known_school(campus, new_school)
