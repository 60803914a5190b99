"""Keeps programs running: shows when they are ready, starts a crashed one again, stops them all in time."""

import asyncio
import time
from collections.abc import Callable, Iterable

from servers.child import Child, Program
from servers.processes import PidFile

SHORTEST_PAUSE = 0.3
LONGEST_PAUSE = 10.0
STEADY_AFTER = 30.0


class BackOff:
    """Pauses between restarts: longer each time, short again after a steady run."""

    def __init__(self) -> None:
        self._pause = SHORTEST_PAUSE

    def after(self, ran_for: float) -> float:
        """The pause after a run of this length."""
        pause = SHORTEST_PAUSE if ran_for >= STEADY_AFTER else self._pause
        self._pause = min(pause * 2, LONGEST_PAUSE)
        return pause


class Supervisor:
    """The programs of one stack."""

    def __init__(
        self,
        say: Callable[[str], None],
        pid_file: Callable[[str], PidFile],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`changed` is called when another process runs in the place of one, or none any more."""
        self._say = say
        self._pid_file = pid_file
        self._changed = changed
        self._children: dict[str, Child] = {}
        self._watchers: dict[str, asyncio.Task[None]] = {}

    async def start(self, program: Program, patience: float) -> None:
        """Starts a program, waits until it is ready, and keeps it running from then on."""
        child = Child(program, self._pid_file(program.name))
        self._children[program.name] = child
        await child.start()
        await child.until_ready(patience)
        self._say(f"{program.name} is ready")
        self._watchers[program.name] = asyncio.create_task(self._keep(child))
        self._changed()

    async def until_ready(self, name: str, patience: float) -> None:
        """Waits until a program that was started is ready; raises StartProblem."""
        await self._children[name].until_ready(patience)

    async def run_once(self, program: Program) -> int:
        """Runs a program that ends by itself, and returns its exit code."""
        child = Child(program, self._pid_file(program.name))
        self._children[program.name] = child
        await child.start()
        return await child.exited()

    async def stop(self, names: Iterable[str], patience: float) -> None:
        """Stops some programs side by side; whatever is left after the patience is killed."""
        stopping = [name for name in names if name in self._children]
        for name in stopping:
            if watcher := self._watchers.pop(name, None):
                watcher.cancel()
                await asyncio.wait({watcher})
        ended = [self._children.pop(name).stop(patience) for name in stopping]
        for name, failure in zip(stopping, await asyncio.gather(*ended, return_exceptions=True), strict=True):
            if failure is not None:
                self._say(f"{name} did not stop cleanly ({failure!r})")
        self._changed()

    def names(self) -> list[str]:
        """The programs in the order of their start."""
        return list(self._children)

    def processes(self) -> dict[str, int]:
        """The process ids of what runs at this moment, by name."""
        return {name: child.pid for name, child in self._children.items() if child.pid is not None}

    def kill_all(self) -> None:
        """Ends everything at once."""
        for child in self._children.values():
            child.kill()

    async def _keep(self, child: Child) -> None:
        back_off, name = BackOff(), child.program.name
        while True:
            started = time.monotonic()
            code = await child.exited()
            pause = back_off.after(time.monotonic() - started)
            self._say(f"{name} ended with code {code}; starting it again in {pause:.1f} s (see {child.program.log})")
            await asyncio.sleep(pause)
            await self._start_again(child, back_off)
            self._changed()
            while child.pid is not None:
                if await child.is_ready():
                    self._say(f"{name} is ready again")
                    break
                await asyncio.sleep(0.1)

    async def _start_again(self, child: Child, back_off: BackOff) -> None:
        while True:
            child.kill()
            try:
                return await child.start()
            except OSError as error:
                pause = back_off.after(0)
                self._say(
                    f"{child.program.name} could not be started ({error.strerror}); trying again in {pause:.1f} s"
                )
            await asyncio.sleep(pause)
