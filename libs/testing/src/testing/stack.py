"""The whole system in a test: the four services as processes of their own, on a real PostgreSQL and a real Kafka.

Each stack has its own databases, topics, tokens and keys, so that several run side by side.
"""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from common.auth.principal import Role
from common.crypto import KeyRing
from common.kafka import delete_topics
from common.settings import ServiceSettings
from servers.child import Child, Program
from servers.ports import free_port
from testing.databases import ServiceDatabase, service_database
from testing.http import NO_TLS
from testing.shared_servers import kafka_address
from testing.tokens import ISSUER, TokenMint

SERVICES = ("registry", "destinations", "surveys", "indicators")
PARTITIONS = 3
LOOPBACK = "127.0.0.1"
START_PATIENCE = 180.0


@dataclass
class Stack:
    """Running services, by name; processes are named `registry`, or `registry-api` and `registry-worker`.

    `ahead` is the offset of their clock, such as `+14d`, for the processes described from then on.
    """

    folder: Path
    mint: TokenMint
    kafka: str
    prefix: str
    ahead: str = ""
    databases: dict[str, ServiceDatabase] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    probe_ports: dict[str, int] = field(default_factory=dict)
    processes: dict[str, "Child"] = field(default_factory=dict)

    def url(self, service: str) -> str:
        """Base address of a service's API."""
        return f"http://{LOOPBACK}:{self.ports[service]}"

    def probes(self, process: str) -> str:
        """Base address of a process's probes and metrics."""
        return f"http://{LOOPBACK}:{self.probe_ports[process]}"

    def log(self, process: str) -> Path:
        """What a process has written."""
        return self.folder / f"{process}.log"

    def client(self, service: str, role: str | Role | None = None, **scope: str) -> httpx.AsyncClient:
        """A client of a service, with a token of a role if one is named."""
        headers = self.mint.headers(role, **scope) if role else {}
        return httpx.AsyncClient(
            base_url=self.url(service), headers=headers, timeout=30, trust_env=False, verify=NO_TLS
        )

    def settings(self, service: str) -> ServiceSettings:
        """Settings with which a test reaches the topics and the database of a service."""
        return ServiceSettings(
            service=service,
            database_url=self.databases[service].app_url,
            kafka=self.kafka,
            topic_prefix=self.prefix,
            partitions=PARTITIONS,
        )

    def environment(self, service: str, port: int, probe_port: int) -> dict[str, str]:
        """The surroundings of one process."""
        return {
            "QUXIANG_DATABASE_URL": self.databases[service].app_url,
            "QUXIANG_MIGRATION_DATABASE_URL": self.databases[service].owner_url,
            "QUXIANG_KAFKA": self.kafka,
            "QUXIANG_TOPIC_PREFIX": self.prefix,
            "QUXIANG_PARTITIONS": str(PARTITIONS),
            "QUXIANG_ISSUER": self.mint.issuer.issuer,
            "QUXIANG_JWKS_FILE": str(self.mint.jwks_file),
            "QUXIANG_KEYRING_FILE": str(self.folder / f"{service}.keyring.json"),
            "QUXIANG_OBJECTS": (self.folder / "objects").as_uri(),
            "QUXIANG_REGISTRY_URL": self.url("registry"),
            "QUXIANG_DESTINATIONS_URL": self.url("destinations"),
            "QUXIANG_SURVEYS_URL": self.url("surveys"),
            "QUXIANG_INDICATORS_URL": self.url("indicators"),
            "QUXIANG_SERVICE_TOKEN_FILE": str(self.folder / "service-token"),
            "QUXIANG_HOST": LOOPBACK,
            "QUXIANG_PORT": str(port),
            "QUXIANG_PROBE_PORT": str(probe_port),
            "QUXIANG_PUBLIC_URL": self.url(service),
            "QUXIANG_CLOCK": self.ahead,
            "PYTHONUNBUFFERED": "1",
        }

    async def start(self, process: str) -> None:
        """Starts a process that is not running, and waits until it is ready."""
        child = self.processes[process]
        await child.start()
        await child.until_ready(START_PATIENCE)

    async def run_ahead(self, offset: str) -> None:
        """Stops all processes and starts them with a clock that is so far ahead; the mint must be a local issuer."""
        await _stop(self)
        self.ahead = offset
        for process, child in self.processes.items():
            program = replace(child.program, environment=child.program.environment | {"QUXIANG_CLOCK": offset})
            self.processes[process] = Child(program)
        await asyncio.gather(*(self.start(process) for process in self.processes))

    async def kill(self, process: str) -> None:
        """Ends a process as `kill -9` does."""
        child = self.processes[process]
        child.kill()
        await child.exited()

    async def run(self, service: str, *arguments: str) -> str:
        """Runs a maintenance command of a service to its end; gives what it wrote, and fails if it failed."""

        program = self._program(f"{service}-{arguments[0]}-{secrets.token_hex(3)}", service, arguments, 0)
        child = Child(program)
        await child.start()
        code = await child.exited()
        written: str = program.log.read_text(errors="replace")
        assert code == 0, f"{service} {' '.join(arguments)} ended with {code}:\n{written[-4000:]}"
        return written

    def add(self, process: str, service: str, command: str, port: int) -> None:
        """Describes a process without starting it."""

        self.probe_ports[process] = port if command == "worker" else free_port()
        self.processes[process] = Child(self._program(process, service, (command,), port))

    def _program(self, process: str, service: str, arguments: Sequence[str], port: int):  # type: ignore[no-untyped-def]

        async def ready() -> bool:
            async with httpx.AsyncClient(timeout=3, trust_env=False, verify=NO_TLS) as client:
                try:
                    return (await client.get(f"http://{LOOPBACK}:{port}/readyz")).status_code == httpx.codes.OK
                except httpx.HTTPError:
                    return False

        return Program(
            name=process,
            command=(sys.executable, "-m", service, *arguments),
            log=self.log(process),
            ready=ready,
            environment=self.environment(service, port, self.probe_ports.get(process, 0)),
        )


@asynccontextmanager
async def running_stack(folder: Path, *, split: Sequence[str] = (), issuer: str = ISSUER) -> AsyncIterator[Stack]:
    """Runs the four services; those named in `split` as an API and a worker that can be killed apart."""

    stack = Stack(folder, TokenMint(folder, issuer), kafka_address(), f"t-{secrets.token_hex(4)}.")
    stack.mint.service_token_file(folder)
    async with AsyncExitStack() as opened:
        for service in SERVICES:
            KeyRing.generate().store(folder / f"{service}.keyring.json")
            stack.databases[service] = await opened.enter_async_context(service_database(service, compared=False))
            stack.ports[service] = free_port()
        opened.push_async_callback(delete_topics, stack.settings("registry"), stack.prefix)
        for service in SERVICES:
            _describe(stack, service, free_port() if service in split else None)
        opened.push_async_callback(_stop, stack)
        for process in stack.processes.values():
            await process.start()
        for process in stack.processes.values():
            await process.until_ready(START_PATIENCE)
        yield stack


def _describe(stack: Stack, service: str, worker_port: int | None) -> None:
    if worker_port is None:
        stack.add(service, service, "all", stack.ports[service])
        return
    stack.add(f"{service}-api", service, "api", stack.ports[service])
    stack.add(f"{service}-worker", service, "worker", worker_port)


async def _stop(stack: Stack) -> None:
    await asyncio.gather(*(process.stop(10) for process in stack.processes.values()))
