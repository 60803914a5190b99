"""The pytest plugin of the workspace: one keeper per test run, and the fixtures that lead to its servers."""

import contextlib
import os
from collections.abc import Generator

import pytest

from common.codes import CodeLists
from common.importing import undisturbed
from servers.child import inherited
from testing import shared_servers
from testing.servers_asked_for import UNIT, mark

_KEEPER = pytest.StashKey[contextlib.ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Opens the keeper in the process that controls the run, not in the workers of pytest-xdist."""
    config.addinivalue_line("markers", "server: asks for a server or starts programs; `make unit` runs the others")
    if hasattr(config, "workerinput") or config.option.markexpr == UNIT:
        return
    stack = contextlib.ExitStack()
    stack.enter_context(shared_servers.keeper())
    config.stash[_KEEPER] = stack
    # the proxies go when the keeper has started: it may download something
    kept = inherited(os.environ)
    for name in os.environ.keys() - kept.keys():
        del os.environ[name]
    os.environ.update(kept)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """The import of all modules of tests, which looking for garbage would only hold up."""
    with undisturbed():
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks the tests that ask for a server, before `-m` chooses; reading all test code takes a second or two."""
    if config.option.markexpr:
        mark(items)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Closes the keeper, and with it every server it started."""
    if stack := config.stash.get(_KEEPER, None):
        stack.close()


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """The URL of a superuser of a real PostgreSQL 18."""
    return shared_servers.postgres_url()


@pytest.fixture(scope="session")
def kafka_address() -> str:
    """The address of a real Apache Kafka."""
    return shared_servers.kafka_address()


@pytest.fixture(autouse=True)
def lists_of_the_release() -> Generator[None, None, None]:
    """Leaves no row to the next test that this one has added to the code lists of the process."""
    yield
    CodeLists.use({}, CodeLists.turn())
