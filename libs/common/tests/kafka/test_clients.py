"""What the clients really do: their effective configuration, partitions, topics, and limits on waiting."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from hypothesis import given
from hypothesis import strategies as some

from common.bounded import OutOfTimeError, wait_at_most
from common.contracts.catalogue import TOPICS, dead_letter_topic
from common.contracts.registration import TOPIC
from common.kafka import (
    MARGIN,
    BrokerUnavailableError,
    consumer,
    ensure_topics,
    offsets_since,
    on_wire,
    partition_for,
    reader,
)
from common.publishing import Message, publisher
from common.settings import ServiceSettings

DAY_MS = 86_400_000

# From the Java client: org.apache.kafka.common.utils.UtilsTest.testMurmur2, made positive as its partitioner does.
JAVA_MURMUR2 = {
    "21": -973932308,
    "foobar": -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    "abc": 479470107,
}


@pytest.mark.parametrize("text", JAVA_MURMUR2)
def test_partitions_are_those_of_the_java_client(text: str) -> None:
    for partitions in (1, 3, 12):
        assert partition_for(text, partitions) == (JAVA_MURMUR2[text] & 0x7FFFFFFF) % partitions


@given(some.from_regex(r"[0-9]{5}", fullmatch=True))
def test_every_school_has_one_partition_that_never_moves(school: str) -> None:
    assert 0 <= partition_for(school, 12) < 12
    assert partition_for(school, 12) == partition_for(school, 12)


async def test_the_consumer_really_has_the_settings_that_matter(settings: ServiceSettings) -> None:
    async with consumer(settings, "g", [TOPIC]) as client:
        coordinator, fetcher = client._coordinator, client._fetcher
        assert client._enable_auto_commit is False
        assert client._auto_offset_reset == "earliest"
        assert client._group_id == f"{settings.topic_prefix}g"
        assert [assignor.name for assignor in coordinator._assignors] == ["range"]
        assert coordinator._session_timeout_ms == 6_000
        assert coordinator._heartbeat_interval_ms == 1_000
        assert coordinator._rebalance_timeout_ms < client._request_timeout_ms
        assert client._max_poll_interval_ms == 300_000
        assert fetcher._fetch_max_wait_ms <= 25
        assert fetcher._fetch_min_bytes == 1


async def test_the_producer_really_has_the_settings_that_matter(settings: ServiceSettings) -> None:
    async with publisher(settings) as publishing:
        client = publishing._client
        assert client._sender._acks == -1
        assert client._txn_manager is not None
        assert client._txn_manager.transactional_id is None


async def test_topics_are_made_once_with_their_partitions_and_retention(settings: ServiceSettings) -> None:
    groups = {"quxiang.indicators.figures": [TOPIC]}
    for _ in range(2):
        await ensure_topics(settings, TOPICS, groups)
    letters = dead_letter_topic(TOPIC, "quxiang.indicators.figures")
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        for name in (*TOPICS, letters):
            (described,) = await admin.describe_topics([on_wire(settings, name)])
            assert len(described["partitions"]) == settings.partitions
        (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, on_wire(settings, letters))])
        values = {entry[0]: entry[1] for entry in answer.resources[0][4]}
        assert (values["retention.ms"], values["cleanup.policy"]) == (str(90 * DAY_MS), "delete")
    finally:
        await admin.close()


async def test_a_broker_that_is_not_there_is_reported_in_time(settings: ServiceSettings) -> None:
    absent = settings.model_copy(update={"kafka": "127.0.0.1:1"})
    began = time.monotonic()
    with pytest.raises(BrokerUnavailableError):
        async with publisher(absent):
            pass
    with pytest.raises(BrokerUnavailableError):
        async with consumer(absent, "g", [TOPIC]):
            pass
    with pytest.raises(BrokerUnavailableError):
        await ensure_topics(absent)
    assert time.monotonic() - began < 20


async def test_waiting_ends_even_for_a_task_that_ignores_its_cancellation() -> None:
    released = asyncio.Event()

    async def deaf() -> None:
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue

    with pytest.raises(OutOfTimeError):
        await wait_at_most(deaf(), 0.05, "a deaf task")
    released.set()


async def test_a_client_that_cancels_itself_does_not_look_like_our_own_cancellation() -> None:
    async def cancels_itself() -> None:
        raise asyncio.CancelledError

    with pytest.raises(OutOfTimeError):
        await wait_at_most(cancels_itself(), 1, "a client")


async def test_our_own_cancellation_passes_through() -> None:
    waiting = asyncio.ensure_future(wait_at_most(asyncio.Event().wait(), 10, "nothing"))
    await asyncio.wait({waiting}, timeout=0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_what_is_sent_while_a_time_is_looked_up_is_not_passed_over(settings: ServiceSettings) -> None:
    """The broker answers twice, and a message may come between: in an idle partition it is the first of that time."""

    async def send() -> int:
        async with publisher(settings) as publishing:
            [placed] = await publishing.send([Message(on_wire(settings, TOPIC), b"key", b"value", 0, [])])
        milliseconds: int = placed.timestamp
        return round(milliseconds / 1000)

    partition = TopicPartition(on_wire(settings, TOPIC), 0)
    later = datetime.fromtimestamp(await send(), UTC) + MARGIN + timedelta(seconds=5)
    async with reader(settings, [TOPIC]) as client:
        questions = {name: getattr(client, name) for name in ("offsets_for_times", "end_offsets")}
        answers = 0

        async def asked(name: str, argument: object) -> object:
            nonlocal answers
            answer, answers = await questions[name](argument), answers + 1
            if answers == 1:
                await send()
            return answer

        for name in questions:
            setattr(client, name, partial(asked, name))
        assert await offsets_since(client, {partition: later}) == {partition: 1}
