"""Beside a running stack: the surroundings of its services, their maintenance commands, and their logs."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from quxiang.ahead import of_last_run
from quxiang.control import NOT_RUNNING
from quxiang.services import Post, Surroundings
from quxiang.state import State
from servers.child import inherited
from servers.problems import StartProblem

_LOOK_SECONDS = 0.2
_TAIL_BYTES = 200_000


def environment_of(state: State, service: str) -> dict[str, str]:
    """The settings of one service of the running stack; raises StartProblem without one."""
    running = state.recall("run.json")
    postgres, kafka = running.get("postgres"), running.get("kafka")
    if not isinstance(postgres, str) or not isinstance(kafka, str):
        raise StartProblem(NOT_RUNNING)
    ports = state.recall("ports.json")
    gateway, relay = ports.get("gateway"), ports.get("relay")
    post = Post(gateway, relay) if isinstance(gateway, int) and isinstance(relay, int) else None
    port = int(postgres.rpartition(":")[2])
    return Surroundings(state, port, kafka, of_last_run(state), post=post).environment(service)


def become_command(state: State, service: str, arguments: Sequence[str]) -> NoReturn:
    """Replaces this process by a maintenance command of a service, which so has its input, output and exit code."""
    environment = inherited(os.environ) | environment_of(state, service)
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", service, *arguments], environment)  # noqa: S606 - no shell is meant


def follow_log(path: Path, say: Callable[[str], None], *, lines: int, until: Callable[[], bool]) -> None:
    """Shows the last lines of a log and what is written from then on, while `until` is false; raises StartProblem."""
    try:
        log = path.open("rb")
    except FileNotFoundError:
        raise StartProblem(f"There is no log {path} yet. Start the stack with `make run`.") from None
    with log:
        size = log.seek(0, os.SEEK_END)
        start = max(0, size - _TAIL_BYTES)
        log.seek(start)
        found = log.read().decode(errors="replace").splitlines()
        # a start in the middle of the log is one in the middle of a line
        for line in (found[1:] if start else found)[-lines:] if lines else []:
            say(line)
        while not until():
            if written := log.readline():
                say(written.decode(errors="replace").rstrip("\n"))
            else:
                time.sleep(_LOOK_SECONDS)
