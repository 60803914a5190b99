"""`QUXIANG_CLOCK` on the local stack: it grows from run to run, never shrinks, and bears no foreign issuer."""

import json
import shlex
import signal
import time

import jwt
import pytest
from launching import Launcher

FORTNIGHT = 14 * 86_400


def issued_after(launcher: Launcher) -> float:
    """Seconds by which a token of `quxiang token` is issued after the machine's present."""
    done = launcher.quxiang("token", "--role", "admin")
    assert done.returncode == 0, done.stderr
    issued: float = jwt.decode(done.stdout.strip(), options={"verify_signature": False})["iat"]
    return issued - time.time()


@pytest.mark.usefixtures("no_own_kafka")
async def test_a_run_that_is_ahead_takes_services_and_tokens_with_it(launcher: Launcher) -> None:
    launcher.settings["QUXIANG_CLOCK"] = "+14d"
    process = launcher.start()
    await launcher.until_running()
    assert "runs ahead by +14d" in launcher.output
    del launcher.settings["QUXIANG_CLOCK"]
    shown = launcher.quxiang("env", "registry").stdout.splitlines()
    assert "QUXIANG_CLOCK=+14d" in [shlex.split(line)[0] for line in shown]
    assert issued_after(launcher) == pytest.approx(FORTNIGHT, abs=180)
    process.send_signal(signal.SIGTERM)
    assert launcher.wait(10) == 0
    assert launcher.start().wait(90) == 1
    assert "the run before had +14d, this one has none" in launcher.output


@pytest.mark.parametrize("smaller", ["", "+13d", "+335h", "+0d"])
def test_a_clock_that_shrinks_is_refused(launcher: Launcher, smaller: str) -> None:
    launcher.state.mkdir()
    (launcher.state / "clock.json").write_text(json.dumps({"ahead": "+14d"}))
    launcher.settings["QUXIANG_CLOCK"] = smaller
    done = launcher.refused("run", "--no-demo")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "QUXIANG_CLOCK may grow from run to run, never shrink" in done.stderr
    assert "Set QUXIANG_CLOCK=+14d or more" in done.stderr


@pytest.mark.parametrize("value", ["+14d", "+0h"])
def test_a_foreign_issuer_is_refused(launcher: Launcher, value: str) -> None:
    launcher.settings |= {"QUXIANG_CLOCK": value, "QUXIANG_ISSUER": "https://issuer.example"}
    done = launcher.refused("run", "--no-demo")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "QUXIANG_ISSUER names https://issuer.example" in done.stderr


def test_a_value_that_is_no_offset_is_refused_with_the_rule(launcher: Launcher) -> None:
    launcher.settings["QUXIANG_CLOCK"] = "-14d"
    for code, command in ((1, ["run", "--no-demo"]), (2, ["token", "--role", "admin"])):
        done = launcher.refused(*command)
        assert (done.exit_code, done.stdout) == (code, "")
        assert "write it like +14d or +36h; it is '-14d' now" in done.stderr


def test_a_token_follows_the_environment_then_the_last_run(launcher: Launcher) -> None:
    assert issued_after(launcher) == pytest.approx(0, abs=180)
    (launcher.state / "clock.json").write_text(json.dumps({"ahead": "+14d"}))
    assert issued_after(launcher) == pytest.approx(FORTNIGHT, abs=180)
    launcher.settings["QUXIANG_CLOCK"] = "+1h"
    assert issued_after(launcher) == pytest.approx(3600, abs=180)
