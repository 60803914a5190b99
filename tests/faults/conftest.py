"""Fixtures of the fault tests: servers of the file's own with a stack on them, and a chance that can be repeated."""

import asyncio
import os
import random
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest
from campus import Campus

from testing.brokers import Broker, own_broker
from testing.clusters import Cluster, own_cluster
from testing.shared_servers import DATABASE_VARIABLE, KAFKA_VARIABLE
from testing.stack import Stack, running_stack


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    seed = int(os.environ.get("QUXIANG_SEED") or zlib.crc32(request.node.name.encode()))
    print(f"seed {seed}: repeat with QUXIANG_SEED={seed}")
    return random.Random(seed)


@pytest.fixture(scope="module")
async def cluster() -> AsyncIterator[Cluster]:
    async with own_cluster() as running:
        yield running


@pytest.fixture(scope="module")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Broker]:
    async with own_broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture(scope="module")
async def stack_on_own_servers(
    cluster: Cluster, broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(DATABASE_VARIABLE, cluster.url)
        patch.setenv(KAFKA_VARIABLE, broker.address)
        async with running_stack(tmp_path_factory.mktemp("stack")) as running:
            yield running


@pytest.fixture(autouse=True)
async def processes_for_the_next_test(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Starts what a test that failed has left killed: the next one would fail for that."""
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed > failed and "stack" in request.fixturenames:
        stack: Stack = request.getfixturevalue("stack")
        await asyncio.gather(*(stack.start(name) for name, child in stack.processes.items() if child.pid is None))


@pytest.fixture(scope="module")
async def campus(stack: Stack) -> AsyncIterator[Campus]:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        yield Campus({name: stack.url(name) for name in stack.ports}, stack.mint, client)
