"""One pair of real servers for a whole run, and nothing left of it."""

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient


async def test_postgres_is_a_real_one(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    try:
        assert (await connection.fetchval("SHOW server_version")).startswith("18")
    finally:
        await connection.close()


async def test_kafka_answers_a_client(kafka_address: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_address)
    await admin.start()
    try:
        assert len((await admin.describe_cluster())["brokers"]) == 1
    finally:
        await admin.close()
