"""PostgreSQL and Kafka killed, frozen and wiped under load: servers of these tests' own."""

import random
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from itertools import count
from pathlib import Path

import pytest
from campus import Campus
from cohorts import imported_cohort
from histories import query, until_quiet
from invariants import everything_holds
from killing import Strike, struck_while_working, until_ready
from soaking import only_in_soak

from testing.brokers import Broker
from testing.clusters import Cluster
from testing.databases import service_database
from testing.stack import Stack
from testing.waiting import eventually

GRADUATES, CHANGES, CLIENTS = 120, 60, 4
_FIGURES = ("roster_versions", "destination_versions", "spans", "cells WHERE graduates <> 0")
_schools = count(90201)

pytestmark = pytest.mark.timeout(900)


async def holds_after(
    stack: Stack, campus: Campus, strikes: Sequence[Strike], chance: random.Random, *, log_kept: bool = True
) -> None:
    """Strike in the middle of a light load; then the services get ready by themselves, and everything holds."""
    cohort = await imported_cohort(campus, str(next(_schools)), GRADUATES, chance)
    clients = cohort.clients(campus, CLIENTS, chance.getrandbits(32))
    await struck_while_working(clients, CHANGES, strikes, chance)
    await until_ready(stack, campus)
    writes = [write for client in clients for write in client.writes]
    await everything_holds(stack, campus, cohort, writes, chance, log_kept=log_kept)


async def test_a_killed_broker_and_a_killed_database_server_cost_nothing(
    stack: Stack, campus: Campus, broker: Broker, cluster: Cluster, chance: random.Random
) -> None:
    def strike(away: Callable[[], AbstractAsyncContextManager[None]]) -> Strike:
        async def killed_and_started() -> None:
            async with away():
                pass

        return killed_and_started

    await holds_after(stack, campus, [strike(broker.away), strike(cluster.away)], chance)


@only_in_soak
async def test_a_frozen_broker_costs_nothing(
    stack: Stack, campus: Campus, broker: Broker, chance: random.Random
) -> None:
    async def strike() -> None:
        told = _given_up(stack)
        with broker.frozen():
            await eventually(lambda: _given_up(stack) > told, within=60, describe="a relay that gives the broker up")

    await holds_after(stack, campus, [strike], chance)


@only_in_soak
async def test_a_wiped_broker_is_filled_again_from_the_outboxes(
    stack: Stack, campus: Campus, broker: Broker, chance: random.Random
) -> None:
    async def strike() -> None:
        await broker.wipe()
        for service in ("registry", "destinations"):
            await stack.run(service, "replay")

    await holds_after(stack, campus, [strike], chance, log_kept=False)


@only_in_soak
async def test_figures_built_from_nothing_by_replay_are_the_same(
    stack: Stack, campus: Campus, chance: random.Random
) -> None:
    await imported_cohort(campus, str(next(_schools)), GRADUATES, chance)
    await until_quiet(stack)
    before = await figures_stored(stack)
    indicators = stack.processes["indicators"]
    await indicators.stop(10)
    async with service_database("indicators") as empty:
        old, stack.databases["indicators"] = stack.databases["indicators"], empty
        stack.add("indicators", "indicators", "all", stack.ports["indicators"])
        await stack.start("indicators")
        try:
            for service in ("registry", "destinations"):
                await stack.run(service, "replay")
            await until_quiet(stack)
            assert await figures_stored(stack) == before
            await stack.run("indicators", "verify")
        finally:
            await stack.processes["indicators"].stop(10)
            stack.databases["indicators"], stack.processes["indicators"] = old, indicators


async def figures_stored(stack: Stack) -> dict[str, list[tuple[object, ...]]]:
    """Everything that figures are made of, in one order."""
    return {
        table: [
            tuple(row) for row in await query(stack, "indicators", f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4, 5, 6")
        ]
        for table in _FIGURES
    }


def _given_up(stack: Stack) -> int:
    return _read(stack.log("destinations")).count("Relay has no broker")


def _read(path: Path) -> str:
    return path.read_text(errors="replace")
