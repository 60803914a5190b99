"""Fixtures of the fault tests: a chance that can be repeated, a client, and processes that a failure left killed."""

import asyncio
import os
import random
import zlib
from collections.abc import AsyncIterator

import httpx
import pytest
from campus import Campus

from testing.stack import Stack


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    seed = int(os.environ.get("QUXIANG_SEED") or zlib.crc32(request.node.name.encode()))
    print(f"seed {seed}: repeat with QUXIANG_SEED={seed}")
    return random.Random(seed)


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
