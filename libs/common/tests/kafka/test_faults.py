"""The broker frozen, killed, and wiped: nothing hangs, nothing is lost, everything goes on."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence

import pytest

from common.auth.principal import SYSTEM
from common.consuming import Consumer
from common.contracts import IncomingEvent
from common.contracts.registration import TOPIC
from common.database import Database
from common.relay.relay import Relay, Role
from common.relay.replay import replay
from common.settings import ServiceSettings
from testing.brokers import Broker, own_broker
from testing.messaging import destination_event, messaging_settings, outbox_database, running
from testing.waiting import eventually


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    async with outbox_database() as found:
        yield found


@pytest.fixture(scope="module")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Broker]:
    """One for all tests of the file: each has topics of its own, and leaves a broker that answers."""
    async with own_broker(tmp_path_factory.mktemp("broker")) as found:
        yield found


@pytest.fixture
def settings(database: Database, broker: Broker) -> ServiceSettings:
    url = database.pool.url
    return messaging_settings("destinations", url, kafka=broker.address)


class Stack:
    """A relay and a consumer of what it sends."""

    def __init__(self, database: Database, settings: ServiceSettings) -> None:
        self.database = database
        self.relay = Relay(database, settings)
        self.consumer = Consumer(database, settings, "quxiang.indicators.figures", [TOPIC], self._keep)
        self.seen: list[int] = []

    async def _keep(self, events: Sequence[IncomingEvent]) -> None:
        self.seen += [event.sequence for event in events]

    async def announce(self, *sequences: int) -> None:
        async with self.database.transaction(SYSTEM) as work:
            for sequence in sequences:
                await work.announce(destination_event(sequence=sequence))
            await work.commit()

    async def until_seen(self, *sequences: int, within: float = 120) -> None:
        await eventually(lambda: set(sequences) <= set(self.seen), within=within, describe=f"{sequences}")


async def test_a_killed_broker_that_comes_back_has_lost_nothing(
    database: Database, settings: ServiceSettings, broker: Broker
) -> None:
    stack = Stack(database, settings)
    async with running(stack.relay.run, stack.consumer.run):
        await stack.announce(1)
        await stack.until_seen(1)
        async with broker.away():
            await stack.announce(2, 3)
        await stack.until_seen(1, 2, 3)


async def test_a_frozen_broker_holds_neither_the_work_nor_the_end_of_the_process(
    database: Database, settings: ServiceSettings, broker: Broker
) -> None:
    stack, before = Stack(database, settings), asyncio.all_tasks()
    async with running(stack.relay.run, stack.consumer.run) as tasks:
        await stack.announce(1)
        await stack.until_seen(1)
        with broker.frozen():
            await stack.announce(2)
        await stack.until_seen(2)
        with broker.frozen():
            await stack.announce(3)
            began = time.monotonic()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            assert time.monotonic() - began < 8  # what a process has for its end
            await eventually(lambda: asyncio.all_tasks() <= before, within=5)
    again = Stack(database, settings)
    async with running(again.relay.run, again.consumer.run):
        await again.until_seen(3)


async def test_a_wiped_broker_is_filled_again_by_replay_while_everybody_keeps_running(
    database: Database, settings: ServiceSettings, broker: Broker
) -> None:
    stack = Stack(database, settings)
    async with running(stack.relay.run, stack.consumer.run):
        await stack.announce(*range(1, 21))
        await stack.until_seen(*range(1, 21))
        await broker.wipe()
        await stack.announce(21)
        await stack.until_seen(21)
        stack.seen.clear()
        assert await replay(database, settings) == 21
        await stack.until_seen(*range(1, 22))
        assert stack.relay.role is Role.LEADING
