"""A real S3-compatible server for tests: SeaweedFS out of its wheel, with one bucket and one key."""

import json
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx

from servers.child import Child, Program
from servers.ports import LOOPBACK, free_port
from servers.problems import StartProblem

BUCKET = "quxiang"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "tests-secret"}

_PATIENCE = 60.0
_TRIES = 3


@dataclass(frozen=True)
class ObjectStorage:
    """A running server: its address for QUXIANG_OBJECTS, and the program itself."""

    address: str
    server: Child


@asynccontextmanager
async def object_storage(folder: Path) -> AsyncIterator[ObjectStorage]:
    """Starts a server that keeps its files in the folder; clients need CREDENTIALS in their environment."""
    storage = await _started(folder)
    try:
        yield storage
    finally:
        # nothing of it is needed any more, and its own end takes seconds
        storage.server.kill()
        await storage.server.exited()


async def _started(folder: Path) -> ObjectStorage:
    """A server that is ready; raises StartProblem after the last try."""
    tries = _TRIES
    while True:
        storage, tries = _prepared(folder), tries - 1
        try:
            await storage.server.start()
            await storage.server.until_ready(_PATIENCE)
        except StartProblem:
            # of its eight ports another program may have taken one meanwhile
            storage.server.kill()
            if not tries:
                raise
        else:
            return storage


def _prepared(folder: Path) -> ObjectStorage:
    ports = {name: free_port() for name in ("master", "volume", "filer", "s3")}
    identity = {"accessKey": CREDENTIALS["AWS_ACCESS_KEY_ID"], "secretKey": CREDENTIALS["AWS_SECRET_ACCESS_KEY"]}
    actions = ["Admin", "Read", "Write", "List"]
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [{"name": "tests", "credentials": [identity], "actions": actions}]}))
    bucket, status = f"http://{LOOPBACK}:{ports['filer']}/buckets/{BUCKET}/", f"http://{LOOPBACK}:{ports['s3']}/status"

    async def ready() -> bool:
        try:
            async with httpx.AsyncClient() as client:
                made, stored = (
                    await client.post(bucket),
                    await client.post(f"{bucket}ready", files={"file": b"x"}),
                )
                # made at an earlier try
                is_made = made.is_success or made.status_code == HTTPStatus.CONFLICT
                return is_made and stored.is_success and (await client.get(status)).is_success
        except httpx.HTTPError:
            return False

    program = Program("weed", (*_command(folder, ports), f"-s3.config={config}"), folder / "weed.log", ready)
    return ObjectStorage(f"s3://{BUCKET}/tests?endpoint=http://{LOOPBACK}:{ports['s3']}", Child(program))


def _command(folder: Path, ports: Mapping[str, int]) -> tuple[str, ...]:
    weed = shutil.which("weed", path=str(Path(sys.executable).parent)) or "weed"
    places = (f"-logdir={folder}", "server", f"-dir={folder}", f"-ip={LOOPBACK}", f"-ip.bind={LOOPBACK}")
    without = ("-s3.port.iceberg=0", "-s3.port.lance=0")
    small = ("-volume.max=20", "-master.volumeSizeLimitMB=64", "-master.telemetry=false")
    listening = [f"-{name}.port={port}" for name, port in ports.items()]
    listening += [f"-{name}.port.grpc={free_port()}" for name in ports]
    return (weed, *places, "-filer", "-s3", *without, *small, *listening)
