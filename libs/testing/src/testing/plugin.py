"""The pytest plugin of the workspace: one keeper per test run, and the fixtures that lead to its servers."""

import contextlib
import os

import pytest

from servers.child import inherited
from testing import shared_servers
from testing.tokens import TokenMint

_KEEPER = pytest.StashKey[contextlib.ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Open the keeper in the process that controls the run, not in the workers of pytest-xdist."""
    if hasattr(config, "workerinput"):
        return
    stack = contextlib.ExitStack()
    stack.enter_context(shared_servers.keeper())
    config.stash[_KEEPER] = stack
    _without_proxies_on_the_loopback()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the keeper, and with it every server it started."""
    if stack := config.stash.get(_KEEPER, None):
        stack.close()


def _without_proxies_on_the_loopback() -> None:
    """Not before the keeper has started: it may download something."""

    kept = inherited(os.environ)
    for name in os.environ.keys() - kept.keys():
        del os.environ[name]
    os.environ.update(kept)


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """The URL of a superuser of a real PostgreSQL 18."""
    return shared_servers.postgres_url()


@pytest.fixture(scope="session")
def kafka_address() -> str:
    """The address of a real Apache Kafka."""
    return shared_servers.kafka_address()


@pytest.fixture(scope="session")
def mint(tmp_path_factory: pytest.TempPathFactory) -> TokenMint:
    """An issuer of tokens; `mint.settings` lead a service to its keys."""
    return TokenMint(tmp_path_factory.mktemp("mint"))
