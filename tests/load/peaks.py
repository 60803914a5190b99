"""How much memory processes took at most, as Linux counts it (VmHWM); elsewhere nothing is known."""

import asyncio
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil

from tests.load.reporting import Verdict

_EVERY_SECONDS = 0.1


class Peaks:
    """Watches what a worker starts: the process of its imports, and what reads the files below that one."""

    def __init__(self, worker: int) -> None:
        self._worker = psutil.Process(worker)
        self._megabytes: dict[str, float] = {}
        self._watching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._watching is not None
        self._watching.cancel()

    def seen_now(self) -> dict[str, int]:
        """The ids of the processes below the worker at this moment, by the last word of their commands."""
        found = {}
        for each in self._worker.children(recursive=True):
            with suppress(psutil.Error):
                if each.status() != psutil.STATUS_ZOMBIE:
                    found[self._part(each)] = each.pid
        return found

    def _part(self, process: psutil.Process) -> str:
        if "common.sheet_reader" in process.cmdline():
            return "sheet reader"
        return "imports" if process.ppid() == self._worker.pid else "imports, second"

    def verdicts(self, what: str, budget: float) -> list[Verdict]:
        """What was taken since the last `forget`."""
        return [
            Verdict(f"megabytes of {what} ({part})", peak, budget) for part, peak in sorted(self._megabytes.items())
        ]

    def forget(self) -> None:
        """Begins anew."""
        self._megabytes.clear()

    async def _watch(self) -> None:
        while True:
            for part, pid in self.seen_now().items():
                self._megabytes[part] = max(self._megabytes.get(part, 0.0), megabytes(pid))
            await asyncio.sleep(_EVERY_SECONDS)


def megabytes(pid: int) -> float:
    """The most that a process has taken; 0 of one that has ended, and where the system does not say."""
    if sys.platform != "linux":
        return 0.0
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next((int(line.split()[1]) * 1.024 / 1000 for line in lines if line.startswith("VmHWM")), 0.0)
    return 0.0


def verdicts_of(processes: Mapping[str, int], budget: float) -> list[Verdict]:
    """What processes by name have taken."""
    return [Verdict(f"megabytes of the {name}", megabytes(pid), budget) for name, pid in processes.items()]
