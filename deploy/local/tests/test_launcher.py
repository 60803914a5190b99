"""The life of a local stack: it starts, heals, ends within ten seconds, and starts again whatever happened before."""

import os
import signal
import socket
from functools import partial
from pathlib import Path

import psutil
import pytest
from launching import Launcher

from servers.ports import is_taken
from testing.waiting import eventually

ENDS = 30
"""Seconds. The launcher gives its programs less than ten together, but a busy machine is slow to give it its turns."""


def nothing_is_left(launcher: Launcher) -> bool:
    return launcher.processes() == []


async def test_it_starts_over_stale_files_heals_and_ends(launcher: Launcher) -> None:
    (launcher.state / "pids").mkdir(parents=True)
    (launcher.state / "lock").write_text("1\n")
    (launcher.state / "pids" / "kafka.pid").write_text(f"{os.getpid()} 12345.0\n")
    (launcher.state / "run.json").write_text("{")
    process = launcher.start()
    await launcher.until_running()
    addresses = launcher.addresses()
    assert set(addresses) == {"services", "kafka", "postgres", "databases", "processes", "probes", "post"}
    for part in ("services", "databases", "processes"):
        assert list(addresses[part]) == ["registry", "destinations", "surveys", "indicators"]
    assert addresses["databases"]["surveys"] == f"postgresql://surveys_owner@{addresses['postgres']}/surveys"
    assert addresses["processes"]["surveys"] == launcher.pid_of("surveys")
    for name in ("surveys", "postgres", "kafka"):
        before = launcher.pid_of(name)
        os.kill(before, signal.SIGKILL)
        await eventually(partial(_says, launcher, f"{name} is ready again"), within=30)
        assert launcher.pid_of(name) != before
    assert launcher.addresses()["processes"]["surveys"] == launcher.pid_of("surveys")
    process.send_signal(signal.SIGTERM)
    assert launcher.wait(ENDS) == 0
    await eventually(lambda: nothing_is_left(launcher))
    assert not (launcher.state / "run.json").exists()


@pytest.mark.usefixtures("no_own_kafka")
async def test_it_outlives_its_terminal_if_it_was_told_to_lets_no_second_one_in_and_ends_at_the_keys(
    launcher: Launcher,
) -> None:
    process = launcher.start(ignoring=[signal.SIGHUP])
    await launcher.until_running()
    process.send_signal(signal.SIGHUP)
    os.kill(launcher.pid_of("surveys"), signal.SIGKILL)
    await eventually(partial(_says, launcher, "surveys is ready again"), within=60)
    assert "stopping" not in launcher.output
    second = launcher.quxiang("run", "--no-demo")
    assert second.returncode == 1
    assert f"Another launcher (process {process.pid})" in second.stderr
    assert "Traceback" not in second.stderr
    os.killpg(process.pid, signal.SIGINT)
    assert launcher.wait(ENDS) == 0
    await eventually(lambda: nothing_is_left(launcher))


async def test_a_killed_launcher_leaves_a_state_that_starts_again(launcher: Launcher) -> None:
    process = launcher.start()
    await launcher.until_running()
    process.kill()
    process.wait()
    launcher.start()
    await launcher.until_running()
    assert len([each for each in launcher.processes() if _runs(each, "kafka.Kafka")]) == 1


async def test_a_stop_in_the_middle_of_the_start(launcher: Launcher) -> None:
    process = launcher.start()
    await eventually(lambda: (launcher.state / "pids" / "postgres.pid").exists(), within=60)
    process.send_signal(signal.SIGTERM)
    assert launcher.wait(ENDS) == 0
    await eventually(lambda: nothing_is_left(launcher))
    launcher.start()
    await launcher.until_running()


async def test_a_busy_port_is_named(launcher: Launcher) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", launcher.first_port + 2))
        other.listen()
        assert launcher.start().wait(30) == 1
    assert f"Port {launcher.first_port + 2}, which surveys needs, is taken" in launcher.output
    assert "Traceback" not in launcher.output
    assert not is_taken(launcher.first_port + 2)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file on a disk that is full")
async def test_a_full_disk_is_named(launcher: Launcher) -> None:
    (launcher.state / "kafka").mkdir(parents=True)
    (launcher.state / "kafka" / "server.properties").symlink_to("/dev/full")
    assert launcher.start().wait(60) == 1
    assert f"The disk of {launcher.state} is full" in launcher.output
    assert "Traceback" not in launcher.output
    await eventually(lambda: nothing_is_left(launcher))


@pytest.mark.usefixtures("no_own_kafka")
async def test_a_service_that_cannot_start_is_reported_with_its_last_words(launcher: Launcher) -> None:
    program = launcher.folder / "programs" / "surveys" / "__main__.py"
    program.write_text("import sys\nif sys.argv[1] == 'all': sys.exit('no questionnaires today')\n")
    assert launcher.start().wait(60) == 1
    assert "surveys ended with code 1 before it was ready" in launcher.output
    assert "no questionnaires today" in launcher.output
    assert "Traceback" not in launcher.output
    assert nothing_is_left(launcher)


def _says(launcher: Launcher, words: str) -> bool:
    return words in launcher.output


def _runs(process: psutil.Process, word: str) -> bool:
    return word in process.cmdline()
