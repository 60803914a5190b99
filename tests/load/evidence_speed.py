"""Evidence of 1 MB over HTTP against bare Starlette that hashes and stores it, and the memory of many large files.

Both servers are processes of their own and flush what they store; ours also asks for the token, looks whether the
caller may send, tells the kind by content, seals, and commits a row with its audit entry. No worker runs, so no piece
is checked meanwhile. As many senders as a caller may have files under way, in turns to each server.
"""

import asyncio
import hashlib
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from itertools import islice
from multiprocessing.pool import ThreadPool
from pathlib import Path
from statistics import median
from uuid import uuid4

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from common.http.uploads import OF_ONE_CALLER
from tests.load.freshness import running
from tests.load.peaks import megabytes
from tests.load.reporting import Verdict
from tests.load.request_cases import SCHOOL, Case, Stage, contracts, staged
from tests.load.request_cost import answering, free_port, serving

MB = 1_000_000
ROUNDS, OF_ROUND, OF_RECORD = 5, 80, 10
"""Rounds, uploads of each to each server, and pieces that a registration may have."""

LARGE, AT_ONCE = 10, 100
SHARE_BUDGET, MEMORY_BUDGET = 0.5, 400.0
PATIENCE = 300.0
_BOUNDARY = "5f1d0c6b"


@dataclass(frozen=True)
class Target:
    """Where a file is sent, and with which headers."""

    port: int
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)


async def measure() -> list[Verdict]:
    """The share of the bare server's uploads a second, then the memory."""
    async with staged("destinations", _contracts) as stage:
        paths = iter([case.path.replace("{item}", item) for case in stage.cases for item in case.items])
        with tempfile.TemporaryDirectory() as folder:
            bare_port = free_port()
            async with serving(stage) as (ours, port):
                with running(serve, folder, bare_port):
                    await answering(bare_port)
                    rounds = [list(islice(paths, OF_ROUND // OF_RECORD)) for _ in range(ROUNDS + 1)]
                    shares = [_share(stage, port, bare_port, each) for each in rounds]
                memory = _memory(stage, port, ours, list(paths))
    said = " ".join(f"{share:.2f}" for share in sorted(shares[1:]))
    sys.stdout.write(f"  uploads a second as a share of the bare server's: {said}\n")
    return [
        Verdict("evidence of 1 MB against bare Starlette", median(shares[1:]), SHARE_BUDGET, at_least=True),
        Verdict(f"megabytes of the API beside {AT_ONCE} uploads of {LARGE} MB at once", memory, MEMORY_BUDGET),
    ]


async def _contracts(stage: Stage, admin: asyncpg.Connection) -> Sequence[Case]:
    number = (ROUNDS + 1) * OF_ROUND // OF_RECORD + AT_ONCE
    return [Case("evidence", "/v1/registrations/{item}/evidence", await contracts(stage, admin, number))]


def _share(stage: Stage, port: int, bare_port: int, paths: Sequence[str]) -> float:
    """One round."""
    headers = stage.mint.headers("school_officer", school=SCHOOL, ttl=3600)
    ours = [Target(port, path, headers) for path in paths for _ in range(OF_RECORD)]
    bare = [Target(bare_port, "/") for _ in ours]
    seconds = [_seconds(each, MB, OF_ONE_CALLER) for each in (bare, ours)]
    return seconds[0] / seconds[1]


def _memory(stage: Stage, port: int, process: int, paths: Sequence[str]) -> float:
    """The most that the API took while as many callers sent a large file at once, each until it was stored."""
    headers = [stage.mint.headers("school_officer", school=SCHOOL, subject=path, ttl=3600) for path in paths]
    targets = [Target(port, path, each) for path, each in zip(paths, headers, strict=True)]
    Path(f"/proc/{process}/clear_refs").write_text("5")
    before = megabytes(process)
    seconds = _seconds(targets, LARGE * MB, len(targets))
    sys.stdout.write(f"  {len(targets)} of {LARGE} MB stored in {seconds:.0f} s, the API at {before:.0f} MB before\n")
    return megabytes(process)


def _seconds(targets: Sequence[Target], size: int, at_once: int) -> float:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_send, (targets, size, at_once))


def _send(targets: Sequence[Target], size: int, at_once: int) -> float:
    """Sends a file to each target, so many side by side."""
    body = _form(size)
    with ThreadPool(at_once) as threads:
        begun = time.perf_counter()
        statuses = threads.map(partial(_stored, body), targets, chunksize=1)
        seconds = time.perf_counter() - begun
    if {*statuses} != {201}:
        raise RuntimeError(f"not all were stored: {sorted({*statuses})}")
    return seconds


def _stored(body: bytes, target: Target) -> int:
    """The status of the answer; a server that is busy is asked again."""
    deadline = time.monotonic() + PATIENCE
    headers = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}", **target.headers}
    while time.monotonic() < deadline:
        connection = HTTPConnection("127.0.0.1", target.port, timeout=PATIENCE)
        # a server that takes no more files may answer before it has the whole
        with suppress(ConnectionError, HTTPException):
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request("POST", target.path, body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 503:
                return answer.status
        connection.close()
        time.sleep(0.2)
    return 0


def _form(size: int) -> bytes:
    """A form with a PDF that is told by its beginning."""
    fields = {"kind": "labour_contract", "title": "劳动合同"}
    parts = [f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    content = b"%PDF-1.7\n" + os.urandom(size - 9)
    return "".join(parts).encode() + head.encode() + content + f"\r\n--{_BOUNDARY}--\r\n".encode()


def serve(folder: str, port: int) -> None:
    """Bare Starlette as a process: hashes what it is sent, and stores it in the folder."""

    async def keep(request: Request) -> JSONResponse:
        async with request.form() as form:
            file = form["file"]
            assert isinstance(file, UploadFile)
            content = await file.read()
        digest = await asyncio.to_thread(_kept, Path(folder, uuid4().hex), content)
        return JSONResponse({"sha256": digest}, 201)

    routes = [Route("/", keep, methods=["POST"]), Route("/livez", _alive)]
    uvicorn.run(Starlette(routes=routes), host="127.0.0.1", port=port, log_config=None, access_log=False)


async def _alive(_request: Request) -> JSONResponse:
    return JSONResponse({})


def _kept(path: Path, content: bytes) -> str:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return hashlib.sha256(content).hexdigest()
