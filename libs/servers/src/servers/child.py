"""One process under the launcher: started in its own group, tied to the launcher, stopped with patience, then force."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from servers.ports import LOOPBACK
from servers.problems import StartProblem
from servers.processes import PidFile, signal_group, tie_to_parent

Probe = Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class Program:
    """What to run and how to tell that it is ready."""

    name: str
    command: tuple[str, ...]
    log: Path
    ready: Probe
    environment: dict[str, str] = field(default_factory=dict)
    user: int | None = None
    folder: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM


# The first would make every start compile everything again; the others may name a kind of proxy that no client knows.
_NOT_INHERITED = frozenset({"PYTHONDONTWRITEBYTECODE", "ALL_PROXY", "all_proxy"})


def inherited(environment: Mapping[str, str]) -> dict[str, str]:
    """What a child inherits of an environment; its proxies are for outside, our programs meet on the loopback."""
    kept = {name: value for name, value in environment.items() if name not in _NOT_INHERITED}
    direct = [kept.get("no_proxy") or kept.get("NO_PROXY"), LOOPBACK, "localhost"]
    return kept | dict.fromkeys(("no_proxy", "NO_PROXY"), ",".join(filter(None, direct)))


class Child:
    """A running program."""

    def __init__(self, program: Program, pid_file: PidFile | None = None) -> None:
        self.program = program
        self._pid_file = pid_file
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Starts the program; its output goes to the end of its log. After an OSError nothing of it runs."""
        program = self.program
        with program.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *program.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=inherited(os.environ) | program.environment,
                cwd=program.folder,
                process_group=0,
                preexec_fn=tie_to_parent(program.death_signal),
                user=program.user,
                group=program.user,
                extra_groups=None if program.user is None else [],
            )
        if self._pid_file:
            await self._note(self._pid_file, self._process)

    async def _note(self, pid_file: PidFile, process: asyncio.subprocess.Process) -> None:
        try:
            pid_file.write(process.pid)
        except OSError:
            self.kill()
            await process.wait()
            raise

    async def exited(self) -> int:
        """Waits for the end of the process, and returns its exit code."""
        assert self._process is not None
        code = await self._process.wait()
        if self._pid_file:
            self._pid_file.clear()
        return code

    async def is_ready(self) -> bool:
        """Asks the program once; no answer counts as no."""
        try:
            # not `wait_for`: before Python 3.12 it loses a cancellation that meets the answer
            async with asyncio.timeout(5):
                return await self.program.ready()
        except (OSError, TimeoutError):
            return False

    async def until_ready(self, patience: float) -> None:
        """Waits until the program says it is ready; a program that ends or takes too long is a problem to report."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while not await self.is_ready():
                    if self.pid is None:
                        code = self._process.returncode if self._process else None
                        ended = f"{self.program.name} ended with code {code} before it was ready."
                        raise StartProblem(f"{ended}\n{self._last_words()}")
                    await asyncio.sleep(0.05)
                return
        raise StartProblem(f"{self.program.name} was not ready after {patience:.0f} s.\n{self._last_words()}")

    async def stop(self, patience: float) -> None:
        """Asks the program to stop; after the patience kills it and whatever it started."""
        if self._process is None:
            return
        pid = self._process.pid
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(self.program.stop_signal)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._process.wait()
        signal_group(pid, signal.SIGKILL)
        await self.exited()

    def kill(self) -> None:
        """Ends the program and everything in its group at once."""
        if self._process is not None:
            signal_group(self._process.pid, signal.SIGKILL)

    def _last_words(self) -> str:
        lines = self.program.log.read_text(errors="replace").splitlines()[-12:]
        return "\n".join([f"The end of {self.program.log}:", *(f"  {line}" for line in lines)])
