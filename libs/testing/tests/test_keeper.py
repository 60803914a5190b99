"""The process that holds the servers of a test run ends with the run, however the run ends."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import psutil

from testing.waiting import eventually


def ask(path: Path, name: str) -> dict[str, str]:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(150)
        connection.connect(str(path))
        connection.sendall(name.encode() + b"\n")
        found: dict[str, str] = json.loads(connection.makefile("rb").readline())
        return found


def listens(path: Path) -> bool:
    """Whether it can be asked: the socket's file is there a moment before that."""
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect_ex(str(path)) == 0


async def test_it_gives_everybody_one_server_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "keeper" / "socket"
    path.parent.mkdir()
    command = [sys.executable, "-m", "testing.keeper", str(path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: ASYNC220
    assert process.stdin is not None
    await eventually(lambda: listens(path), within=60)
    assert "problem" in ask(path, "nonsense")
    first, second = ask(path, "postgres"), ask(path, "postgres")
    assert first == second
    assert first["address"].startswith("postgresql://")
    started = psutil.Process(process.pid).children(recursive=True)
    assert started
    process.stdin.close()
    assert process.wait(30) == 0
    _, alive = psutil.wait_procs(started, timeout=10)
    assert alive == []
    assert not path.parent.exists()
