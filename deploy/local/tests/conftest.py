"""A launcher as a real process, ended and wiped after the test."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from launching import Launcher


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    made = Launcher(tmp_path)
    yield made
    if made.process is not None:
        made.end()
        subprocess.run([sys.executable, "-m", "quxiang", "reset"], env=made.environment, check=False, timeout=60)


@pytest.fixture
def no_own_kafka(launcher: Launcher, kafka_address: str) -> None:
    """For tests that ask nothing about Kafka: to start one takes longer than all the rest."""
    launcher.settings["QUXIANG_KAFKA"] = kafka_address
