"""PostgreSQL and Kafka for tests: from the environment, else held by one keeper process for the whole test run.

With pytest-xdist the controlling process opens the keeper and every worker asks it over a socket, so there is one pair
of servers however many workers run, started when the first test needs them.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DATABASE_VARIABLE = "QUXIANG_TEST_DATABASE_URL"
KAFKA_VARIABLE = "QUXIANG_TEST_KAFKA"
_SOCKET_VARIABLE = "QUXIANG_TEST_KEEPER"
_START_PATIENCE = 150.0


def postgres_url() -> str:
    """The URL of a superuser of the PostgreSQL for tests."""
    return os.environ.get(DATABASE_VARIABLE) or _ask("postgres")


def kafka_address() -> str:
    """The address of the Kafka for tests."""
    return os.environ.get(KAFKA_VARIABLE) or _ask("kafka")


@contextmanager
def keeper() -> Iterator[None]:
    """Holds a keeper for the length of a test run; no server starts before a test asks for it."""
    folder = Path(tempfile.mkdtemp(prefix="quxiang-keeper-"))
    path = folder / "socket"
    os.environ[_SOCKET_VARIABLE] = str(path)
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "testing.keeper", str(path)], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        yield
    finally:
        os.environ.pop(_SOCKET_VARIABLE, None)
        assert process.stdin is not None
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _ask(name: str) -> str:
    path = os.environ.get(_SOCKET_VARIABLE)
    if path is None:
        raise RuntimeError(f"no servers for tests: run under pytest, or set {DATABASE_VARIABLE} and {KAFKA_VARIABLE}")
    with _connected(path) as connection:
        connection.sendall(name.encode() + b"\n")
        with connection.makefile("rb") as reply:
            answer = json.loads(reply.readline() or b'{"problem": "the keeper ended"}')
    if "problem" in answer:
        raise RuntimeError(f"the {name} for tests did not start: {answer['problem']}")
    address: str = answer["address"]
    os.environ[DATABASE_VARIABLE if name == "postgres" else KAFKA_VARIABLE] = address
    return address


def _connected(path: str) -> socket.socket:
    """Connects to the keeper, which opens its socket a moment after it was started."""
    deadline = time.monotonic() + _START_PATIENCE
    while True:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(_START_PATIENCE)
        try:
            connection.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return connection
