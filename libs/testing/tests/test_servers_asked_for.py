"""What leads a test to a server is found, however many functions lie between."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from testing import shared_servers
from testing.databases import service_database
from testing.servers_asked_for import asks
from testing.tokens import TokenMint


@asynccontextmanager
async def prepared() -> AsyncIterator[str]:
    async with service_database("registry") as found:
        yield found.name


class Tool:
    async def begin(self) -> None:
        async with prepared():
            pass


async def through_a_class() -> None:
    await Tool().begin()


def through_a_module() -> str:
    return shared_servers.kafka_address()


def through_a_program() -> None:
    subprocess.run([sys.executable, "--version"], check=True)


def without_any(tmp_path: Path) -> TokenMint:
    return TokenMint(tmp_path)


@pytest.mark.parametrize(
    "function", [prepared, Tool, through_a_class, through_a_module, through_a_program, partial(through_a_class)]
)
def test_what_leads_to_a_server_is_found(function: object) -> None:
    assert asks(function)


@pytest.mark.parametrize("function", [without_any, TokenMint, partial(without_any), len, None])
def test_what_leads_nowhere_is_left_alone(function: object) -> None:
    assert not asks(function)


def test_this_file_needs_no_server(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("server") is None
