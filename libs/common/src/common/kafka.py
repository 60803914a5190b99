"""Kafka clients made from settings: every default that matters is set here, every wait is bounded.

aiokafka's own waits are not: with a stopped or dead broker `send_and_wait`, `commit` and `stop` hang, and `getmany`
looks like an idle topic. Who fails here drops the client object and makes a new one.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from aiokafka.partitioner import murmur2

from common.bounded import OutOfTimeError, wait_at_most
from common.contracts.catalogue import TOPICS, dead_letter_topic
from common.contracts.events import retention_days
from common.observability import logger
from common.settings import ServiceSettings

T = TypeVar("T")

START_SECONDS = 15.0
ANSWER_SECONDS = 10.0
COMMIT_SECONDS = 3.0
STOP_SECONDS = 1.5
ADMIN_SECONDS = 15.0
BUSY_FETCH_MS = 25
IDLE_FETCH_MS = 100
"""The first record of any partition answers a request at once; only an answer tells where a partition ends, and so
keeps the watermark young."""

_MILLISECONDS_A_DAY = 86_400_000

MARGIN = timedelta(minutes=10)
"""What is read again beside what must be: clocks differ, messages overtake each other, not all applied is noted."""

_log = logger(__name__)


class BrokerUnavailableError(Exception):
    """The broker did not answer, or not in time. Whether it acted is unknown."""


def producer_options(settings: ServiceSettings) -> dict[str, Any]:
    """Options of the producer. A failed send is an unknown outcome: the outbox sends again, consumers do not mind."""
    return {
        "bootstrap_servers": settings.kafka,
        "client_id": f"quxiang-{settings.service}",
        "acks": "all",
        "enable_idempotence": True,
        "linger_ms": 0,
        "max_batch_size": 131_072,
        "max_request_size": 1_048_576,
        "request_timeout_ms": 10_000,
        "retry_backoff_ms": 100,
        "metadata_max_age_ms": 30_000,
    }


def consumer_options(settings: ServiceSettings, group: str) -> dict[str, Any]:
    """Options of a consumer.

    A killed member is replaced after its session timeout (6 s, the least that brokers allow by default). The fetch
    wait is that of a busy system: while records come, a partition may have to wait for the answer about the others.
    """
    return {
        "bootstrap_servers": settings.kafka,
        "client_id": f"quxiang-{settings.service}",
        "group_id": f"{settings.topic_prefix}{group}",
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
        "partition_assignment_strategy": (RangePartitionAssignor,),
        "isolation_level": "read_uncommitted",
        "fetch_min_bytes": 1,
        "fetch_max_wait_ms": BUSY_FETCH_MS,
        "fetch_max_bytes": 16_777_216,
        "max_partition_fetch_bytes": 2_097_152,
        "session_timeout_ms": 6_000,
        "heartbeat_interval_ms": 1_000,
        # longer than the longest that a batch is retried in place, see common.consuming.retrying
        "max_poll_interval_ms": 300_000,
        # a join request waits for the slowest member, so requests must be given longer than that
        "rebalance_timeout_ms": 10_000,
        "request_timeout_ms": 15_000,
        "retry_backoff_ms": 100,
        "metadata_max_age_ms": 5_000,
    }


def partition_for(school_code: str, partitions: int) -> int:
    """The partition number of a school, the same in every topic, as Kafka's own clients compute it from the key."""
    return int((murmur2(school_code.encode("ascii")) & 0x7FFFFFFF) % partitions)


def broker_time(milliseconds: int) -> datetime:
    """The instant of a message, by the broker's clock: no offset of ours moves it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def on_wire(settings: ServiceSettings, topic: str) -> str:
    """The topic's name at this deployment's broker."""
    return f"{settings.topic_prefix}{topic}"


def schema_base(settings: ServiceSettings) -> str:
    """Base address of the schemas that this service's events name."""
    return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")


def in_contract(settings: ServiceSettings, topic: str) -> str:
    """The topic's name in the contract."""
    return topic.removeprefix(settings.topic_prefix)


async def answered(awaitable: Awaitable[T], seconds: float, what: str) -> T:
    """The broker's answer, or BrokerUnavailableError."""
    try:
        return await wait_at_most(awaitable, seconds, what)
    except (KafkaError, OSError, TimeoutError, OutOfTimeError) as error:
        raise BrokerUnavailableError(what) from error


@asynccontextmanager
async def consumer(
    settings: ServiceSettings, group: str, topics: Collection[str], listener: ConsumerRebalanceListener | None = None
) -> AsyncIterator[AIOKafkaConsumer]:
    """A started member of the group, subscribed to the topics of the contract."""
    client = AIOKafkaConsumer(**consumer_options(settings, group))
    client.subscribe([on_wire(settings, topic) for topic in topics], listener=listener)
    try:
        await answered(client.start(), START_SECONDS, "start of consumer")
        yield client
    finally:
        await _stopped_whole(client, "consumer")


@asynccontextmanager
async def reader(settings: ServiceSettings, topics: Collection[str]) -> AsyncIterator[AIOKafkaConsumer]:
    """A started client that has all partitions of the topics, outside of any group."""
    options = consumer_options(settings, "") | {"group_id": None}
    client = AIOKafkaConsumer(*(on_wire(settings, topic) for topic in topics), **options)
    try:
        await answered(client.start(), START_SECONDS, "start of reader")
        yield client
    finally:
        await _stopped_whole(client, "reader")


async def offsets_since(
    client: AIOKafkaConsumer, times: Mapping[TopicPartition, datetime | None]
) -> Mapping[TopicPartition, int]:
    """The first offset of each partition from MARGIN before that broker time on; without a time, the first kept."""
    beginnings = await answered(client.beginning_offsets(list(times)), ANSWER_SECONDS, "beginning of partitions")
    asked = {
        partition: round((since - MARGIN).timestamp() * 1000) for partition, since in times.items() if since is not None
    }
    # the ends first: what comes between the two answers lies behind an end that was asked before
    ends = await answered(client.end_offsets(list(asked)), ANSWER_SECONDS, "end of partitions") if asked else {}
    found = await answered(client.offsets_for_times(asked), ANSWER_SECONDS, "offsets of a time") if asked else {}
    return {
        partition: offset
        if partition not in asked
        else (found[partition].offset if found[partition] else ends[partition])
        for partition, offset in beginnings.items()
    }


async def stopped(stopping: Awaitable[Any], what: str) -> None:
    """Waits a little for a client to stop and never fails."""
    try:
        await wait_at_most(stopping, STOP_SECONDS, what)
    except Exception as error:
        _log.info("Client did not stop cleanly", what=what, error=type(error).__name__)


async def _stopped_whole(client: AIOKafkaConsumer, what: str) -> None:
    """Stops a consumer with its tasks: its own `stop` leaves some running when the broker does not answer."""
    await stopped(client.stop(), what)
    if client._fetcher:
        await stopped(client._fetcher.close(), f"{what}'s fetching")
    await stopped(client._client.close(), f"{what}'s connection")


def pace(client: AIOKafkaConsumer, *, is_busy: bool) -> None:
    """Lets the client ask for records often, or seldom: forty requests a second and member are much for nothing."""
    client._fetcher._fetch_max_wait_ms = BUSY_FETCH_MS if is_busy else IDLE_FETCH_MS


async def commit(client: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int]) -> None:
    """Commits next offsets. They are only a hint where to go on, so a failure costs repeated work and nothing else."""
    if offsets:
        await answered(client.commit(dict(offsets)), COMMIT_SECONDS, "commit of offsets")


@asynccontextmanager
async def _administration(settings: ServiceSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=settings.kafka, request_timeout_ms=10_000)
    try:
        await answered(client.start(), START_SECONDS, "start of administration")
        yield client
    finally:
        await stopped(client.close(), "administration")


async def ensure_topics(
    settings: ServiceSettings, topics: Iterable[str] = tuple(TOPICS), groups: Mapping[str, Sequence[str]] | None = None
) -> None:
    """Creates what is missing of the topics, and for each group the dead letters of its topics."""
    names = {on_wire(settings, topic) for topic in topics}
    for group, subscribed in (groups or {}).items():
        names |= {on_wire(settings, dead_letter_topic(topic, group)) for topic in subscribed}
    async with _administration(settings) as client:
        missing = sorted(names - await _visible(client))
        if missing:
            # replication -1 is the broker's default; aiokafka lets it pass only with an (empty) assignment
            new = [
                NewTopic(name, settings.partitions, -1, replica_assignments={}, topic_configs=_configuration(name))
                for name in missing
            ]
            response = await answered(client.create_topics(new), ADMIN_SECONDS, "creation of topics")
            for name, code, *_ in response.topic_errors:
                if code not in (0, TopicAlreadyExistsError.errno):
                    raise BrokerUnavailableError(f"creation of {name}") from for_code(code)
            await answered(_until_visible(client, names), ADMIN_SECONDS, "sight of the created topics")


def _configuration(topic: str) -> Mapping[str, str]:
    return {
        "retention.ms": str(retention_days(topic) * _MILLISECONDS_A_DAY),
        "cleanup.policy": "delete",
        # the broker's own clock: what is read again after a restore is found by it
        "message.timestamp.type": "LogAppendTime",
    }


async def _visible(client: AIOKafkaAdminClient) -> set[str]:
    described = await answered(client.describe_topics(), ADMIN_SECONDS, "list of topics")
    return {each["topic"] for each in described if each["partitions"]}


async def _until_visible(client: AIOKafkaAdminClient, names: set[str]) -> None:
    """A member that joins before its broker knows a new topic is given no partition of it for a while."""
    while not names <= await _visible(client):  # noqa: ASYNC110 - the event is in the broker
        await asyncio.sleep(0.02)


async def delete_topics(settings: ServiceSettings, prefix: str) -> None:
    """Deletes all topics whose name begins with a prefix that is not empty."""
    if not prefix:
        raise ValueError("deleting needs a prefix")
    async with _administration(settings) as client:
        names = [
            name for name in await answered(client.list_topics(), ADMIN_SECONDS, "list") if name.startswith(prefix)
        ]
        if names:
            await answered(client.delete_topics(names), ADMIN_SECONDS, "deletion of topics")
