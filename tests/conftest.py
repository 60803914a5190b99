"""Fixtures of the tests that no single member can own: one running stack, and a school per test."""

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import httpx
import pytest
from campus import Campus
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from testing.stack import Stack, running_stack

END_TO_END = "tests/e2e"
"""The folder of the tests on the shared stack, below the root of the repository."""

_schools = count(90001)


class Units(LoadFileScheduling):  # type: ignore[misc]
    """A file is of one worker; all files on the shared stack are of the same one, which alone starts it."""

    def _split_scope(self, nodeid: str) -> str:
        return END_TO_END if nodeid.startswith(f"{END_TO_END}/") else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    return Units(config, log) if config.option.dist == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts end-to-end tests with a stack of their own before those on the shared one, which runs from then on."""
    folder = Path(__file__).with_name("e2e")
    places = [place for place, item in enumerate(items) if folder in item.path.parents]
    ordered = sorted((items[place] for place in places), key=_is_on_shared_stack)
    for place, item in zip(places, ordered, strict=True):
        items[place] = item


def _is_on_shared_stack(item: pytest.Item) -> bool:
    stacks = item._fixtureinfo.name2fixturedefs.get("stack") if isinstance(item, pytest.Function) else None
    return bool(stacks and stacks[-1].scope == "session")


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="session")
async def campus(stack: Stack) -> AsyncIterator[Campus]:
    # with each request and answer the pool looks at all its connections
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=12)) as client:
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
