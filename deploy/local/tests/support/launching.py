"""A launcher as a real process, with small programs in the place of the services."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from typer.testing import CliRunner, Result

from quxiang.cli import app
from servers.ports import free_port
from testing.waiting import eventually

SERVICES = ("registry", "destinations", "surveys", "indicators")

# A service as the launcher sees it: a command that migrates, one that serves, an orderly end.
STAND_IN = """
import os, signal, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

if sys.argv[1] == "echo":
    print(sys.stdin.read(), *sys.argv[3:], os.environ["QUXIANG_DATABASE_URL"], sep="|", end="", flush=True)
    sys.exit(int(sys.argv[2]))
if sys.argv[1] == "all":
    print(f"{os.environ['QUXIANG_PORT']} serves", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer((os.environ["QUXIANG_HOST"], int(os.environ["QUXIANG_PORT"])), Ready).serve_forever()
"""


class Launcher:
    """`quxiang run` on a state folder and ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.first_port = _row_of_free_ports()
        self.process: subprocess.Popen[bytes] | None = None
        self._started_at = 0
        self.settings: dict[str, str] = {}
        for service in SERVICES:
            (folder / "programs" / service).mkdir(parents=True)
            (folder / "programs" / service / "__init__.py").touch()
            (folder / "programs" / service / "__main__.py").write_text(STAND_IN)

    @property
    def environment(self) -> dict[str, str]:
        """Surroundings of a launcher, and of the commands beside it."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("QUXIANG_")},
            "QUXIANG_STATE": str(self.state),
            "QUXIANG_FIRST_PORT": str(self.first_port),
            "PYTHONPATH": str(self.folder / "programs"),
            **self.settings,
        }

    def quxiang(self, *arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
        """Another command of the launcher, on the same state folder."""
        return subprocess.run(
            [sys.executable, "-m", "quxiang", *arguments],
            input=given,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=120,
        )

    def refused(self, *arguments: str) -> Result:
        """A command that starts nothing, in this process: one of its own takes seconds to import what it needs."""
        ours = {name: None for name in os.environ if name.startswith("QUXIANG_")} | self.settings
        return CliRunner().invoke(app, arguments, env=ours | {"QUXIANG_STATE": str(self.state)})

    def start(self, *options: str, ignoring: Iterable[signal.Signals] = ()) -> subprocess.Popen[bytes]:
        """`ignoring` is what `nohup` and its like have the launcher ignore from its birth."""

        def prepare() -> None:
            for number in ignoring:
                signal.signal(number, signal.SIG_IGN)

        self._started_at = time.time_ns()
        with (self.folder / "output").open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "quxiang", "run", "--no-demo", *options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self.environment,
                start_new_session=True,
                preexec_fn=prepare,
            )
        return self.process

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text()

    def addresses(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.state / "run.json").read_text())
        return found

    async def until_running(self) -> None:
        process = self.process
        assert process is not None
        await eventually(lambda: process.poll() is not None or self._is_announced(), within=120)
        assert process.poll() is None, self.output

    def _is_announced(self) -> bool:
        """By this launcher: a killed one leaves the file of its own run, which the next one takes away."""
        with suppress(FileNotFoundError):
            return (self.state / "run.json").stat().st_mtime_ns > self._started_at
        return False

    def pid_of(self, name: str) -> int:
        return int((self.state / "pids" / f"{name}.pid").read_text().split()[0])

    def processes(self) -> list[psutil.Process]:
        """Every process of this stack, by what only its command lines and surroundings hold."""
        return [each for each in psutil.process_iter() if _belongs(each, str(self.folder))]

    def wait(self, seconds: float) -> int:
        assert self.process is not None
        return self.process.wait(seconds)

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)


def _belongs(process: psutil.Process, folder: str) -> bool:
    try:
        return folder in " ".join(process.cmdline()) or process.environ().get("QUXIANG_STATE", "").startswith(folder)
    except psutil.Error:
        return False


def _row_of_free_ports() -> int:
    while True:
        first = free_port()
        try:
            for port in range(first, first + 4):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
