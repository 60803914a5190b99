"""One membership of a consumer group: fetch what is there, have it handled, then commit the offsets."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from common.consuming.applied import Applied
from common.consuming.dead_letters import DeadLetters
from common.consuming.handling import Handling
from common.consuming.progress import OnProgress, Tracker, lag
from common.consuming.reading import read_batch
from common.kafka import BrokerUnavailableError, answered, commit, in_contract, pace
from common.observability import counter, gauge, histogram, logger
from common.settings import ServiceSettings

FETCH_WAIT_MS = 100
FETCH_SECONDS = 10.0
BUSY_FOR = 1.0
"""Seconds after the last record in which the next one is expected."""

REPORT_EVERY = 1.0
REPORT_WHILE_BUSY = 0.2
"""Seconds. Looking at every partition costs more than applying one event, so not after every batch."""

COMMIT_EVERY = 1.0
REFRESH_EVERY = 5.0
"""Seconds. Other members open and close dead letters, too."""

STALL_SECONDS = 30.0
_FINISH_SECONDS = 8.0

_log = logger(__name__)
_events = counter("consumer_events_total", "Events applied", ["group"])
_seconds = histogram("consumer_batch_seconds", "Time to apply one batch", ["group"])
PAUSED = gauge("consumer_paused", "1 while the topic waits for a version that can apply it", ["group", "topic"])
_lag = gauge("consumer_lag_events", "Events at the broker that are not applied", ["group", "topic"])


class StalledConsumerError(Exception):
    """There is something to consume and nothing moves; only a new process is sure to help."""


class Member(ConsumerRebalanceListener):  # type: ignore[misc]
    """Runs between joining a group and leaving it."""

    def __init__(
        self,
        settings: ServiceSettings,
        group: str,
        types: Collection[str],
        handling: Handling,
        letters: DeadLetters,
        paused: set[str],
        on_progress: OnProgress | None,
        max_batch: int,
        applied: Applied,
    ) -> None:
        self._settings, self._group, self._types = settings, group, types
        self._handling, self._letters, self._on_progress = handling, letters, on_progress
        self._topics_paused, self._max_batch, self._applied = paused, max_batch, applied
        self._client: AIOKafkaConsumer
        self._tracker: Tracker
        self._pending: dict[TopicPartition, int] = {}
        self._committed_at = self._reported_at = self._refreshed_at = self._fetched_at = 0.0
        self._assignment = 0
        self._busy = asyncio.Lock()
        self.joined = False

    async def run(self, client: AIOKafkaConsumer) -> None:
        """Works until cancelled, until broker or database fail, or until the database's server has started anew."""
        self._client = client
        self._tracker = Tracker(self._settings, client, self._topics_paused)
        try:
            while True:
                async with self._busy:
                    await self._take_up()
                # partitions come back from a rebalance as if they had never paused
                client.pause(*self._of_paused_topics())
                fetching = client.getmany(timeout_ms=FETCH_WAIT_MS, max_records=self._max_batch)
                fetched = await answered(fetching, FETCH_SECONDS, "records")
                self._tracker.look()
                records = [record for of_partition in fetched.values() for record in of_partition]
                self._fetched_at = time.monotonic() if records else self._fetched_at
                pace(client, is_busy=time.monotonic() - self._fetched_at < BUSY_FOR)
                async with self._busy:
                    if records:
                        await self._apply(records)
                    if not records or time.monotonic() - self._committed_at > COMMIT_EVERY:
                        await self._commit()
                if time.monotonic() - self._reported_at > (REPORT_WHILE_BUSY if records else REPORT_EVERY):
                    await self._report()
        finally:
            await self._quietly(self._commit)

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Finishes the batch in hand, if it ends in time, and stores the offsets; what is abandoned comes again."""
        self.joined = False
        try:
            async with asyncio.timeout(_FINISH_SECONDS), self._busy:
                await self._quietly(self._commit)
        except TimeoutError:
            _log.warning("Batch outlasted a rebalance", group=self._group)
        self._assignment += 1
        self._pending.clear()
        self._applied.forget(revoked)
        # the first call comes before any partition, and before `run`
        if revoked:
            self._tracker.forget(revoked)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Starts to watch the new partitions; the member before may have left dead letters."""
        # what was looked at while the group was joining was of the assignment before
        self._applied.forget(assigned)
        self._letters.forget()
        await self._quietly(self._letters.refresh)
        self.joined = True
        _log.info("Partitions assigned", group=self._group, partitions=len(assigned))

    async def _take_up(self) -> None:
        """Drops the later places of partitions that are sent back: a rebalance may end within a fetch."""
        sent_back = await self._applied.take_up(self._client)
        self._tracker.forget(sent_back)
        for partition in sent_back:
            self._pending.pop(partition, None)

    async def _apply(self, records: Sequence[ConsumerRecord]) -> None:
        assignment = self._assignment
        with _seconds.labels(self._group).time():
            batch = read_batch(self._settings, self._group, self._types, records)
            outcome = await self._handling.run(batch)
        done = outcome.batch
        _events.labels(self._group).inc(len(done.events) + len(done.broken) - outcome.failed)
        held = assignment == self._assignment
        self._tracker.applied(done.records.values(), done.events if held else ())
        for topic in outcome.paused:
            self._pause(topic, batch.records.values())
        # offsets of an assignment that has ended may mean other events by now: the broker's data can be new
        if held:
            # in the order of their offsets: the last of each partition stands for those before it
            newest = {TopicPartition(each.topic, each.partition): each for each in done.records.values()}
            self._applied.note(newest.values())
            self._pending |= {partition: each.offset + 1 for partition, each in newest.items()}

    def _pause(self, topic: str, records: Collection[ConsumerRecord]) -> None:
        """Goes back to where the topic's part of the batch began, and stays there until this process ends."""
        self._topics_paused.add(topic)
        PAUSED.labels(self._group, topic).set(1)
        _log.error("Topic paused: too many new dead letters", group=self._group, topic=topic)
        begins: dict[TopicPartition, int] = {}
        for record in records:
            begins.setdefault(TopicPartition(record.topic, record.partition), record.offset)
        for partition in self._of_paused_topics() & begins.keys():
            self._client.seek(partition, begins[partition])

    def _of_paused_topics(self) -> set[TopicPartition]:
        if not self._topics_paused:
            return set()
        assigned = self._client.assignment()
        return {each for each in assigned if in_contract(self._settings, each.topic) in self._topics_paused}

    async def _commit(self) -> None:
        self._committed_at = time.monotonic()
        if not self._pending:
            return
        # what was fetched of others before they are looked at may have to be read again
        due = self._pending.keys() & self._client.assignment() & self._applied.taken_up
        try:
            await commit(self._client, {partition: self._pending[partition] for partition in due})
        except BrokerUnavailableError as error:
            if not isinstance(error.__cause__, CommitFailedError | IllegalStateError):
                raise
            # another member has the partitions now and applies the same events again, which changes nothing
            _log.info("Offsets not stored because of a rebalance", group=self._group)
        for partition in due:
            self._pending.pop(partition, None)

    async def _report(self) -> None:
        self._reported_at = time.monotonic()
        assigned = self._client.assignment()
        try:
            progress = await self._tracker.report()
        except (BrokerUnavailableError, IllegalStateError, AttributeError) as error:
            _log.debug("Progress unknown during a rebalance", error=type(error).__name__)
            progress = []
        for topic, waiting in lag(progress).items():
            _lag.labels(self._group, topic).set(waiting)
        # before the hook, and after what it is given was found: a database that came back since does not hold that
        confirmed = await self._applied.store(assigned)
        if self._on_progress is not None and progress and confirmed:
            hook = self._on_progress
            await self._quietly(lambda: hook(progress))
        if time.monotonic() - self._refreshed_at > REFRESH_EVERY:
            self._refreshed_at = time.monotonic()
            await self._quietly(self._letters.refresh)
        waiting = self._tracker.waiting(progress)
        if waiting and self._tracker.stalled_for() > STALL_SECONDS:
            raise StalledConsumerError(f"{self._group}: {waiting} partitions wait")
        if self._tracker.silent_for() > STALL_SECONDS:
            raise BrokerUnavailableError("any word about the assigned partitions")

    async def _quietly(self, act: Callable[[], Awaitable[None]]) -> None:
        try:
            await act()
        except Exception as error:
            _log.warning("Not done, goes on without", group=self._group, error=type(error).__name__)
