"""Workers and APIs killed with `kill -9` while eight clients change registrations and rosters."""

import os
import random
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest
from campus import Campus
from cohorts import imported_cohort
from invariants import everything_holds
from killing import killed_while_working
from random_changes import Outcome

from common.testing.stack import Stack, running_stack

SOAK = os.environ.get("QUXIANG_SOAK") == "1"
GRADUATES, CHANGES, KILLS = (10_000, 2_000, 6) if SOAK else (1_000, 300, 2)
CLIENTS = 8
WORKERS = ("destinations-worker", "indicators-worker")
APIS = ("destinations-api", "indicators-api")

pytestmark = pytest.mark.timeout(1_800 if SOAK else 300)


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running_stack(tmp_path_factory.mktemp("kills"), split=("destinations", "indicators")) as running:
        yield running


@pytest.fixture(scope="module")
async def campus(stack: Stack) -> AsyncIterator[Campus]:
    async with httpx.AsyncClient(timeout=30) as client:
        yield Campus({name: stack.url(name) for name in stack.ports}, stack.mint, client)


@pytest.mark.parametrize(
    ("school", "victims", "seed"), [("90101", WORKERS, 11), ("90102", (*WORKERS, *APIS), 12)], ids=["workers", "all"]
)
async def test_kills_lose_nothing_and_count_nothing_twice(
    stack: Stack, campus: Campus, school: str, victims: tuple[str, ...], seed: int
) -> None:
    chance = random.Random(int(os.environ.get("QUXIANG_SEED", seed)))
    cohort = await imported_cohort(campus, school, GRADUATES, chance)
    clients = cohort.clients(campus, CLIENTS, chance.getrandbits(32))
    await killed_while_working(stack, clients, CHANGES, victims, KILLS, chance)
    writes = [write for client in clients for write in client.writes]
    told = Counter(write.outcome for write in writes)
    print(f"seed {seed}, school {school}: {dict(told)}, {dict(Counter(w.action for w in writes))}")
    assert told[Outcome.ACKED] > CHANGES * 0.6
    await everything_holds(stack, campus, cohort, writes, chance)
