"""The whole local stack: what starts after what, and what stops before what."""

import asyncio
import contextlib
import os
from collections.abc import Collection

from quxiang.addresses import PORTS, url
from quxiang.ahead import remember
from quxiang.console import Console
from quxiang.keys import gateway_secret, renew_service_token
from quxiang.provisioning import ensure_all_topics, ensure_databases, fingerprint
from quxiang.services import Post, Surroundings
from quxiang.state import State
from quxiang.supervisor import Supervisor
from servers import postgres
from servers.kafka import Kafka
from servers.ports import LOOPBACK, free_port, is_taken, keep_or_choose
from servers.postgres import Postgres
from servers.problems import StartProblem

SERVER_PATIENCE = 120.0
SERVICE_PATIENCE = 120.0
# Together below the ten seconds after which nothing may be left.
START_STOPS = 1.0
SERVICES_STOP = 5.5
SERVERS_STOP = 2.5


class Stack:
    """PostgreSQL, Kafka and the four services under one supervisor.

    `ahead` is the offset of its clock as text. Services in `left_out` are not started, until they are asked for.
    """

    def __init__(self, state: State, console: Console, *, ahead: str = "", left_out: Collection[str] = ()) -> None:
        self._state = state
        self._console = console
        self._ahead = ahead
        self._left_out = left_out
        self._is_announced = False
        self._supervisor = Supervisor(console.say, state.pid_file, self._announce_again)
        data = postgres.data_folder(state.folder)
        ports = state.recall("ports.json")
        self._postgres = Postgres(data, state.log("postgres"), keep_or_choose(_port(ports.get("postgres"))))
        self._external_kafka = os.environ.get("QUXIANG_KAFKA")
        self._kafka = Kafka(
            state.folder / "kafka", state.log("kafka"), keep_or_choose(_port(ports.get("kafka"))), free_port()
        )
        kafka = self._external_kafka or self._kafka.address
        self._probe_ports = {service: keep_or_choose(_port(ports.get(f"{service} probes"))) for service in PORTS}
        self._post = Post(keep_or_choose(_port(ports.get("gateway"))), keep_or_choose(_port(ports.get("relay"))))
        self.surroundings = Surroundings(state, self._postgres.port, kafka, ahead, self._probe_ports, self._post)

    async def start(self) -> None:
        """Brings everything up; what does not come up comes out as a group."""
        for service in PORTS:
            if service not in self._left_out:
                self._require_port(service)
        for folder in (self._state.folder, self._postgres.data.parent):
            self._state.require_space(next(each for each in (folder, *folder.parents) if each.exists()))
        probes = {f"{service} probes": port for service, port in self._probe_ports.items()}
        post = {"gateway": self._post.gateway_port, "relay": self._post.relay_port}
        servers = {"postgres": self._postgres.port, "kafka": self._kafka.port}
        self._state.remember("ports.json", {**servers, **post, **probes})
        remember(self._state, self._ahead)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._start_databases())
            group.create_task(self._start_kafka())
            group.create_task(self._supervisor.start(self._post.program(self._state, self._ahead), SERVICE_PATIENCE))
        async with asyncio.TaskGroup() as group:
            for service in PORTS:
                renew_service_token(self._state, service)
                if service not in self._left_out:
                    group.create_task(self._supervisor.start(self.surroundings.program(service), SERVICE_PATIENCE))
        self._announce()
        self._is_announced = True

    async def start_service(self, service: str) -> None:
        """Starts a service that does not run; raises StartProblem if it does not become ready, and stops it again."""
        if service in self._supervisor.names():
            return await self._supervisor.until_ready(service, SERVICE_PATIENCE)
        self._require_port(service)
        try:
            await self._supervisor.start(self.surroundings.program(service), SERVICE_PATIENCE)
        except StartProblem:
            await self.stop_service(service)
            raise

    async def stop_service(self, service: str) -> None:
        """Stops a service; the supervisor does not start it again."""
        await self._supervisor.stop([service], SERVICES_STOP)
        self._console.say(f"{service} is stopped")

    async def stop(self) -> None:
        """Stops the services first, so that they can finish what they have, then the servers below them."""
        self._is_announced = False
        with contextlib.suppress(OSError):
            self._state.run_file.unlink()
        servers = {"postgres", "kafka"}
        await self._supervisor.stop([name for name in self._supervisor.names() if name not in servers], SERVICES_STOP)
        await self._supervisor.stop(servers, SERVERS_STOP)

    def kill(self) -> None:
        """Ends everything at once."""
        self._supervisor.kill_all()

    async def _start_databases(self) -> None:
        await self._supervisor.start(await asyncio.to_thread(self._postgres.prepare), SERVER_PATIENCE)
        created = await ensure_databases(self._postgres.url)
        async with asyncio.TaskGroup() as group:
            for service in PORTS:
                group.create_task(self._migrate(service, is_new=service in created))
        self._console.say("the four databases are up to date")

    async def _migrate(self, service: str, *, is_new: bool) -> None:
        """Brings one database up to the code, unless the same code did so at an earlier start."""
        done, code_now = self._state.recall("migrated.json"), fingerprint(service, "common")
        if done.get(service) == code_now and not is_new:
            return
        code = await self._supervisor.run_once(self.surroundings.migration(service))
        if code != 0:
            raise StartProblem(
                f"The migrations of {service} failed with code {code}; see {self._state.log(service)}.\n"
                "`make reset` wipes all local data, if that is what you want."
            )
        self._state.remember("migrated.json", {**self._state.recall("migrated.json"), service: code_now})

    async def _start_kafka(self) -> None:
        if self._external_kafka is None:
            await self._supervisor.start(await asyncio.to_thread(self._kafka.prepare), SERVER_PATIENCE)
        await ensure_all_topics(self.surroundings)

    def _require_port(self, service: str) -> None:
        port = PORTS[service]
        if is_taken(port):
            raise StartProblem(
                f"Port {port}, which {service} needs, is taken by another program{_owner_of(port)}. "
                "Stop that program, then start again."
            )

    def _announce(self) -> None:
        running = self._supervisor.processes()
        self._state.remember(
            "run.json",
            {
                "services": {service: url(port) for service, port in PORTS.items()},
                "probes": {service: url(port) for service, port in self._probe_ports.items()},
                "kafka": self.surroundings.kafka,
                "postgres": f"{LOOPBACK}:{self._postgres.port}",
                "databases": {service: self.surroundings.database_url(service, "owner") for service in PORTS},
                "post": {
                    "arrived": self._post.arrived,
                    "gateway_secret": gateway_secret(self._state),
                    "relay": f"{LOOPBACK}:{self._post.relay_port}",
                },
                "processes": {service: running[service] for service in PORTS if service in running},
            },
        )

    def _announce_again(self) -> None:
        """Keeps the process ids true while the stack runs; a full disk is no reason to stop it."""
        if self._is_announced:
            with contextlib.suppress(OSError):
                self._announce()


def _owner_of(port: int) -> str:
    import psutil

    try:
        found = [each for each in psutil.net_connections("tcp") if each.laddr and each.laddr.port == port and each.pid]
        return f" ({psutil.Process(found[0].pid).name()}, process {found[0].pid})" if found else ""
    except (psutil.Error, PermissionError):
        return ""


def _port(value: object) -> int | None:
    return value if isinstance(value, int) else None
