"""One bare outbox → broker → commit hop: as little as can be between a commit here and a commit there."""

import asyncio
import time
from typing import Any
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

BUSY_PAUSE, IDLE_PAUSE, BUSY_FOR = 0.003, 0.050, 1.0
"""Seconds between two looks at an empty outbox, and after its last row until the long ones: as our relay pauses, for
whichever hop is not measured takes its processor time from the other."""

_TABLES = """
    CREATE TABLE bare_outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL,
                              sent boolean NOT NULL DEFAULT false);
    CREATE INDEX ON bare_outbox (id) WHERE NOT sent;
    CREATE TABLE bare_applied (key text PRIMARY KEY);
"""


async def prepare(url: str) -> asyncpg.Pool:
    """Makes the two tables; gives connections for the writer."""
    pool = await asyncpg.create_pool(url, min_size=4, max_size=8)
    await pool.execute(_TABLES)
    return pool


async def change(pool: asyncpg.Pool, times: Any) -> None:
    """One row in one transaction."""
    key = str(uuid4())
    await pool.execute("INSERT INTO bare_outbox (key) VALUES ($1)", key)
    times.begun[key] = time.monotonic()


def relaying(url: str, kafka: str, topic: str) -> None:
    """The sending loop, as a process."""
    asyncio.run(_relay(url, kafka, topic))


def inserting(url: str, kafka: str, topic: str, stamps: Any) -> None:
    """The receiving loop, as a process that tells when each row is committed."""
    asyncio.run(_insert(url, kafka, topic, stamps))


async def _relay(url: str, kafka: str, topic: str) -> None:
    connection = await asyncpg.connect(url)
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True)
    await producer.start()
    worked_at = time.monotonic()
    while True:
        rows = await connection.fetch("SELECT id, key FROM bare_outbox WHERE NOT sent ORDER BY id LIMIT 1000")
        sent = [await producer.send(topic, row["key"].encode()) for row in rows]
        await asyncio.gather(*sent)
        if rows:
            worked_at = time.monotonic()
            await connection.execute(
                "UPDATE bare_outbox SET sent = true WHERE id = ANY($1)", [row["id"] for row in rows]
            )
        else:
            await asyncio.sleep(BUSY_PAUSE if time.monotonic() - worked_at < BUSY_FOR else IDLE_PAUSE)


async def _insert(url: str, kafka: str, topic: str, stamps: Any) -> None:
    await _make_topic(kafka, topic)
    connection = await asyncpg.connect(url)
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest", fetch_max_wait_ms=10)
    await consumer.start()
    while True:
        for records in (await consumer.getmany(timeout_ms=100)).values():
            keys = [record.value.decode() for record in records]
            await connection.execute("INSERT INTO bare_applied SELECT unnest($1::text[]) ON CONFLICT DO NOTHING", keys)
            now = time.monotonic()
            for key in keys:
                stamps.put((key, now))


async def _make_topic(kafka: str, topic: str) -> None:
    client = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await client.start()
    await client.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    await client.close()
