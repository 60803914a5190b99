"""Load on one server: `wrk`, a generator in C, and where it is not installed a slower one of Python's sockets."""

import asyncio
import multiprocessing
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

CONNECTIONS = 16
_SCRIPT = Path(__file__).with_name("wrk.lua")
_WRK = shutil.which("wrk")
NAME = "wrk" if _WRK else "sockets of Python, because wrk is not on the PATH (Debian, Ubuntu: apt install wrk)"
"""What makes the load. The sockets of Python take a core of their own, so ratios come out too good with them."""


class Sent(NamedTuple):
    """One request as it is sent; the body is JSON or empty, `header` one of its own (`Name: value`)."""

    method: str
    path: str
    body: str = ""
    header: str = ""


class Measured(NamedTuple):
    """Answers within the seconds; `late` is how long the slowest in a hundred took, 0 where it is not known."""

    requests: int
    seconds: float
    late: float = 0.0

    @property
    def per_second(self) -> float:
        """The rate."""
        return self.requests / self.seconds


@dataclass
class Load:
    """Requests for one server, sent in turn over and over; with `once` each is sent at most once in all runs."""

    address: str
    requests: Path
    headers: Mapping[str, str]
    once: bool
    connections: int = CONNECTIONS
    position: int = 0
    number: int = field(init=False)

    def __post_init__(self) -> None:
        with self.requests.open() as lines:
            self.number = sum(1 for _ in lines)

    def run(self, seconds: int) -> Measured:
        """Sends for so long; raises RuntimeError if an answer was no success, or if the requests did not suffice."""
        requests, microseconds, failed, position, late = self._wrk(seconds) if _WRK else self._python(seconds)
        if failed:
            raise RuntimeError(f"{failed} of {requests} answers were no success")
        if self.once and position >= self.number:
            raise RuntimeError(f"{self.number} requests did not suffice")
        self.position = position
        return Measured(requests, microseconds / 1e6, late / 1e6)

    def _wrk(self, seconds: int) -> list[int]:
        headers = [part for name, value in self.headers.items() for part in ("-H", f"{name}: {value}")]
        connections = ("-t1", f"-c{self.connections}", f"-d{seconds}s", "--timeout", "30s")
        arguments = (str(self.requests), str(self.position), "once" if self.once else "again")
        command = [str(_WRK), *connections, *headers, "-s", str(_SCRIPT), self.address, "--", *arguments]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        (line,) = [line for line in output.splitlines() if line.startswith("measured ")]
        return [int(number) for number in line.split()[1:]]

    def _python(self, seconds: int) -> list[int]:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            return pool.apply(
                _send, (self.address, self.requests, self.headers, self.position, seconds, self.connections)
            )


@contextmanager
def written(requests: Sequence[Sent]) -> Iterator[Path]:
    """A file with the requests, as `Load` reads it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "requests"
        path.write_text("".join(f"{each.method}\t{each.path}\t{each.body}\t{each.header}\n" for each in requests))
        yield path


def _send(
    address: str, requests: Path, headers: Mapping[str, str], position: int, seconds: int, connections: int
) -> list[int]:
    sent = [Sent(*line.split("\t")) for line in requests.read_text().splitlines()]
    return asyncio.run(
        _sockets(address, [_written_out(each, headers) for each in sent], position, seconds, connections)
    )


async def _sockets(address: str, requests: Sequence[bytes], position: int, seconds: int, connections: int) -> list[int]:
    host, port = address.removeprefix("http://").split(":")
    begun, done, failed = time.perf_counter(), 0, 0

    async def client() -> None:
        nonlocal position, done, failed
        reader, writer = await asyncio.open_connection(host, int(port))
        while time.perf_counter() < begun + seconds and position < len(requests) + done:
            writer.write(requests[position % len(requests)])
            position += 1
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
            done += 1
            failed += head.split(b" ", 2)[1] >= b"400"
        writer.close()

    await asyncio.gather(*(client() for _ in range(connections)))
    return [done, round((time.perf_counter() - begun) * 1e6), failed, position, 0]


def _written_out(request: Sent, headers: Mapping[str, str]) -> bytes:
    lines = [f"{request.method} {request.path} HTTP/1.1", "Host: localhost"]
    own = request.header.partition(":")[0]
    lines += [f"{name}: {value}" for name, value in headers.items() if name != own]
    lines += [request.header] if own else []
    lines += [f"Content-Length: {len(request.body.encode())}", "", request.body]
    return "\r\n".join(lines).encode()


def say_what_loads() -> None:
    """Prints which generator makes the load."""
    sys.stdout.write(f"  load by {NAME}, {CONNECTIONS} connections\n")
