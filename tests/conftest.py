"""Fixtures of the tests that no single member can own: one running stack per worker, and a school per test."""

from collections.abc import AsyncIterator
from itertools import count

import httpx
import pytest
from campus import Campus

from testing.stack import Stack, running_stack

_schools = count(90001)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the files on the shared stack last: started once, it runs to the end, a third of a core for each worker."""
    late = {item.path for item in items if _is_on_shared_stack(item)}
    items.sort(key=lambda item: item.path in late)


def _is_on_shared_stack(item: pytest.Item) -> bool:
    stacks = item._fixtureinfo.name2fixturedefs.get("stack") if isinstance(item, pytest.Function) else None
    return bool(stacks and stacks[-1].scope == "session")


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="session")
async def campus(stack: Stack) -> AsyncIterator[Campus]:
    async with httpx.AsyncClient(timeout=60) as client:
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
