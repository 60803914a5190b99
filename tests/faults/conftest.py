"""Fixtures of the fault tests: a chance that a failure can be repeated with, and clients of this file's own stack."""

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


@pytest.fixture(scope="module")
async def campus(stack: Stack) -> AsyncIterator[Campus]:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        yield Campus({name: stack.url(name) for name in stack.ports}, stack.mint, client)
