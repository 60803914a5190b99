"""Processes of ours: how they are tied to the launcher, and how those of an earlier run are recognised."""

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1


def tie_to_parent(signal_number: int) -> Callable[[], None] | None:
    """A function for the child to run before exec, so that Linux ends it when its parent is gone (else None)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def prepare() -> None:
        prctl(_PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


@dataclass(frozen=True)
class PidFile:
    """The number and start time of a process, kept on disk so that a later run can tell it from a stranger."""

    path: Path

    def write(self, pid: int) -> None:
        """Remembers a running process."""
        with contextlib.suppress(psutil.Error):
            self.path.write_text(f"{pid} {psutil.Process(pid).create_time()}\n")

    def clear(self) -> None:
        """Forgets it; one that cannot be removed names a process that is gone, which does no harm."""
        with contextlib.suppress(OSError):
            self.path.unlink()

    def process(self) -> psutil.Process | None:
        """The process if it is still the same one."""
        try:
            pid, started = self.path.read_text().split()
            process = psutil.Process(int(pid))
            same = abs(process.create_time() - float(started)) < 1
        except (OSError, ValueError, psutil.Error):
            return None
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None


def signal_group(pid: int, number: int) -> None:
    """Sends a signal to a child and to everything it started in its own process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def end_leftovers(pid_files: Iterable[PidFile], patience: float = 8.0) -> list[str]:
    """Ends processes that a killed run left behind, and returns their names."""
    found = [(pid_file, process) for pid_file in pid_files if (process := pid_file.process())]
    for _, process in found:
        _signal_quietly(process, signal.SIGTERM)
    _, stubborn = psutil.wait_procs([process for _, process in found], timeout=patience)
    for process in stubborn:
        signal_group(process.pid, signal.SIGKILL)
        _signal_quietly(process, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=patience)
    for pid_file, _ in found:
        pid_file.clear()
    return [pid_file.path.stem for pid_file, _ in found]


def _signal_quietly(process: psutil.Process, number: int) -> None:
    with contextlib.suppress(psutil.Error):
        process.send_signal(number)
