"""What runs is started again whatever stands in its way, with pauses that grow; a stop stops everything."""

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from quxiang.supervisor import LONGEST_PAUSE, SHORTEST_PAUSE, STEADY_AFTER, BackOff, Supervisor
from servers.child import Program
from servers.processes import PidFile
from testing.waiting import eventually

SLEEP = "import time; time.sleep(600)"


class Watched:
    """A supervisor of programs that do nothing, in a folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.supervisor = Supervisor(self.said.append, lambda name: PidFile(self.pids / f"{name}.pid"))
        self.pids.mkdir()

    @property
    def pids(self) -> Path:
        return self.folder / "pids"

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    async def start(self, name: str) -> None:
        async def ready() -> bool:
            return True

        command = (sys.executable, "-c", SLEEP, str(self.folder))
        await self.supervisor.start(Program(name, command, self.log(name), ready), 10)

    def kill(self, name: str) -> None:
        found = PidFile(self.pids / f"{name}.pid").process()
        assert found is not None
        found.kill()

    def heard(self, words: str) -> Callable[[], bool]:
        return lambda: any(words in line for line in self.said)

    def running(self) -> list[psutil.Process]:
        return [each for each in psutil.Process().children() if str(self.folder) in each.cmdline()]


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    made = Watched(tmp_path)
    yield made
    await made.supervisor.stop(made.supervisor.names(), 5)


@pytest.mark.server
async def test_what_cannot_be_started_again_is_said_and_tried_again(watched: Watched) -> None:
    await watched.start("service")
    watched.log("service").unlink()
    watched.log("service").mkdir()
    watched.kill("service")
    await eventually(watched.heard("service could not be started (Is a directory)"))
    watched.log("service").rmdir()
    await eventually(watched.heard("service is ready again"))


@pytest.mark.server
async def test_what_cannot_be_noted_does_not_run(watched: Watched) -> None:
    await watched.start("service")
    watched.kill("service")
    (watched.pids / "service.pid").unlink()
    watched.pids.rmdir()
    await eventually(watched.heard("service could not be started (No such file or directory)"))
    assert watched.running() == []
    watched.pids.mkdir()
    await eventually(watched.heard("service is ready again"))


@pytest.mark.server
async def test_a_stop_stops_everything_whatever_fails(watched: Watched) -> None:
    await watched.start("service")
    await watched.start("other")
    watched.log("service").unlink()
    watched.log("service").mkdir()
    watched.kill("service")
    await eventually(watched.heard("service could not be started"))
    (watched.pids / "other.pid").unlink()
    (watched.pids / "other.pid").mkdir()
    await watched.supervisor.stop(["service", "other"], 5)
    assert watched.running() == []
    assert watched.supervisor.names() == []


def test_pauses_grow_to_a_limit() -> None:
    back_off = BackOff()
    pauses = [back_off.after(0.1) for _ in range(10)]
    assert pauses[:3] == [SHORTEST_PAUSE, 2 * SHORTEST_PAUSE, 4 * SHORTEST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE


def test_a_steady_run_makes_the_next_pause_short() -> None:
    back_off = BackOff()
    for _ in range(5):
        back_off.after(0.1)
    assert back_off.after(STEADY_AFTER) == SHORTEST_PAUSE
