"""What a stack took of the processors so far: its processes, what they have started, and the servers below."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

import psutil

from testing.stack import Stack

Spent = Mapping[str, float]
"""Seconds by part: a process, the sessions of a service, `postgres` for its other processes, `broker`."""


def spent(stack: Stack) -> Spent:
    """By part. What has ended counts with the process that has waited for it."""
    found: Counter[str] = Counter()
    ours = {child.pid: name for name, child in stack.processes.items()}
    sessions = {each.name: f"{service} sessions" for service, each in stack.databases.items()}
    broker = f":{stack.kafka.rpartition(':')[2]}"
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            part = _part(process, ours, sessions, broker)
            if part is not None:
                times = process.cpu_times()
                found[part] += sum(times[:4])
    return found


def _part(
    process: psutil.Process, ours: Mapping[int | None, str], sessions: Mapping[str, str], broker: str
) -> str | None:
    if process.name() == "postgres":
        words = " ".join(process.cmdline()).split()
        return next((part for name, part in sessions.items() if name in words), "postgres")
    if process.pid in ours:
        return ours[process.pid]
    if process.name() == "java":
        return "broker" if any(broker in word for word in process.cmdline()) else None
    started_by = next((ours[each.pid] for each in process.parents() if each.pid in ours), None)
    if started_by is None:
        return None
    return f"{started_by} {'reader' if 'common.sheet_reader' in process.cmdline() else 'imports'}"
