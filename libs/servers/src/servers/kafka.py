"""A real Apache Kafka on the loopback interface: one process, broker and controller (KRaft)."""

import asyncio
import os
import shutil
import struct
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from servers.child import Program
from servers.jars import kafka_classpath
from servers.java import find_java
from servers.ports import LOOPBACK
from servers.problems import StartProblem

_JVM = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError", "-Xshare:auto")
# The smallest request of the protocol, ApiVersions v0: key, version, correlation id, no client id.
_ASK_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 1, -1)

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=1000
broker.heartbeat.interval.ms=300
log.segment.bytes=16777216
log.index.size.max.bytes=65536
metadata.max.idle.interval.ms=0
log.cleaner.dedupe.buffer.size=4194304
controlled.shutdown.enable=false
"""


@dataclass(frozen=True)
class Kafka:
    """A broker with its data in a folder, served on a port."""

    folder: Path
    log: Path
    port: int
    controller_port: int

    @property
    def address(self) -> str:
        """What clients connect to."""
        return f"{LOOPBACK}:{self.port}"

    def prepare(self) -> Program:
        """Formats the data folder on first use, and returns the program that serves it."""
        java, classpath = find_java(), kafka_classpath()
        self.folder.mkdir(parents=True, exist_ok=True)
        data, properties = self.folder / "data", self.folder / "server.properties"
        properties.write_text(
            PROPERTIES.format(host=LOOPBACK, port=self.port, controller_port=self.controller_port, data=data)
        )
        command = (str(java), *_JVM, "-cp", os.pathsep.join(map(str, classpath)))
        if not (data / "meta.properties").exists():
            _format(command, data, properties)
        return Program(
            name="kafka",
            command=(*command, "kafka.Kafka", str(properties)),
            log=self.log,
            ready=self._answers,
            folder=self.folder,
        )

    async def _answers(self) -> bool:
        async with asyncio.timeout(3):
            reader, writer = await asyncio.open_connection(LOOPBACK, self.port)
            try:
                writer.write(_ASK_VERSIONS)
                return len(await reader.read(4)) > 0
            finally:
                writer.close()


def _format(command: Sequence[str], data: Path, properties: Path) -> None:
    shutil.rmtree(data, ignore_errors=True)
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode().replace("-", "A")
    arguments = ["kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True)  # noqa: S603
    if done.returncode != 0:
        shutil.rmtree(data, ignore_errors=True)
        raise StartProblem(f"Kafka could not prepare its data folder {data}:\n{done.stderr.strip()[-2000:]}")
