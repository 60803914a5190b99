"""What a stack took of the processors so far: its processes, what they have started, and the servers below."""

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress

import psutil

from testing.stack import Stack

Spent = Mapping[str, float]
"""Seconds by part: a process, the sessions of a service, `postgres` for its other processes, `broker`."""


def spent(stack: Stack) -> Spent:
    """By part. What has ended counts with the process that has waited for it."""
    found: defaultdict[str, float] = defaultdict(float)
    ours: dict[int | None, str] = {child.pid: name for name, child in stack.processes.items()}
    ours |= dict.fromkeys(_listening(int(stack.kafka.rpartition(":")[2])), "broker")
    sessions = {each.name: f"{service} sessions" for service, each in stack.databases.items()}
    server = _server_of(stack.databases["registry"].name)
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            part = _part(process, ours, sessions, server)
            if part is not None:
                found[part] += sum(process.cpu_times()[:4])
    return found


def _part(
    process: psutil.Process, ours: Mapping[int | None, str], sessions: Mapping[str, str], server: int | None
) -> str | None:
    if process.name() == "postgres":
        if server not in {process.pid, process.ppid()}:
            return None
        return next((part for name, part in sessions.items() if name in _words(process)), "postgres")
    if process.pid in ours:
        return ours[process.pid]
    started_by = next((ours[each.pid] for each in process.parents() if each.pid in ours), None)
    if started_by is None:
        return None
    return f"{started_by} {'reader' if 'common.sheet_reader' in process.cmdline() else 'imports'}"


def _server_of(database: str) -> int | None:
    """The id of the server that a session of the database belongs to."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.name() == "postgres" and database in _words(process):
                return process.ppid()
    return None


def _words(process: psutil.Process) -> list[str]:
    return " ".join(process.cmdline()).split()


def _listening(port: int) -> set[int | None]:
    """The ids of the processes at a port, as far as the system says."""
    with suppress(psutil.Error):
        listening = (each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN)
        return {each.pid for each in listening if each.laddr and each.laddr.port == port}
    return set()
