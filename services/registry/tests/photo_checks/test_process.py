"""The limited process: one photo after the other, and what a photo that ends it is."""

import os
import signal
from pathlib import Path

import pytest
from portraits import jpeg

from registry.photo_checks.process import looking
from registry.photo_checks.rules import Result


def surroundings_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


async def test_a_photo_that_ends_the_process_spoils_no_other() -> None:
    async with looking("blue") as looker:
        first, kept = await looker.look(jpeg())
        assert {each.state for each in first} == {Result.PASSED}
        assert kept
        assert looker.process.pid is not None
        os.kill(looker.process.pid, signal.SIGXCPU)
        ended, nothing = await looker.look(jpeg())
        assert [each.rule for each in ended if each.state is Result.FAILED] == ["photo_format"]
        assert nothing == b""
        again, _ = await looker.look(jpeg())
        assert again == first


async def test_the_process_ends_with_its_use_and_sees_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QUXIANG_DATABASE_URL", "AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "postgresql://secret")
    async with looking("blue") as looker:
        await looker.look(b"x")
        pid = looker.process.pid
        assert pid is not None
        assert b"secret" not in surroundings_of(pid)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
