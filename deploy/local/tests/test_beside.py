"""The commands beside a running stack: stop, start, env, logs, command; and how they refuse."""

import os
import shlex
import signal
import subprocess
import sys

import asyncpg
import pytest
from launching import Launcher

from servers.ports import is_taken
from testing.waiting import eventually

LIVING = ["registry", "surveys", "indicators"]


@pytest.mark.usefixtures("no_own_kafka")
async def test_a_stack_without_one_service_and_what_is_done_beside_it(launcher: Launcher) -> None:
    process = launcher.start("--except", "destinations")
    await launcher.until_running()
    port = launcher.first_port + 1
    assert list(launcher.addresses()["processes"]) == LIVING
    assert launcher.addresses()["probes"].keys() == launcher.addresses()["services"].keys()
    assert not is_taken(port)

    shown = launcher.quxiang("env", "destinations").stdout.splitlines()
    environment = dict(part for line in shown for part in [shlex.split(line)[0].split("=", 1)])
    assert environment["QUXIANG_PORT"] == str(port)
    connection = await asyncpg.connect(environment["QUXIANG_DATABASE_URL"])
    assert await connection.fetchval("SELECT current_user") == "destinations_app"
    await connection.close()

    done = launcher.quxiang("command", "registry", "echo", "7", "--dry-run", "-x", given="rows")
    assert done.returncode == 7
    assert done.stdout.startswith("rows|--dry-run|-x|postgresql://registry_app@")

    done = launcher.quxiang("start", "destinations")
    assert (done.returncode, done.stdout, done.stderr) == (0, "destinations is ready\n", "")
    assert is_taken(port)
    assert launcher.addresses()["processes"]["destinations"] == launcher.pid_of("destinations")

    for _ in range(2):
        done = launcher.quxiang("stop", "destinations")
        assert (done.returncode, done.stdout, done.stderr) == (0, "destinations is stopped\n", "")
    assert not is_taken(port)
    assert list(launcher.addresses()["processes"]) == LIVING
    assert "starting it again" not in launcher.output

    program = launcher.folder / "programs" / "destinations" / "__main__.py"
    works = program.read_text()
    program.write_text("import sys\nsys.exit('not today')\n")
    done = launcher.quxiang("start", "destinations")
    assert (done.returncode, done.stdout) == (1, "")
    assert "not today" in done.stderr
    assert "Traceback" not in done.stderr
    program.write_text(works)
    assert launcher.quxiang("start", "destinations").returncode == 0
    assert process.poll() is None

    os.kill(launcher.pid_of("destinations"), signal.SIGKILL)
    await eventually(lambda: "destinations is ready again" in launcher.output, within=30)
    assert launcher.addresses()["processes"]["destinations"] == launcher.pid_of("destinations")
    process.send_signal(signal.SIGTERM)
    assert launcher.wait(10) == 0
    assert not (launcher.state / "control.json").exists()


def test_a_log_is_followed(launcher: Launcher) -> None:
    log = launcher.state / "logs" / "registry.log"
    log.parent.mkdir(parents=True)
    log.write_text("".join(f"line {n}\n" for n in range(100)))
    following = subprocess.Popen(
        [sys.executable, "-m", "quxiang", "logs", "registry", "--lines", "2"],
        stdout=subprocess.PIPE,
        text=True,
        env=launcher.environment,
    )
    assert following.stdout is not None
    assert [following.stdout.readline() for _ in range(2)] == ["line 98\n", "line 99\n"]
    with log.open("a") as growing:
        growing.write("line 100\n")
    assert following.stdout.readline() == "line 100\n"
    following.send_signal(signal.SIGINT)
    assert following.wait(10) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["env"],
        ["env", "nobody"],
        ["logs", "nobody"],
        ["logs", "registry", "--lines", "-1"],
        ["stop"],
        ["stop", "postgres"],
        ["start", "nobody"],
        ["command", "registry"],
        ["command", "nobody", "verify"],
        ["run", "--except", "nobody"],
    ],
)
def test_wrong_use(launcher: Launcher, arguments: list[str]) -> None:
    done = launcher.refused(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr


NOT_RUNNING = "The stack is not running. Start it with `make run`.\n"


@pytest.mark.parametrize("arguments", [["stop", "registry"], ["start", "registry"], ["command", "registry", "verify"]])
def test_without_a_running_stack(launcher: Launcher, arguments: list[str]) -> None:
    done = launcher.refused(*arguments)
    assert (done.exit_code, done.output) == (1, NOT_RUNNING)


def test_without_a_running_stack_in_a_process(launcher: Launcher) -> None:
    done = launcher.quxiang("env", "registry")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", NOT_RUNNING)


def test_an_order_without_the_secret_is_not_obeyed(launcher: Launcher) -> None:
    launcher.state.mkdir()
    (launcher.state / "control.json").write_text("{}")
    assert launcher.refused("stop", "registry").exit_code == 1


def test_a_log_that_is_not_there_yet(launcher: Launcher) -> None:
    done = launcher.refused("logs", "kafka")
    assert (done.exit_code, done.output.startswith("There is no log")) == (1, True)
