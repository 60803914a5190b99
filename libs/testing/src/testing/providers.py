"""Where the servers of a test run come from: containers where a Docker daemon answers, else the embedded ones."""

import asyncio
import contextlib
import functools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from servers.child import Child
from servers.kafka import Kafka
from servers.ports import free_port
from servers.postgres import THROWAWAY, Postgres

Server = AbstractAsyncContextManager[str]

START_PATIENCE = 140.0
_BROKER = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
}


def postgres_server() -> Server:
    """Runs a PostgreSQL 18; its address is a superuser's URL."""
    return _postgres_container() if docker_answers() else _embedded_postgres()


def kafka_server() -> Server:
    """Runs an Apache Kafka; its address is HOST:PORT."""
    return _kafka_container() if docker_answers() else _embedded_kafka()


@functools.cache
def docker_answers() -> bool:
    """Whether a Docker daemon answers."""
    if not (os.environ.get("DOCKER_HOST") or Path("/var/run/docker.sock").exists()):
        return False
    try:
        import docker  # type: ignore[import-untyped]

        client = docker.from_env(timeout=5)
        return bool(client.ping())
    except Exception:  # (a daemon that cannot be asked, for whatever reason, is none)
        return False


@asynccontextmanager
async def _postgres_container() -> AsyncIterator[str]:
    from testcontainers.postgres import PostgresContainer

    container = PostgresContainer("postgres:18", username="postgres", password="postgres", driver=None)  # noqa: S106
    container.with_command("postgres -c fsync=off -c max_connections=500")
    await asyncio.to_thread(container.start)
    try:
        yield container.get_connection_url()
    finally:
        await asyncio.to_thread(container.stop)


@asynccontextmanager
async def _kafka_container() -> AsyncIterator[str]:
    """Runs the image of production; a broker must know before it starts under which address clients reach it."""
    from testcontainers.core.container import DockerContainer

    container = DockerContainer("apache/kafka:4.4.0")
    address = f"{container.get_docker_client().host()}:{(port := free_port())}"
    container.with_bind_ports(9092, port)
    for name, value in (_BROKER | {"KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{address}"}).items():
        container.with_env(name, value)
    await asyncio.to_thread(container.start)
    try:
        await _until_answering(address)
        yield address
    finally:
        await asyncio.to_thread(container.stop)


async def _until_answering(address: str) -> None:
    from aiokafka.admin import AIOKafkaAdminClient
    from aiokafka.errors import KafkaError

    async with asyncio.timeout(START_PATIENCE):
        while True:
            admin = AIOKafkaAdminClient(bootstrap_servers=address)
            try:
                await admin.start()
            except (KafkaError, OSError):
                await asyncio.sleep(0.2)
            else:
                return
            finally:
                await admin.close()


@asynccontextmanager
async def _embedded_postgres() -> AsyncIterator[str]:
    with scratch() as folder:
        postgres = Postgres(folder / "postgres", folder / "postgres.log", free_port(), settings=THROWAWAY)
        child = Child(await asyncio.to_thread(postgres.prepare))
        await child.start()
        try:
            await child.until_ready(START_PATIENCE)
            yield postgres.url
        finally:
            await child.stop(5)


@asynccontextmanager
async def _embedded_kafka() -> AsyncIterator[str]:
    with scratch() as folder:
        kafka = Kafka(folder / "kafka", folder / "kafka.log", free_port(), free_port())
        child = Child(await asyncio.to_thread(kafka.prepare))
        await child.start()
        try:
            await child.until_ready(START_PATIENCE)
            yield kafka.address
        finally:
            child.kill()
            await child.exited()


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Makes a folder that the user of the embedded PostgreSQL can pass through, and removes it at the end."""
    parent = Path("/var/tmp") if os.geteuid() == 0 else Path(tempfile.gettempdir())  # noqa: S108
    for abandoned in parent.glob("quxiang-test-*"):
        _remove_if_abandoned(abandoned)
    folder = Path(tempfile.mkdtemp(prefix=f"quxiang-test-{os.getpid()}-", dir=parent))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_if_abandoned(folder: Path) -> None:
    """Removes what a killed test run left, known by the number of its keeper."""
    keeper = folder.name.split("-")[2]
    if not keeper.isdigit() or folder.lstat().st_uid != os.geteuid():
        return
    try:
        os.kill(int(keeper), 0)
    except ProcessLookupError:
        shutil.rmtree(folder, ignore_errors=True)
    except PermissionError:
        return
