"""Which worker runs which of the tests that no single member can own, and in which order."""

from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

TOGETHER = ("tests/e2e/", "tests/faults/own_servers/")
"""Folders whose tests share a stack, below the root of the repository."""

MOVES_THE_CLOCK = "test_clock.py"


class Units(LoadFileScheduling):  # type: ignore[misc]
    """A file is of one worker; all files on a shared stack are of the same one, which alone starts it."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return str(Path(file).parent) if file.startswith(TOGETHER) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    return Units(config, log) if config.option.dist == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the test that moves the clock of the shared stack behind the others on it, which live in the present."""
    folder = Path(__file__).with_name("e2e")
    places = [place for place, item in enumerate(items) if folder in item.path.parents]
    ordered = sorted((items[place] for place in places), key=lambda item: item.path.name == MOVES_THE_CLOCK)
    for place, item in zip(places, ordered, strict=True):
        items[place] = item
