"""Change → readable rate at 100 changes a second, against one bare outbox → broker → commit hop, in turns.

Ours: a row in an outbox, the relay, Kafka, the consumer, the fold of versions, spans and cells, its commit. Bare: a row
in a table, the shortest loop that sends it, Kafka, the shortest loop that inserts it, its commit. Each part is a
process of its own, as in production; the time runs from the commit of the change to the commit that makes it readable.
The ratio is the median of the rounds': what else the machine does for a moment spoils the p99 of one side only.
"""

import asyncio
import multiprocessing
import random
import secrets
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Any

from common.auth import SYSTEM
from common.consuming import Consumer
from common.contracts.catalogue import SUBSCRIPTIONS
from common.contracts.envelope import IncomingEvent, OutgoingEvent
from common.database import Database
from common.relay.relay import Relay
from common.service_process import Runtime
from common.settings import ServiceSettings
from indicators.app import COMPOSITION
from indicators.areas import FIGURES
from testing.databases import ServiceDatabase, service_database
from testing.messaging import METADATA, own_topics
from testing.shared_servers import kafka_address
from tests.load import bare_hop
from tests.load.change_cost import PARTITIONS, SMALL, Stored, destination_event, stored
from tests.load.reporting import Verdict, milliseconds, percentile

PER_SECOND, SEGMENT_SECONDS, ROUNDS = 100, 4.0, 9
BUDGET = 3.0
PATIENCE = 30.0


@dataclass
class Times:
    """When each change of a segment was committed, and when it became readable; the seconds of all segments."""

    stamps: Any
    begun: dict[str, float] = field(default_factory=dict)
    done: dict[str, float] = field(default_factory=dict)
    segments: list[list[float]] = field(default_factory=list)

    def collect(self) -> None:
        """Takes in what the other processes have told."""
        while not self.stamps.empty():
            key, instant = self.stamps.get()
            self.done.setdefault(key, instant)

    @property
    def waiting(self) -> int:
        """Changes that are not readable yet."""
        self.collect()
        return len(self.begun.keys() - self.done.keys())

    def end_segment(self) -> None:
        """Keeps the seconds from commit to readable of what has begun since the segment before."""
        self.segments.append([self.done[key] - begun for key, begun in self.begun.items()])
        self.begun.clear()

    def seconds(self) -> list[float]:
        """From commit to readable, of all segments."""
        return [second for segment in self.segments for second in segment]


Act = Callable[[Times], Coroutine[Any, Any, None]]


async def measure() -> list[Verdict]:
    """Measures both hops in turns."""
    async with AsyncExitStack() as stack:
        figures = await stack.enter_async_context(stored(SMALL))
        owner, settings = await stack.enter_async_context(owning())
        context = multiprocessing.get_context("spawn")
        ours, bare = Times(context.Queue()), Times(context.Queue())
        outbox = Database.connect(owner.app_url)
        plain = await bare_hop.prepare(owner.admin_url.replace("+asyncpg", ""))
        url = figures.database.pool.url
        stack.enter_context(running(folding, settings.model_dump() | {"database_url": url}, ours.stamps))
        address = (owner.admin_url.replace("+asyncpg", ""), settings.kafka, f"{settings.topic_prefix}bare")
        stack.enter_context(running(bare_hop.relaying, *address))
        stack.enter_context(running(bare_hop.inserting, *address, bare.stamps))
        hops: Sequence[tuple[Times, Act]] = (
            (ours, partial(change, outbox, figures)),
            (bare, partial(bare_hop.change, plain)),
        )
        for times, act in hops:
            await act(times)
            await arrived(times)
            times.begun.clear()
        for _ in range(ROUNDS):
            for times, act in hops:
                await _segment(times, act)
        await outbox.dispose()
        await plain.close()
    return _verdicts(ours, bare)


@asynccontextmanager
async def owning() -> AsyncIterator[tuple[ServiceDatabase, ServiceSettings]]:
    """The database of who owns destinations, with topics of its own and a relay, and the settings by which it runs."""
    async with service_database("destinations", METADATA) as owner:
        settings = ServiceSettings(
            service="destinations",
            database_url=owner.app_url,
            kafka=kafka_address(),
            topic_prefix=f"t-{secrets.token_hex(4)}.",
            partitions=PARTITIONS,
        )
        async with own_topics(settings):
            with running(relaying, settings.model_dump()):
                yield owner, settings


def _verdicts(ours: Times, bare: Times) -> list[Verdict]:
    sys.stdout.write(f"  change → readable rate: {milliseconds(ours.seconds())}\n")
    sys.stdout.write(f"  bare hop: {milliseconds(bare.seconds())}\n")
    ratios = sorted(
        percentile(our, 0.99) / percentile(its, 0.99) for our, its in zip(ours.segments, bare.segments, strict=True)
    )
    sys.stdout.write(f"  p99 ratios of the rounds: {', '.join(f'{ratio:.2f}' for ratio in ratios)}\n")
    what = f"change → readable rate against a bare hop (p99 at {PER_SECOND}/s, median of {ROUNDS} rounds)"
    return [Verdict(what, median(ratios), BUDGET)]


async def _segment(times: Times, act: Act) -> None:
    """Changes at a fixed rate, whether the ones before are done or not."""
    begun, tasks = time.monotonic(), []
    for number in range(int(PER_SECOND * SEGMENT_SECONDS)):
        await asyncio.sleep(max(0.0, begun + number / PER_SECOND - time.monotonic()))
        tasks.append(asyncio.create_task(act(times)))
    await asyncio.gather(*tasks)
    await arrived(times)
    times.end_segment()


async def arrived(times: Times) -> None:
    """Waits until everything that was changed is readable; raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while times.waiting:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{times.waiting} changes did not arrive")
        await asyncio.sleep(0.05)


async def change(outbox: Database, figures: Stored, times: Times) -> None:
    """Changes a random graduate, as its owner does."""
    graduate, school = random.choice(figures.graduates)
    event = destination_event(graduate, school)
    async with outbox.transaction(SYSTEM) as unit:
        await unit.announce(
            OutgoingEvent(event.topic, event.key, event.sequence, event.type, school, event.decided_on, event.data)
        )
        await unit.commit()
    times.begun[f"{event.key}/{event.sequence}"] = time.monotonic()


@contextmanager
def running(target: Callable[..., None], *arguments: Any) -> Any:
    """A process beside the measurement, ended hard at its end."""
    process = multiprocessing.get_context("spawn").Process(target=target, args=arguments, daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def relaying(settings: dict[str, Any]) -> None:
    """The relay of the owner, as a process."""
    given = ServiceSettings(**settings)
    asyncio.run(Relay(Database.connect(given), given).run())


def folding(settings: dict[str, Any], stamps: Any) -> None:
    """The worker of indicators, as a process that tells when each event is readable."""
    given = ServiceSettings(**settings)
    asyncio.run(telling(Database.connect(given), given, stamps).run())


def telling(database: Database, settings: ServiceSettings, stamps: Any) -> Consumer:
    """A consumer that folds, and tells when each event is readable."""
    apply = COMPOSITION.handle(FIGURES, Runtime(settings, database))

    async def handle(events: Sequence[IncomingEvent]) -> None:
        await apply(events)
        now = time.monotonic()
        for event in events:
            stamps.put((f"{event.key}/{event.sequence}", now))

    return Consumer(database, settings, FIGURES.group, SUBSCRIPTIONS[FIGURES.group], handle)
